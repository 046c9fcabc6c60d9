"""A `count=` line: a series of inferences, its times in us."""

from collections import Counter
from dataclasses import dataclass

from ingest.verification.printed import number
from ingest.verification.run import Malformed
from ingest.verification.tflite.lines import PAIR

DIGITS = 1e-5
"""How far two printings of one number may lie apart: numbers are printed with six digits."""
_MOMENTS = frozenset({"min", "max", "avg", "std"})
_BETWEEN = ("first", "curr", "avg", "p5", "median", "p95")
_ORDER = ("p5", "median", "p95")


@dataclass(frozen=True, slots=True)
class Series:
    """A series of inferences.

    Args:
        line: Where it stands.
        n: How many; 0 where there were none, as without a warm-up.
        times: What is told of them, in us.
    """

    line: int
    n: int
    times: dict[str, float]

    @property
    def first(self) -> float:
        """The first; where all were alike only the latest is told."""
        return self.times.get("first", self.times.get("curr", 0.0))

    @property
    def mean(self) -> float:
        """The average; where all were alike the latest is it."""
        return self.times.get("avg", self.times.get("curr", 0.0))


def series_of(line: int, n: str, rest: str) -> Series:
    """The series that a line tells.

    Args:
        line: where it stands.
        n: what stands behind `count=`.
        rest: what stands behind that.

    Raises:
        Malformed: a number is none, one is missing or stands twice, or they contradict each other.
    """
    if not (n.isascii() and n.isdigit()):
        raise Malformed(line, f"`count` is {n!r}; must be a whole number; check the line.")
    told = PAIR.findall(rest)
    twice = [name for name, times in Counter(name for name, _ in told).items() if times > 1]
    if twice:
        raise Malformed(line, f"`{twice[0]}` stands twice; must stand once; check the line.")
    times = {name: number(line, name, value) for name, value in told}
    if int(n) == 0:
        if times:
            raise Malformed(line, "`count` is 0 but times are told; must be above 0; check the line.")
        return Series(line, 0, {})
    if "curr" not in times:
        raise Malformed(line, "`curr` is missing; must follow `count`; check the line.")
    moments = _MOMENTS & set(times)
    if moments not in (frozenset(), _MOMENTS) or ("first" in times) != bool(moments):
        raise Malformed(
            line,
            "`count` tells first, min, max, avg and std only in part; must tell all or none; check the line.",
        )
    _ordered(line, times)
    return Series(line, int(n), times)


def _ordered(line: int, times: dict[str, float]) -> None:
    """Nothing lies below the least or above the largest, and percentiles rise."""
    least, largest = times.get("min", times["curr"]), times.get("max", times["curr"])
    for name in _BETWEEN:
        if name in times and not (least <= _up(times[name]) and times[name] <= _up(largest)):
            raise Malformed(
                line,
                f"`{name}` is {times[name]:g} beside min {least:g} and max {largest:g}; must lie between; check the line.",
            )
    shares = [times[name] for name in _ORDER if name in times]
    if shares != sorted(shares):
        raise Malformed(line, "`p5`, `median` and `p95` do not rise; must rise; check the line.")


def _up(value: float) -> float:
    return value * (1 + DIGITS) + 1e-9
