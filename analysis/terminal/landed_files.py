"""What can be wrong with the files of a store, seen without opening its index."""

import json
import stat
from pathlib import Path

from analysis.delegation import OWNER_FILE, read_owner
from analysis.terminal.machine import Finding

READ_WHOLE_BYTES = 512 * 1024**2


def examine_files(home: Path) -> list[Finding]:
    """Look at what landed, at what was written, at leftovers and at the announced owner.

    Args:
        home: the folder of the store; it need not exist.

    Returns:
        One finding per thing looked at.
    """
    if not home.exists():
        return [
            Finding("store", "ok", "There is no store yet.", "Run `kazasu ingest FILES` or `kazasu demo`.")
        ]
    return [*_owner(home), *_leftovers(home), *_landed(home), *_records(home), *_cohorts(home)]


def _owner(home: Path) -> list[Finding]:
    path = home / OWNER_FILE
    if not path.exists():
        return []
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        sentence = f"{path} holds a secret and can be read by other users."
        return [Finding("owner", "fail", sentence, f"Run `chmod 600 {path}` and start the server again.")]
    owner = read_owner(home)
    if owner is None or not owner.alive():
        sentence = f"{path} was left by a server that is gone."
        return [Finding("owner", "warn", sentence, f"Remove {path}; the next server writes its own.")]
    return [Finding("owner", "ok", f"Process {owner.pid} announces that it serves this store.")]


def _leftovers(home: Path) -> list[Finding]:
    drafts = [*(home / "landed").glob("*.draft"), *(home / "spool").glob("load-*")]
    if not drafts:
        return []
    sentence = f"{len(drafts)} unfinished files of an interrupted load lie in {home}."
    return [
        Finding("leftovers", "warn", sentence, "Run `kazasu ingest` for the same logs again: it resumes.")
    ]


def _landed(home: Path) -> list[Finding]:
    sound, broken = 0, []
    for manifest in sorted((home / "landed").glob("*.json")):
        trouble = _trouble(manifest)
        if trouble:
            broken.append(Finding("landed", "fail", *trouble))
        else:
            sound += 1
    return [*broken, Finding("landed", "ok", f"{sound} landed files are whole.")]


def _trouble(manifest: Path) -> tuple[str, str] | None:
    import pyarrow as pa

    again = "Restore landed/ from a backup, or remove that manifest and ingest its source again."
    try:
        told = json.loads(manifest.read_text("utf-8"))
        names = [*told["parts"], *([told["rejects"]] if told["rejects"] else [])]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"{manifest} is not readable ({error}).", again
    for name in names:
        part = manifest.parent / name
        try:
            _read(part)
        except (OSError, pa.ArrowException) as error:
            reason = str(error).split("\n", 1)[0]
            return f"{part}, which holds lines of {told['source']}, is not readable ({reason}).", again
    return None


def _read(part: Path) -> None:
    from pyarrow import parquet

    file = parquet.ParquetFile(part)
    if part.stat().st_size <= READ_WHOLE_BYTES:
        for _ in file.iter_batches():
            pass


def _records(home: Path) -> list[Finding]:
    from ingest.records import Records

    records = Records(home / "records")
    found = []
    for path in sorted((home / "records").glob("*.ndjson")):
        try:
            records.all(path.stem)
        except ValueError as error:
            found.append(Finding("records", "fail", str(error), f"Mend that line of {path}."))
    return found


def _cohorts(home: Path) -> list[Finding]:
    """Are the persons of every cohort on record there?"""
    import pyarrow as pa
    from pyarrow import parquet

    from ingest.cohorts import FOLDER, KIND, on_record
    from ingest.records import Records

    try:
        known = on_record(Records(home / "records").all(KIND))
    except ValueError:
        return []  # the finding about records tells it
    found = []
    for one in known.values():
        path = home / FOLDER / one.file
        try:
            persons = parquet.read_table(path).num_rows
            trouble = "" if persons == one.persons else f"holds {persons:,} persons, not {one.persons:,}"
        except (OSError, pa.ArrowException) as error:
            trouble = f"is not readable ({str(error).split(chr(10), 1)[0]})"
        if trouble:
            sentence = f"{path}, which holds the cohort {one.name!r}, {trouble}."
            mend = "Restore cohorts/ from a backup, or run `kazasu cohort refresh` or `remove` with its name."
            found.append(Finding("cohorts", "fail", sentence, mend))
    return found or ([Finding("cohorts", "ok", f"{len(known)} cohorts are whole.")] if known else [])
