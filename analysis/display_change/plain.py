"""The answer as plain JSON; docs/json/display_change.md explains every key."""

from analysis import plain
from analysis.display_change.answers import Added, DisplayChangeAnswer, LastSecond, Pair
from experiments.stats.effects import NoEffect
from experiments.stats.survival.hazard_agreement import Agreement, CauseAgreement
from experiments.stats.survival.hazard_ratio import HazardRatio

Json = dict[str, object]


def to_json(found: DisplayChangeAnswer) -> Json:
    """The answer as plain JSON: times in ms, shares 0..1, intervals [low, high], null with a reason."""
    return {
        "pairs": [_pair(one) for one in found.pairs],
        "last_seconds": [_last_second(one) for one in found.last_seconds],
        "control": found.control,
        "randomised": found.randomised,
        "experiment": found.experiment,
        "by": found.by,
        "cannot_say": plain.reason(found.cannot_say),
        "observed_until": plain.moment(found.observed_until),
        "data_version": found.data_version,
        "synthetic": found.synthetic,
    }


def _pair(one: Pair) -> Json:
    return {
        "arm": one.arm,
        "control": one.control,
        "limit_ms": one.limit_ms,
        "control_limit_ms": one.control_limit_ms,
        "agreement": _agreement(one.agreement),
        "total": plain.effect(one.total),
        "before": plain.effect(one.before),
        "longer": one.longer,
        "added": _added(one.added),
    }


def _agreement(said: Agreement | NoEffect) -> Json:
    if isinstance(said, NoEffect):
        return {"state": None, "until_ms": None, "worst": None, "causes": [], "no_effect": plain.reason(said)}
    return {
        "state": said.state,
        "until_ms": said.until_ms,
        "worst": _ratio(said.worst),
        "causes": [_cause(one) for one in said.causes],
        "no_effect": None,
    }


def _cause(one: CauseAgreement) -> Json:
    return {
        "cause": one.cause,
        "p_value": one.adjusted,
        "overall": _ratio(one.overall),
        "parts": [_ratio(part) for part in one.parts],
    }


def _ratio(one: HazardRatio) -> Json:
    return {
        "cause": one.cause,
        "from_ms": one.from_ms,
        "to_ms": one.to_ms,
        "control": one.control,
        "treatment": one.treatment,
        "ratio": plain.estimate(one.ratio),
        "p_value": one.p_value,
    }


def _added(said: Added | NoEffect) -> Json:
    if isinstance(said, NoEffect):
        return {"taps": None, "dismissals": None, "leaves": None, "no_effect": plain.reason(said)}
    return {
        "taps": plain.estimate(said.taps),
        "dismissals": plain.estimate(said.dismissals),
        "leaves": plain.estimate(said.leaves),
        "no_effect": None,
    }


def _last_second(one: LastSecond) -> Json:
    return {
        "arm": one.arm,
        "limit_ms": one.limit_ms,
        "taps": plain.estimate(one.taps),
        "dismissals": plain.estimate(one.dismissals),
        "leaves": plain.estimate(one.leaves),
        "of_taps": one.of_taps,
    }
