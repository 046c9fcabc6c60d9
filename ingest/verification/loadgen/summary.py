"""LoadGen's summary: latencies in the units their labels tell, parameters, and whether the run counts."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ingest.verification.loadgen.told import Told, scenario_of, statistic
from ingest.verification.printed import MS, converted, number
from ingest.verification.run import Malformed, Run

_TITLE = "MLPerf Results Summary"
_END = re.compile(r"^(?:No|\d+) errors? (?:was |were )?encountered", re.MULTILINE)
_LATENCY = re.compile(r"^((?:(\d+(?:\.\d+)?) percentile|(Min|Max|Mean)) latency) \((\w+)\) *: *(.*?)\s*$")
_HEADLINE = re.compile(r"^(\d+)th percentile latency \((\w+)\) *: *(.*?)\s*$")
_KEY = re.compile(r"^ *([A-Za-z][A-Za-z0-9_/ ]*?)(?: \(\w+\))? *: *(.*?)\s*$")
_REQUIRED = ("SUT name", "Scenario", "Mode", "Result is", "Min duration satisfied", "Min queries satisfied", "samples_per_query",
             "min_query_count")  # fmt: skip
_WITHOUT, _RATE = "QPS w/o loadgen overhead", "Samples per second"
_RATE_DIGITS = 2e-3
"""Queries a second are printed with two decimals."""


@dataclass(slots=True)
class _Lines:
    """The lines of a summary that tell something, with their numbers."""

    keys: dict[str, tuple[int, str]] = field(default_factory=dict)
    times: dict[str, tuple[int, float]] = field(default_factory=dict)
    units: set[str] = field(default_factory=set)
    headline: tuple[int, str, float] | None = None


def is_summary(text: str) -> bool:
    """Is this LoadGen's summary?

    Args:
        text: the file.
    """
    return _TITLE in text


def of_summary(text: str, model: str) -> Run:
    """The run of a summary.

    Args:
        text: mlperf_log_summary.txt.
        model: what the benchmark is called.

    Raises:
        Malformed: a line is missing, stands twice, is in another unit than the others, or contradicts them; the end is missing.
    """
    found = _lines(text)
    if not _END.search(text):
        last = text.count("\n") + 1
        raise Malformed(last, "`errors` are not told at the end; must be; check that the file is whole.")
    missing = next((name for name in _REQUIRED if name not in found.keys), None)
    if missing is not None:
        raise Malformed(1, f"`{missing}` is missing; must be told; look for a line that is missing.")
    line, named = found.keys["Scenario"]
    scenario = scenario_of(line, named)
    _headline(found, scenario)
    told = Told(line, scenario, found.times, _rate(found, scenario), None, _failure(found.keys),
                {"sut": found.keys["SUT name"][1], "mode": found.keys["Mode"][1]})  # fmt: skip
    run = told.run(model)
    _consistent(found, scenario)
    return run


def _lines(text: str) -> _Lines:
    found = _Lines()
    for line, raw in enumerate(text.split("\n"), 1):
        told = raw.rstrip("\r")
        latency, headline, key = _LATENCY.match(told), _HEADLINE.match(told), _KEY.match(told)
        if latency is not None:
            name = statistic(latency.group(2), latency.group(3))
            if name in found.times:
                raise Malformed(
                    line,
                    f"`{latency.group(1)}` stands twice (first in line {found.times[name][0]}); must "
                    f"stand once; remove one.",
                )
            found.times[name] = (
                line,
                converted(line, latency.group(1), latency.group(5), latency.group(4), MS),
            )
            found.units.add(latency.group(4))
            if len(found.units) > 1:
                raise Malformed(
                    line,
                    f"`{latency.group(1)}` is in {latency.group(4)}; must be in the unit of "
                    "the others; check the line.",
                )
        elif headline is not None:
            value = converted(line, "percentile latency", headline.group(3), headline.group(2), MS)
            if found.headline is not None:
                raise Malformed(line, "`percentile latency` stands twice; must stand once; remove one.")
            found.headline = line, f"p{headline.group(1)}", value
        elif key is not None:
            _keep(found.keys, line, key.group(1).strip(), key.group(2))
    return found


def _keep(keys: dict[str, tuple[int, str]], line: int, name: str, value: str) -> None:
    if name in keys:
        raise Malformed(
            line, f"`{name}` stands twice (first in line {keys[name][0]}); must stand once; remove one."
        )
    keys[name] = line, value


def _headline(found: _Lines, scenario: str) -> None:
    """The latency that the run is told by stands again among the percentiles."""
    if found.headline is None:
        if scenario == "single_stream":
            raise Malformed(
                1,
                "`90th percentile latency` is missing in a single-stream run; must be told; "
                "look for a line that is missing.",
            )
        return
    line, name, value = found.headline
    if name not in found.times or not math.isclose(found.times[name][1], value, rel_tol=1e-9):
        raise Malformed(
            line,
            f"`{name}` is {value:g} ms; must stand again among the percentiles; look for a line missing or changed.",
        )


def _rate(found: _Lines, scenario: str) -> float | None:
    name = _RATE if scenario == "offline" else _WITHOUT
    told = found.keys.get(name)
    if told is None and scenario == "offline":
        raise Malformed(
            1, f"`{name}` is missing in an offline run; must be told; look for a line that is missing."
        )
    return None if told is None else number(told[0], name, told[1])


def _consistent(found: _Lines, scenario: str) -> None:
    """One query after another takes the mean latency each."""
    told = found.keys.get(_WITHOUT)
    if scenario != "single_stream" or told is None:
        return
    mean = found.times["mean"][1]
    if not math.isclose(number(told[0], _WITHOUT, told[1]) * mean, 1e3, rel_tol=_RATE_DIGITS):
        raise Malformed(
            told[0],
            f"`{_WITHOUT}` is {told[1]}; must go with the mean latency, "
            f"{mean:g} ms; look for a line that was changed.",
        )


def _failure(keys: Mapping[str, tuple[int, str]]) -> str | None:
    line, told = keys["Result is"]
    if told not in ("VALID", "INVALID"):
        raise Malformed(line, f"`Result is` is {told!r}; must be VALID or INVALID; check the line.")
    unmet = [
        name for name, (_, value) in keys.items() if name.endswith("satisfied") and value.upper() == "NO"
    ]
    if told == "VALID":
        return None
    return "; ".join(f"{name}: No" for name in unmet) or "Result is: INVALID"
