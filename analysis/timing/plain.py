"""The answer as plain JSON; docs/json/timing.md explains every key."""

from dataclasses import asdict

from analysis import plain
from analysis.timing.answers import Part, TimingAnswer

Json = dict[str, object]


def to_json(found: TimingAnswer) -> Json:
    """The answer as plain JSON: seconds as *_s, rates 0..1, intervals [low, high], null with a reason."""
    return {
        "after": found.after,
        "after_name": found.after_name,
        "step": found.step,
        "name": found.name,
        "bin_s": found.bin_s,
        "everybody": _part(found.everybody),
        "by": found.by,
        "periods": [{"start": one.start.isoformat(), **_figures(one.part)} for one in found.periods],
        "groups": [{"by": list(one.by), "kind": one.kind, **_part(one.part)} for one in found.groups],
        "curve": [{"wait_s": p.wait_s, "share": p.share, "interval": [p.low, p.high]} for p in found.curve],
        "at_window": plain.estimate(found.at_window),
        "within_s": found.within_s,
        "unit": found.unit,
        "timezone": found.timezone,
        "cannot_say": plain.reason(found.cannot_say),
        "observed_until": plain.moment(found.observed_until),
        "data_version": found.data_version,
        "synthetic": found.synthetic,
    }


def _part(part: Part) -> Json:
    return {**_figures(part), "bins": [asdict(one) for one in part.bins]}


def _figures(part: Part) -> Json:
    return {
        "started": part.started,
        "reached": part.reached,
        "maturing": part.maturing,
        "lost": part.lost,
        "time": None if part.time is None else asdict(part.time),
    }
