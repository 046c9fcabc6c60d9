"""The answer as plain JSON; docs/json/taps.md explains every key."""

from collections.abc import Mapping

from analysis.outcomes import CAUSES
from analysis.time_to_tap.answers import Arm, Bin, Curves, Difference, Point, Reading, Said, Tail, TapsAnswer
from experiments.stats.effects import Effect, Estimate, Interval, NoEffect, Reason

Json = dict[str, object]


def to_json(found: TapsAnswer) -> Json:
    """The answer as plain JSON: rates 0..1, intervals [low, high], null with a reason where it cannot say."""
    return {
        "experiment": found.experiment,
        "by": found.by,
        "randomised": found.randomised,
        "impressions": found.impressions,
        "control": found.control,
        "horizon_ms": found.horizon_ms,
        "bin_ms": found.bin_ms,
        "arms": [_arm(arm) for arm in found.arms],
        "differences": [_difference(difference) for difference in found.differences],
        "after_shortest_limit": _tail(found.tail),
        "left_out": {
            "arms": found.arms_left_out,
            "before_exposure": found.before_exposure,
            "several_variants": found.several_variants,
            "not_exposed": found.not_exposed,
        },
        "notes": [{"code": note.code, "sentence": note.sentence} for note in found.notes],
        "observed_until": None if found.observed_until is None else found.observed_until.isoformat(),
        "data_version": found.data_version,
        "synthetic": found.synthetic,
    }


def _arm(arm: Arm) -> Json:
    return {
        "arm": arm.name,
        "n": arm.n,
        "persons": arm.persons,
        "outcomes": {
            outcome.fate: {"n": outcome.n, **_said("share", outcome.share)} for outcome in arm.outcomes
        },
        "limits": [{"display_ms": limit, "n": n} for limit, n in arm.limits],
        "limit_ms": arm.limit_ms,
        "histogram": [_bin(entry) for entry in arm.bins],
        "later": arm.later,
        "incidence": _curves(arm.curves),
        "after_shortest_limit": _said("share", arm.after_shortest),
        "untimed": arm.untimed,
        "without_limit": arm.without_limit,
        "by_timestamps": arm.by_timestamps,
        "conflicts": arm.conflicts,
        "after_limit": arm.after_limit,
    }


def _bin(entry: Bin) -> Json:
    hazards = {cause: _said("per_s", said) for cause, said in zip(CAUSES, entry.hazards, strict=False)}
    return {
        "from_ms": entry.from_ms,
        "to_ms": entry.to_ms,
        "tap": entry.tap,
        "dismiss": entry.dismiss,
        "leave": entry.leave,
        "watched_s": entry.watched_s,
        "hazard": hazards or None,
    }


def _curves(curves: Curves | NoEffect) -> Json:
    if isinstance(curves, NoEffect):
        return {"n": None, "last_ms": None, "points": [], "at": [], "no_effect": _why(curves)}
    return {
        "n": curves.n,
        "last_ms": curves.last_ms,
        "points": [_point(point) for point in curves.points],
        "at": [_reading(reading) for reading in curves.readings],
        "no_effect": None,
    }


def _point(point: Point) -> Json:
    return {
        "ms": point.ms,
        "at_risk": point.at_risk,
        "tap": _said("value", point.tap),
        "dismiss": _said("value", point.dismiss),
        "leave": _said("value", point.leave),
        "none": point.none,
    }


def _reading(reading: Reading) -> Json:
    if isinstance(reading.point, NoEffect):
        return {"ms": reading.ms, "no_effect": _why(reading.point)}
    bounds = None if reading.bounds is None else list(reading.bounds)
    return {**_point(reading.point), "tap_bounds": bounds, "no_effect": None}


def _difference(difference: Difference) -> Json:
    head: Json = {
        "arm": difference.arm,
        "control": difference.control,
        "scope": difference.scope,
        "ms": difference.ms,
    }
    effect = difference.effect
    if isinstance(effect, Effect):
        said: Mapping[str, object] = {
            "difference": effect.value,
            "interval": _ends(effect.interval),
            "p_value": effect.p_value,
            "no_effect": None,
        }
    else:
        said = {"difference": None, "interval": None, "p_value": None, "no_effect": _why(effect)}
    return {**head, **said}


def _tail(tail: Tail | NoEffect) -> Json:
    if isinstance(tail, NoEffect):
        return {"arm": None, "share": None, "interval": None, "n": None, "no_effect": _why(tail)}
    return {
        "arm": tail.arm,
        "limit_ms": tail.limit_ms,
        "shortest_ms": tail.shortest_ms,
        **_said("share", tail.share),
    }


def _said(name: str, said: Said) -> Json:
    if isinstance(said, Estimate):
        return {name: said.value, "interval": _ends(said.interval), "of": said.n, "no_effect": None}
    return {name: None, "interval": None, "of": None, "no_effect": _why(said)}


def _ends(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]


def _why(reason: NoEffect | Reason) -> Json:
    return {"code": reason.code, "sentence": reason.sentence}
