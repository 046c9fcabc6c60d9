"""Logs to tables: the only package that writes. `Store` opens a store, `load` lands logs in it."""

from ingest.loading import FileReport, LoadReport, load
from ingest.store import Store, StoreBusy, StoreUnavailable, close_current, current

__all__ = [
    "FileReport",
    "LoadReport",
    "Store",
    "StoreBusy",
    "StoreUnavailable",
    "close_current",
    "current",
    "load",
]
