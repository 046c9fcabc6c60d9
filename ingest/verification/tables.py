"""Tables of known shape that people publish: TensorFlow's hosted models on a phone, and COCO's average precisions."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ingest.verification.csv_rows import Row, checked_header, header_of, rows_of
from ingest.verification.names import model_of
from ingest.verification.printed import number
from ingest.verification.run import Figure, Malformed, Quantity, Run

HOSTED = ("model", "size_mb", "top1_pct", "top5_pct", "cpu4_ms", "gpu_ms", "nnapi_ms")
_DELEGATES = {"cpu4_ms": ("cpu", 4), "gpu_ms": ("gpu", None), "nnapi_ms": ("nnapi", None)}
HOSTED_DEVICE = "Pixel 3"
COCO = {
    "AP": "map", "AP50": "map50", "AP75": "map75", "APsmall": "map_small", "APmedium": "map_medium", "APlarge": "map_large",
    "ARmax=1": "mar1", "ARmax=10": "mar10", "ARmax=100": "mar100", "ARsmall": "mar_small", "ARmidium": "mar_medium",
    "ARmedium": "mar_medium", "ARlarge": "mar_large",
}  # fmt: skip
"""Columns of COCO's evaluation -> names of accuracies; `ARmidium` is how one script spells it."""
_BY_AREA = frozenset({"map_small", "map_medium", "map_large", "mar_small", "mar_medium", "mar_large"})
_NO_SUCH_OBJECTS = -1.0
"""What COCO's evaluation prints where the data set has no objects of a size."""
_NEVER_ABOVE = (
    ("top1", "top5"),
    ("map", "map50"),
    ("map75", "map50"),
    ("mar1", "mar10"),
    ("mar10", "mar100"),
)
"""Of each pair the first cannot be above the second: a looser demand, or more guesses."""


def recognises(text: str) -> bool:
    """Is this one of the tables, by its header?

    Args:
        text: the file.
    """
    return _hosted(header_of(text)) or _coco(header_of(text))


def read(text: str) -> tuple[Run, ...]:
    """The runs of a table.

    Hosted models: a run for each delegate that has a latency, with 4 threads on the processor, on a Pixel 3 as the page says;
    each tells the model's size and accuracies too. A model without a latency is one run of its accuracies. COCO: a run a model.

    Args:
        text: CSV with its header.

    Raises:
        Malformed: the header is of neither, a row is ragged or empty, a cell is no number, a share is none or contradicts
            another, a model stands twice, or the last line is cut.
    """
    hosted = "Model" not in header_of(text)
    name = "model" if hosted else "Model"
    known = HOSTED if hosted else (name, *COCO)
    header = checked_header(text, known, HOSTED if hosted else (name, "AP"))
    if {"ARmidium", "ARmedium"} <= set(header):
        raise Malformed(1, "`ARmedium` stands twice in the header; must stand once; remove `ARmidium`.")
    seen: dict[str, int] = {}
    found: list[Run] = []
    for line, row in rows_of(text, header):
        if not row[name]:
            raise Malformed(line, f"`{name}` is empty; must name the model; fill it in.")
        if row[name] in seen:
            raise Malformed(
                line, f"`{name}` is {row[name]!r} as in line {seen[row[name]]}; must stand once; remove one."
            )
        seen[row[name]] = line
        runs = tuple((_hosted_runs if hosted else _coco_runs)(line, row))
        if not all(run.figures for run in runs):
            raise Malformed(
                line, f"`row` of {row[name]!r} has no figure; must have one; fill it in or remove it."
            )
        found += runs
    if not found:
        raise Malformed(2, "`rows` is 0; must be one model at least; check that the file is whole.")
    return tuple(found)


def _hosted(header: list[str]) -> bool:
    return set(HOSTED) == set(header) and len(header) == len(HOSTED)


def _coco(header: list[str]) -> bool:
    return (
        "Model" in header
        and "AP" in header
        and set(header) <= {"Model", *COCO}
        and len(set(header)) == len(header)
    )


def _hosted_runs(line: int, row: Row) -> Iterator[Run]:
    model, conversion = model_of(row["model"])
    shared = (
        *_above_zero(line, row, "size_mb", "size_mb", "value"),
        *_shares(line, {"top1": row["top1_pct"], "top5": row["top5_pct"]}, 100.0),
    )
    run = Run(
        line=line,
        tool="tensorflow_hosted_models",
        model=model,
        conversion=conversion or "float32",
        runtime="tflite",
        device=HOSTED_DEVICE,
        dataset="imagenet",
        figures=shared,
    )
    if not any(row[column] for column in _DELEGATES):
        yield run
    for column, (delegate, threads) in _DELEGATES.items():
        for told in _above_zero(line, row, column, "latency_ms", "mean"):
            yield replace(run, delegate=delegate, threads=threads, figures=(told, *shared))


def _coco_runs(line: int, row: Row) -> Iterator[Run]:
    model, conversion = model_of(row["Model"])
    told = {COCO[name]: value for name, value in row.items() if name != "Model"}
    yield Run(
        line=line,
        tool="coco_map",
        model=model,
        conversion=conversion,
        dataset="coco",
        figures=tuple(_shares(line, told, 1.0)),
    )


def _above_zero(line: int, row: Row, column: str, quantity: Quantity, statistic: str) -> Iterator[Figure]:
    """The figure of a cell; none where it is empty."""
    if row[column]:
        value = number(line, column, row[column])
        if value == 0:
            raise Malformed(line, f"`{column}` is 0; must be above 0; mend it or leave it empty.")
        yield Figure(quantity, statistic, value)


def _shares(line: int, told: Mapping[str, str], whole: float) -> Iterator[Figure]:
    """Accuracies as shares of 1, in order of the columns."""
    found: dict[str, float] = {}
    for name, given in told.items():
        if given and not (name in _BY_AREA and _is(given, _NO_SUCH_OBJECTS)):
            found[name] = number(line, name, given) / whole
            if found[name] > 1:
                raise Malformed(line, f"`{name}` is {given}; must be at most {whole:g}; check its unit.")
    for less, more in _NEVER_ABOVE:
        if less in found and more in found and found[less] > found[more]:
            raise Malformed(
                line,
                f"`{less}` is {told[less]}; must be at most `{more}`, {told[more]}; look for cells in the wrong column.",
            )
    for name, value in found.items():
        yield Figure("accuracy", name, value)


def _is(given: str, value: float) -> bool:
    try:
        return float(given) == value
    except ValueError:
        return False
