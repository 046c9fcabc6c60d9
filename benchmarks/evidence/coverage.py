"""Planted values beside the intervals that were printed for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.evidence.journey import DISPLAY, Answers, Json
from sample_data.estimands import Planted

NOMINAL = 0.95
_SINGLE = 1e-9
_LATENCY_STEP_MS = 0.05
"""Latencies are logged in tenths of a millisecond, so that half a tenth either way is the log's, not the interval's."""


@dataclass(frozen=True, slots=True)
class Covered:
    """One planted value and its interval.

    Args:
        family: rate | effect | relative effect | interaction | incidence | incidence difference | late taps |
            precision | latency.
        name: which one.
        planted: the true value.
        low, high: the interval.
        level: its confidence level.
    """

    family: str
    name: str
    planted: float
    low: float
    high: float
    level: float

    @property
    def inside(self) -> bool:
        """Whether the interval covers the planted value."""
        return self.low <= self.planted <= self.high


def compare(planted: Planted, found: Answers, *, untrusted: bool = False) -> list[Covered]:
    """Pair every planted value with the interval that a person would have read for it.

    Args:
        planted: the world's true values.
        found: what the terminal said.
        untrusted: also take results that the readout folds away because a check failed.

    Returns:
        The pairs; where the terminal says that it cannot say, there is none.
    """
    readouts = {key: said for key, said in found.readouts.items() if untrusted or said["trusted"]}
    pairs = [*_rates(planted, readouts), *_effects(planted, readouts), *_interaction(planted, readouts)]
    if DISPLAY in readouts:
        pairs += [*_incidences(planted, found.taps), *_late_taps(planted, found.taps)]
    return [*pairs, *_precision(planted, found.models), *_latencies(planted, found.models)]


def _rates(planted: Planted, readouts: dict[str, Json]) -> Iterator[Covered]:
    for rate in planted["rates"]:
        for metric in _metrics(readouts, rate["experiment"], rate["metric"]):
            name = f"{rate['experiment']} {rate['metric']} {rate['variant']}"
            yield from _pair("rate", name, rate["value"], metric["arms"][rate["variant"]])


def _effects(planted: Planted, readouts: dict[str, Json]) -> Iterator[Covered]:
    for effect in planted["effects"]:
        for metric in _metrics(readouts, effect["experiment"], effect["metric"]):
            name = f"{effect['experiment']} {effect['metric']} {effect['variant']}"
            said = metric["effects"][effect["variant"]]
            yield from _pair("effect", name, effect["absolute"], said["absolute"])
            if effect["relative"] is not None:
                yield from _pair("relative effect", name, effect["relative"], said["relative"])


def _interaction(planted: Planted, readouts: dict[str, Json]) -> Iterator[Covered]:
    for metric in _metrics(readouts, "two-tactics", "barcode_listed"):
        if metric["interaction"] is not None:
            yield from _pair("interaction", "ui × ml", planted["interaction"], metric["interaction"])


def _incidences(planted: Planted, taps: Json) -> Iterator[Covered]:
    truth = {(c["variant"], c["cause"], round(1000 * c["at_s"])): c["value"] for c in planted["curves"]}
    for arm in taps["arms"]:
        for point in arm["incidence"]["at"]:
            for cause in ("tap", "dismiss", "leave"):
                key = (arm["arm"], cause, point["ms"])
                if key in truth and point["no_effect"] is None:
                    yield from _pair("incidence", f"{key}", truth[key], point[cause])
    for said in taps["differences"]:
        own = said["scope"] == "own_limit"
        limits = {arm["arm"]: arm["limit_ms"] if own else said["ms"] for arm in taps["arms"]}
        ends = [truth.get((arm, "tap", limits[arm])) for arm in (said["arm"], said["control"])]
        if ends[0] is not None and ends[1] is not None:
            yield from _pair("incidence difference", said["scope"], ends[0] - ends[1], said)


def _late_taps(planted: Planted, taps: Json) -> Iterator[Covered]:
    yield from _pair(
        "late taps", "after the short limit", planted["late_share_of_taps"], taps["after_shortest_limit"]
    )


def _precision(planted: Planted, models: Json) -> Iterator[Covered]:
    yield from _pair("precision", "overall", planted["precision"], models["precision"]["overall"])


def _latencies(planted: Planted, models: Json) -> Iterator[Covered]:
    said = {
        (*(row["group"][name] for name in ("device", "delegate", "conversion")), row["temperature"]): row
        for row in models["latency"]["groups"]
    }
    for law in planted["latency"]:
        key = (law["device"], law["delegate"], law["conversion"], law["temperature"])
        if key in said:
            quantile = f"p{law['quantile'] * 100:g}"
            for pair in _pair(
                "latency", f"{' '.join(key)} {quantile}", law["value_ms"], said[key][f"{quantile}_ms"]
            ):
                low, high = pair.low - _LATENCY_STEP_MS, pair.high + _LATENCY_STEP_MS
                yield Covered(pair.family, pair.name, pair.planted, low, high, pair.level)


def _metrics(readouts: dict[str, Json], experiment: str, key: str) -> Sequence[Json]:
    metrics = readouts[experiment]["metrics"] if experiment in readouts else []
    return [metric for metric in metrics if metric["key"] == key]


def _pair(family: str, name: str, planted: float, said: Json) -> Iterator[Covered]:
    if said["interval"] is not None:
        low, high = said["interval"]
        yield Covered(family, name, planted, low - _SINGLE, high + _SINGLE, said.get("level") or NOMINAL)
