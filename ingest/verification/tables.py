"""Tables of known shape that people publish: TensorFlow's hosted models on a phone, and COCO's average precisions."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ingest.verification.csv_rows import Row, header_of, rows_of
from ingest.verification.names import model_of
from ingest.verification.printed import number
from ingest.verification.run import Figure, Malformed, Run

HOSTED = ("model", "size_mb", "top1_pct", "top5_pct", "cpu4_ms", "gpu_ms", "nnapi_ms")
_DELEGATES = {"cpu4_ms": ("cpu", 4), "gpu_ms": ("gpu", None), "nnapi_ms": ("nnapi", None)}
HOSTED_DEVICE = "Pixel 3"
COCO = {
    "AP": "map", "AP50": "map50", "AP75": "map75", "APsmall": "map_small", "APmedium": "map_medium", "APlarge": "map_large",
    "ARmax=1": "mar1", "ARmax=10": "mar10", "ARmax=100": "mar100", "ARsmall": "mar_small", "ARmidium": "mar_medium",
    "ARmedium": "mar_medium", "ARlarge": "mar_large",
}  # fmt: skip
"""Columns of COCO's evaluation -> names of accuracies; `ARmidium` is how one script spells it."""


def recognises(text: str) -> bool:
    """Is this one of the tables, by its header?

    Args:
        text: the file.
    """
    return _hosted(header_of(text)) or _coco(header_of(text))


def read(text: str) -> tuple[Run, ...]:
    """The runs of a table.

    Hosted models: a run for each delegate that has a latency, with 4 threads on the processor, on a Pixel 3 as the page says;
    each tells the model's size and accuracies too. COCO: a run a model.

    Args:
        text: CSV with its header.

    Raises:
        Malformed: a row is ragged, a cell is no number, a share is none, a model stands twice, or the last line is cut.
    """
    header = header_of(text)
    if not text.endswith("\n"):
        last = text.count("\n") + 1
        raise Malformed(
            last, "the last line has no end; must end with a line feed; check that the file is whole."
        )
    runs = _hosted_runs if _hosted(header) else _coco_runs
    name = "model" if _hosted(header) else "Model"
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
        found += runs(line, row)
    if not found:
        raise Malformed(2, "`rows` is 0; must be one model at least; check that the file is whole.")
    return tuple(found)


def _hosted(header: list[str]) -> bool:
    return set(HOSTED) == set(header) and len(header) == len(HOSTED)


def _coco(header: list[str]) -> bool:
    return (
        header[:1] == ["Model"]
        and "AP" in header
        and set(header[1:]) <= set(COCO)
        and len(set(header)) == len(header)
    )


def _hosted_runs(line: int, row: Row) -> Iterator[Run]:
    model, conversion = model_of(row["model"])
    shared = (
        *((Figure("size_mb", "value", number(line, "size_mb", row["size_mb"])),) if row["size_mb"] else ()),
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
    )
    for column, (delegate, threads) in _DELEGATES.items():
        if row[column]:
            told = Figure("latency_ms", "mean", number(line, column, row[column]))
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


def _shares(line: int, told: Mapping[str, str], whole: float) -> Iterator[Figure]:
    for name, given in told.items():
        if given:
            value = number(line, name, given) / whole
            if value > 1:
                raise Malformed(line, f"`{name}` is {given}; must be at most {whole:g}; check its unit.")
            yield Figure("accuracy", name, value)
