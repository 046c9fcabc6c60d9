"""From a file of a benchmark tool to runs of the store: recognised, read whole or refused, kept with its lineage."""

import gzip
import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ingest.store import Store
from ingest.verification import evaluation, keeping
from ingest.verification.formats import format_of
from ingest.verification.keeping import Kept
from ingest.verification.run import Malformed, Run

FILLED = ("model", "conversion", "runtime", "delegate", "device", "os_version", "training_run", "dataset",
          "tool_version", "measured_at")  # fmt: skip
"""What whoever imports may add to every run of a file that does not tell it."""

Told = tuple[tuple[Run, ...], tuple[evaluation.Item, ...]]
_SUFFIXES = (".txt", ".log", ".yaml", ".yml", ".json", ".csv", ".md")


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """One file that was kept.

    Args:
        source: its name as given.
        tool: what wrote it; several of an export.
        runs: how many runs it tells.
        failed: how many of them came to nothing.
        items: how many items of an evaluation it tells.
        new: whether it was not known before.
    """

    source: str
    tool: str
    runs: int
    failed: int
    items: int
    new: bool


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of every file: kept, refused with a sentence, or passed over because nobody knows its format."""

    files: tuple[ImportedFile, ...]
    errors: Mapping[str, str]
    passed_over: tuple[str, ...]


def import_files(store: Store, paths: Sequence[str], given: Mapping[str, str], who: str) -> ImportReport:
    """Import files, or whole folders, of benchmark tools.

    A file is kept whole or refused whole. Of a folder only files of known endings are read, and those of no known format are
    passed over and told.

    Args:
        store: an open store.
        paths: files and folders, absolute.
        given: what to add to runs that do not tell it; keys of `FILLED`.
        who: who imports.

    Returns:
        What became of every file.

    Raises:
        ValueError: a key of `given` is unknown.
    """
    unknown = sorted(set(given) - set(FILLED))
    if unknown:
        raise ValueError(f"`set` names {unknown[0]!r}; must be one of {', '.join(FILLED)}; rename it.")
    kept: list[ImportedFile] = []
    errors: dict[str, str] = {}
    passed_over: list[str] = []
    for path, asked_for in _found(paths):
        try:
            content = path.read_bytes()
            text = _text(content)
            told = _told(text, given.get("model") or path.parent.name)
            if told is None and not asked_for:
                passed_over.append(str(path))
                continue
            runs, items = _known(told)
            runs = tuple(_filled(run, given) for run in runs)
        except Malformed as broken:
            errors[str(path)] = str(broken)
            continue
        except (ValueError, OSError, zlib.error) as broken:
            errors[str(path)] = str(broken)
            continue
        digest = hashlib.sha256(content).hexdigest()
        new = keeping.put(store, Kept(str(path), digest, runs, items), given, who)
        failed = sum(run.status == "failed" for run in runs)
        kept.append(
            ImportedFile(
                str(path), ", ".join(sorted({run.tool for run in runs})), len(runs), failed, len(items), new
            )
        )
    return ImportReport(tuple(kept), errors, tuple(passed_over))


def _found(paths: Iterable[str]) -> Iterable[tuple[Path, bool]]:
    """Every file, and whether it was named itself."""
    for given in paths:
        path = Path(given)
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.is_file())
            yield from ((one, False) for one in inside if one.name.removesuffix(".gz").endswith(_SUFFIXES))
        else:
            yield path, True


def _text(content: bytes) -> str:
    plain = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    try:
        return plain.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = plain[: error.start].count(b"\n") + 1
        raise Malformed(line, f"`byte` {error.start} is no UTF-8; must be saved as UTF-8.") from error


def _told(text: str, model: str) -> Told | None:
    """What a file tells; None if it is of no known format."""
    if evaluation.recognises(text):
        found = evaluation.read(text)
        return found.runs, found.items
    read = format_of(text)
    return None if read is None else (read(text, model), ())


def _known(told: Told | None) -> Told:
    if told is None:
        raise ValueError(
            "`file` is of no known format; must be output of benchmark_model, AI Hub's perf.yaml or numerics.yaml, MLPerf "
            "Mobile's result.json or LoadGen logs, a table of figures, or an evaluation; see docs/benchmarks.md."
        )
    return told


def _filled(run: Run, given: Mapping[str, str]) -> Run:
    """The run with what the file did not tell."""
    added: dict[str, Any] = {}  # names of text fields only, which mypy cannot see
    for name, value in given.items():
        told = getattr(run, name)
        if told is None:
            added[name] = value
        elif told != value and name != "model":
            raise Malformed(
                run.line,
                f"`{name}` is {told!r} in the file; must be {value!r}, as given, or not be given; choose one.",
            )
    return replace(run, **added) if added else run
