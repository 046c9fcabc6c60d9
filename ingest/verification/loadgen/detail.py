"""LoadGen's detail log: a JSON object a line, of which those about the result make the run."""

import json
import re

from ingest.verification.loadgen.told import Told, scenario_of, statistic
from ingest.verification.printed import MS, converted, number
from ingest.verification.run import Malformed, Run

_MARK = ":::MLLOG"
_LATENCY = re.compile(r"^result_(?:(\d+\.\d+)_percentile|(min|max|mean))_latency_ns$")
_RATES = ("result_samples_per_second", "result_qps_without_loadgen_overhead")
_REQUIRED = ("effective_scenario", "result_validity", "result_query_count")


def is_detail(text: str) -> bool:
    """Is this LoadGen's detail log?

    Args:
        text: the file.
    """
    return text.lstrip("\ufeff \r\n").startswith(_MARK)


def of_detail(text: str, model: str) -> Run:
    """The run of a detail log.

    Args:
        text: mlperf_log_detail.txt.
        model: what the benchmark is called.

    Raises:
        Malformed: a line is cut or a key told twice, or what such logs tell is missing.
    """
    found = _entries(text)
    missing = next((name for name in _REQUIRED if name not in found), None)
    if missing is not None:
        raise Malformed(1, f"`{missing}` is missing; must be told; check that the file is whole.")
    times = {}
    for key, (line, value) in found.items():
        named = _LATENCY.match(key)
        if named is not None:
            times[statistic(named.group(1), named.group(2))] = (
                line,
                converted(line, key, str(value), "ns", MS),
            )
    rate = next((found[name] for name in _RATES if name in found), None)
    count_at, count = found["result_query_count"]
    validity = str(found["result_validity"][1])
    line, scenario = found["effective_scenario"]
    told = Told(
        line=1,
        scenario=scenario_of(line, str(scenario)),
        times=times,
        rate=None if rate is None else number(rate[0], "throughput", str(rate[1])),
        n=int(number(count_at, "result_query_count", str(count))),
        failure=None if validity == "VALID" else f"result_validity: {validity}",
    )
    return told.run(model)


def _entries(text: str) -> dict[str, tuple[int, object]]:
    """What is told of the result and of the scenario, with its line."""
    found: dict[str, tuple[int, object]] = {}
    for line, raw in enumerate(text.split("\n"), 1):
        told = raw.strip("\ufeff \r")
        if not told:
            continue
        if not told.startswith(_MARK):
            raise Malformed(
                line, f"`line` begins with {told[:20]!r}; must begin with {_MARK}; check that it is whole."
            )
        try:
            entry = json.loads(told.removeprefix(_MARK))
            key, value = str(entry["key"]), entry["value"]
        except (ValueError, KeyError, TypeError) as broken:
            raise Malformed(
                line,
                "`line` is no whole JSON object with key and value; must be; check that the file is whole.",
            ) from broken
        if key.startswith(("result_", "effective_")):
            if key in found:
                raise Malformed(
                    line,
                    f"`{key}` stands twice (first in line {found[key][0]}); must stand once; remove one.",
                )
            found[key] = line, value
    return found
