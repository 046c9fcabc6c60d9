"""An evaluation item by item: what each model said of each item of a data set, and what it really was."""

import math
from collections import Counter
from dataclasses import dataclass

from ingest.verification.csv_rows import Row, checked_header, header_of, rows_of, whole
from ingest.verification.run import Figure, Malformed, Run

LINEAGE = (
    "tool", "model", "conversion", "runtime", "delegate", "device", "os_version", "threads", "training_run", "dataset",
    "tool_version", "measured_at",
)  # fmt: skip
COLUMNS = (*LINEAGE, "item", "label", "true_label", "score")
REQUIRED = frozenset({"model", "item", "label", "true_label"})


@dataclass(frozen=True, slots=True)
class Item:
    """What one run said of one item.

    Args:
        run: Which run of the file, from 0.
        item: The item's name, the same for every model.
        label: What the model said.
        true_label: What it was.
        score: How sure it was, 0 to 1; None if not told.
    """

    run: int
    item: str
    label: str
    true_label: str
    score: float | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The runs of an evaluation, each with its share of right answers, and every item behind them."""

    runs: tuple[Run, ...]
    items: tuple[Item, ...]


def recognises(text: str) -> bool:
    """Is this an evaluation item by item, by its header?

    Args:
        text: the file.
    """
    return set(header_of(text)) >= REQUIRED


def read(text: str) -> Evaluation:
    """The runs and items of an evaluation; rows of the same lineage are one run.

    Args:
        text: CSV with a header; columns in any order, of which `model`, `item`, `label` and `true_label` must stand.

    Returns:
        Runs in order of their first rows, with accuracy top1 = right answers / items; items in order of the file.

    Raises:
        Malformed: a column is unknown or missing, a row is ragged, a cell is empty, an item stands twice in a run, or it
            really was two things.
    """
    header = checked_header(text, COLUMNS, REQUIRED)
    keys: dict[tuple[str, ...], int] = {}
    first: list[tuple[int, Row]] = []
    items: list[Item] = []
    seen: set[tuple[int, str]] = set()
    truths: dict[tuple[str, str], str] = {}
    for line, row in rows_of(text, header):
        key = tuple(row.get(name, "") for name in LINEAGE)
        if key not in keys:
            keys[key] = len(first)
            first.append((line, row))
        found = _item(line, row, keys[key])
        if (found.run, found.item) in seen:
            raise Malformed(
                line,
                f"`item` is {found.item!r} twice for one model; must stand once; remove one, or tell its runs apart.",
            )
        seen.add((found.run, found.item))
        known = truths.setdefault((row.get("dataset", ""), found.item), found.true_label)
        if known != found.true_label:
            raise Malformed(
                line,
                f"`true_label` is {found.true_label!r} of item {found.item!r}; must be {known!r}, as before; mend one.",
            )
        items.append(found)
    if not items:
        raise Malformed(2, "`rows` is 0; must be one row an item at least; add them.")
    n = Counter(one.run for one in items)
    hits = Counter(one.run for one in items if one.label == one.true_label)
    runs = tuple(_run(line, row, hits[place], n[place]) for place, (line, row) in enumerate(first))
    return Evaluation(runs, tuple(items))


def _item(line: int, row: Row, run: int) -> Item:
    for name in ("model", "item", "label", "true_label"):
        if not row[name]:
            raise Malformed(line, f"`{name}` is empty; must stand in every row; fill it in.")
    given = row.get("score", "")
    try:
        score = float(given) if given else None
    except ValueError:
        score = math.nan
    if score is not None and not 0 <= score <= 1:
        raise Malformed(
            line, f"`score` is {given!r}; must be a number from 0 to 1; mend it or leave it empty."
        )
    return Item(run, row["item"], row["label"], row["true_label"], score)


def _run(line: int, row: Row, hits: int, n: int) -> Run:
    told = {name: row.get(name) or None for name in LINEAGE}
    return Run(
        line=line,
        tool=told["tool"] or "evaluation",
        model=row["model"],
        conversion=told["conversion"],
        runtime=told["runtime"],
        delegate=told["delegate"],
        device=told["device"],
        os_version=told["os_version"],
        threads=whole(line, "threads", row.get("threads", "")),
        training_run=told["training_run"],
        dataset=told["dataset"],
        tool_version=told["tool_version"],
        measured_at=told["measured_at"],
        figures=(Figure("accuracy", "top1", hits / n, n),),
    )
