"""Runs in the store: a file of their own under measured/, a record that says who and whence, and rows of the index."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ingest import schema
from ingest.landing_files import move_durably
from ingest.store import Store
from ingest.verification.evaluation import Item
from ingest.verification.run import Figure, Run

KIND = "measured"
FOLDER = "measured"
_FIGURES = pa.list_(
    pa.struct({"quantity": pa.string(), "statistic": pa.string(), "value": pa.float64(), "n": pa.int64()})
)
_ITEMS = pa.list_(
    pa.struct({"item": pa.string(), "label": pa.string(), "true_label": pa.string(), "score": pa.float64()})
)
_NUMBERS = {"line": pa.int64(), "threads": pa.int64(), "figures": _FIGURES}
_RUN = pa.schema(
    [(one.name, _NUMBERS.get(one.name, pa.string())) for one in fields(Run)] + [("items", _ITEMS)]
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a file told.

    Args:
        source: its name.
        digest: the SHA-256 of its bytes.
        runs: its runs.
        items: the items behind them, of an evaluation.
    """

    source: str
    digest: str
    runs: tuple[Run, ...]
    items: tuple[Item, ...] = ()


def put(store: Store, kept: Kept, given: Mapping[str, str], who: str) -> bool:
    """Keep what a file told: first its runs as a file, then the record that makes them count.

    Args:
        store: an open store.
        kept: what it told.
        given: what whoever imports added to its runs.
        who: who imports.

    Returns:
        False if the very same stood there already. What the same bytes told otherwise before (with other additions) is
        replaced; its record stays.
    """
    body = {
        "file": f"{_name(kept, given)}.parquet",
        "source": Path(kept.source).name,
        "tools": sorted({run.tool for run in kept.runs}),
        "runs": len(kept.runs),
        "items": len(kept.items),
        "given": dict(given),
    }
    with store.writing:
        before = store.records.get(KIND, kept.digest)
        if before is not None and before["file"] == body["file"]:
            return False
        _write(store.home / FOLDER / str(body["file"]), kept)
        store.records.add(KIND, kept.digest, body, who)
        index(store)
    return True


def index(store: Store) -> None:
    """Bring the index to what the records say: one transaction; a file that is gone has no runs.

    Args:
        store: an open store, whose writing lock the caller holds.
    """
    newest = {str(record["key"]): record["body"] for record in store.records.all(KIND)}
    there = {
        (digest, str(body["file"]))
        for digest, body in newest.items()
        if (store.home / FOLDER / str(body["file"])).exists()
    }
    with store.cursor() as cursor:
        known = set(cursor.execute("SELECT DISTINCT file_digest, file FROM measured_runs").fetchall())
        if known == there:
            return
        cursor.begin()
        try:
            for digest, _ in sorted(known - there):
                cursor.execute("DELETE FROM measured_runs WHERE file_digest = $digest", {"digest": digest})
            for digest, file in sorted(there - known):
                told = {
                    "digest": digest,
                    "file": file,
                    "source": newest[digest]["source"],
                    "path": str(store.home / FOLDER / file),
                }
                cursor.execute(schema.statement("insert_runs"), told)
            cursor.commit()
        except BaseException:
            cursor.rollback()
            raise


def _name(kept: Kept, given: Mapping[str, str]) -> str:
    """A name for what these bytes tell with these additions."""
    if not given:
        return kept.digest
    told = json.dumps([kept.digest, dict(sorted(given.items()))])
    return hashlib.sha256(told.encode()).hexdigest()


def _write(path: Path, kept: Kept) -> None:
    if path.exists():
        return
    items: list[list[dict[str, object]]] = [[] for _ in kept.runs]
    for one in kept.items:
        items[one.run].append(
            {"item": one.item, "label": one.label, "true_label": one.true_label, "score": one.score}
        )
    rows = [{**_row(run), "items": own} for run, own in zip(kept.runs, items, strict=True)]
    draft = path.with_name(f"{path.stem}.{os.getpid()}.draft")
    pq.write_table(pa.Table.from_pylist(rows, schema=_RUN), draft, compression="zstd")
    move_durably(draft, path)


def _row(run: Run) -> dict[str, object]:
    told: dict[str, object] = {one.name: getattr(run, one.name) for one in fields(run)}
    told["details"] = json.dumps(dict(run.details), ensure_ascii=False, sort_keys=True)
    told["figures"] = [_figure(one) for one in run.figures]
    return told


def _figure(one: Figure) -> dict[str, object]:
    return {"quantity": one.quantity, "statistic": one.statistic, "value": one.value, "n": one.n}
