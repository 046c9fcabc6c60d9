"""The verification platform's record: what benchmark tools printed of models on devices, as runs with their lineage."""

from ingest.verification.run import Figure, Malformed, Run

__all__ = ["Figure", "Malformed", "Run"]
