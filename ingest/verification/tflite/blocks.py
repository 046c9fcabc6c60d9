"""The lines of benchmark_model's output, sorted into runs."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ingest.verification.printed import lines_of, number
from ingest.verification.run import Malformed

_NUMBER = r"([^\s,\]]+)"
_START = re.compile(r"\bSTARTING!")
_ONCE: dict[str, re.Pattern[str]] = {
    "graph": re.compile(r"(?<![#\w])Graph: \[(.+?)\]|--graph=(\S+)"),
    "loaded": re.compile(r"Loaded model (\S.*?)\s*$"),
    "threads": re.compile(r"(?<![#\w])Num threads: \[" + _NUMBER + r"\]"),
    "size": re.compile(r"input model file size \((\w+)\): " + _NUMBER),
    "session": re.compile(r"Initialized session in ([^\s]+?)(ms|us|s)\b"),
    "timings": re.compile(
        r"Inference timings in (\w+): Init: " + _NUMBER + ", First inference: " + _NUMBER
        + r", Warmup \(avg\): " + _NUMBER + r", Inference \(avg\): " + _NUMBER
    ),
    "averages": re.compile(
        r"Average inference timings in (\w+): Warmup: " + _NUMBER + ", Init: " + _NUMBER
        + r", (?:Inference|no stats): " + _NUMBER
    ),
    "memory": re.compile(
        r"[Mm]emory footprint.*?\((\w+)\): init=" + _NUMBER + r"\s+overall=" + _NUMBER
    ),
}  # fmt: skip
FIGURE_LINE = re.compile(
    r"timings in \w+|memory footprint.*\(|file size \(|Initialized session in|\bcount=", re.IGNORECASE
)
_ANNOUNCES = re.compile(r"affects? memory footprint, the following")
"""Memory comes in the next line."""
_TOOLS_OWN = re.compile(r"INFO:|count=|Running benchmark|delegate|Loaded model|Graph: \[")
_OWN_LINE = re.compile(rf"INFO:|{FIGURE_LINE.pattern}", re.IGNORECASE)
_COUNT = re.compile(r"\bcount=(\S+)(.*)$")
_PAIR = re.compile(r"(\w+)=(\S+)")
_APPLIED = re.compile(
    r"(?:Explicitly a|A)pplied (\w+) delegate|Created TensorFlow Lite (\w+) delegate|(\w+) delegate created"
    r"|Use (\w+): \[(?:1|true)\]",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"(?:^|[^\w])(ERROR: .+|Failed to .+|Benchmarking failed.*|Aborted.*|Segmentation fault.*|Killed\b.*|.*\bcould not .+)$"
)
_HARMLESS = re.compile(r"Error in cpuinfo|Attempting to use a delegate that only supports static")
DIGITS = 1e-5
"""How far two printings of one number may lie apart: numbers are printed with six digits."""


@dataclass(frozen=True, slots=True)
class Series:
    """A `count=` line: a series of inferences, times in us."""

    line: int
    n: int
    times: dict[str, float]

    @property
    def mean(self) -> float:
        """Its average; where all were alike only the latest is told."""
        return self.times.get("avg", self.times["curr"])


@dataclass(slots=True)
class Block:
    """The lines of one run, as far as they tell something."""

    line: int
    once: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    counts: list[Series] = field(default_factory=list)
    delegates: list[str] = field(default_factory=list)
    failures: list[tuple[int, str]] = field(default_factory=list)
    announced: int = 0
    last: int = 0

    def told(self, name: str) -> tuple[int, tuple[str, ...]] | None:
        """What a line told, with its number; None where it is missing."""
        return self.once.get(name)


def blocks_of(text: str) -> Iterable[Block]:
    """The lines of each run, in order.

    Args:
        text: what was printed.

    Raises:
        Malformed: a line stands twice in a run or outside any, a number is none, or the last line is cut.
    """
    block: Block | None = None
    for at, line in lines_of(text, _OWN_LINE):
        if _START.search(line):
            if block is not None:
                yield block
            block = Block(at)
        elif block is None or (_begins(line) and _closed(block)):
            if not _begins(line):
                if FIGURE_LINE.search(line):
                    raise Malformed(
                        at,
                        "`line` tells a figure before any run begins; must follow its run; look for what is missing.",
                    )
                continue
            if block is not None:
                yield block
            block = Block(at)
        _note(block, at, line)
    if block is not None:
        yield block


def _begins(line: str) -> bool:
    """Does a line begin a run where nobody says STARTING!"""
    return bool(_ONCE["graph"].search(line) or _ONCE["threads"].search(line))


def _closed(block: Block) -> bool:
    """Has a run its timings? What begins after them is another."""
    return block.told("timings") is not None or block.told("averages") is not None


def _note(block: Block, number: int, line: str) -> None:
    if _ANNOUNCES.search(line):
        block.announced = number
    if _TOOLS_OWN.search(line):
        block.last = number
    for name, pattern in _ONCE.items():
        found = pattern.search(line)
        if found is None:
            continue
        told = tuple(part for part in found.groups() if part is not None)
        if name in block.once:
            raise Malformed(
                number,
                f"`{name}` is told a second time in the run that begins in line {block.line} (first in line "
                f"{block.once[name][0]}); must be told once; look for a line that is missing between, or remove one.",
            )
        block.once[name] = number, told
        return
    count = _COUNT.search(line)
    if count is not None:
        block.counts.append(_count(number, count.group(1), count.group(2)))
        return
    applied = _APPLIED.search(line)
    if applied is not None:
        block.delegates.append(next(part for part in applied.groups() if part).lower())
        return
    failed = _FAILED.search(line)
    if failed is not None and not _HARMLESS.search(line):
        block.failures.append((number, failed.group(1).strip()))


def _count(line: int, n: str, rest: str) -> Series:
    if not n.isdigit() or int(n) == 0:
        raise Malformed(line, f"`count` is {n!r}; must be a whole number above 0; check the line.")
    times = {name: number(line, name, value) for name, value in _PAIR.findall(rest)}
    if "curr" not in times:
        raise Malformed(line, "`curr` is missing; must follow `count`; check the line.")
    told = {"min", "max", "avg", "std"} & set(times)
    if (told and told != {"min", "max", "avg", "std"}) or ("first" in times) != bool(told):
        raise Malformed(
            line,
            "`count` tells first, min, max, avg and std only in part; must tell all or none; check the line.",
        )
    if told and not (
        times["min"] <= _up(times["avg"])
        and times["avg"] <= _up(times["max"])
        and times["min"] <= times["first"] <= times["max"]
    ):
        raise Malformed(
            line,
            f"`avg` is {times['avg']:g} beside min {times['min']:g} and max {times['max']:g}; must lie between; check the line.",
        )
    return Series(line, int(n), times)


def _up(value: float) -> float:
    return value * (1 + DIGITS) + 1e-9
