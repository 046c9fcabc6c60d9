"""AI Hub's table of a model, as its pages print it: a job a row."""

import re
from collections.abc import Iterable

from ingest.verification.aihub.perf import TOOL
from ingest.verification.printed import number
from ingest.verification.run import Figure, Malformed, Run

_COLUMNS = {
    "device",
    "chipset",
    "target runtime",
    "inference time (ms)",
    "peak memory range (mb)",
    "primary compute unit",
}
_RULE = re.compile(r"^\|?[\s:|-]+\|?$")


def recognises(text: str) -> bool:
    """Is there such a table?

    Args:
        text: the file.
    """
    return any(_is_header(line) for line in text.split("\n"))


def rows(text: str, model: str | None) -> Iterable[Run]:
    """The jobs of the table.

    Args:
        text: the file: a page in Markdown, or the table alone.
        model: what the model is called, where the table has no such column.

    Raises:
        Malformed: a row is ragged or cut, a cell is no number, or nobody says which model it is.
    """
    header: list[str] = []
    lines = text.split("\n")
    for line, told in enumerate(lines, 1):
        if _is_header(told):
            header = [one.lower() for one in _cells(told)]
        elif not told.lstrip().startswith("|"):
            header = []
        elif header and not _RULE.match(told.strip()):
            if line == len(lines):
                raise Malformed(
                    line, "the last line has no end; must end with a line feed; check that the file is whole."
                )
            yield _job(line, header, _cells(told), model)


def _job(line: int, header: list[str], cells: list[str], model: str | None) -> Run:
    if len(cells) != len(header):
        raise Malformed(
            line, f"`row` has {len(cells)} cells; must have {len(header)}, as the header; mend it."
        )
    row = dict(zip(header, cells, strict=True))
    name = row.get("model") or model
    if not name:
        raise Malformed(
            line, "`model` is not told by such a table; must be given; add it with --set model=NAME."
        )
    low, high = _range(line, row["peak memory range (mb)"])
    time = number(line, "Inference Time (ms)", row["inference time (ms)"].removesuffix("ms").strip())
    return Run(
        line=line,
        tool=TOOL,
        model=name,
        conversion=row.get("precision") or None,
        runtime=row["target runtime"].lower() or None,
        delegate=row["primary compute unit"].lower() or None,
        device=row["device"] or None,
        figures=(
            Figure("latency_ms", "estimate", time),
            Figure("memory_mb", "min", low),
            Figure("memory_mb", "max", high),
        ),
        details={"chipset": row["chipset"]} if row["chipset"] else {},
    )


def _range(line: int, given: str) -> tuple[float, float]:
    ends = given.removesuffix("MB").strip().split("-")
    if len(ends) != 2:
        raise Malformed(
            line, f"`Peak Memory Range (MB)` is {given!r}; must be two numbers, as 0 - 15; check the line."
        )
    low, high = (number(line, "Peak Memory Range (MB)", end.strip()) for end in ends)
    if low > high:
        raise Malformed(line, f"`Peak Memory Range (MB)` is {given!r}; must rise; check the line.")
    return low, high


def _is_header(line: str) -> bool:
    return {one.lower() for one in _cells(line)} >= _COLUMNS


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]
