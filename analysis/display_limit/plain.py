"""The answer as plain JSON; docs/json/display_limit.md explains every key."""

from analysis import plain
from analysis.display_limit.answers import DisplayLimitAnswer, FamilyFit, LimitPoint
from experiments.stats.cure import NextDurations
from experiments.stats.dose import DoseResponse
from experiments.stats.effects import NoEffect
from experiments.stats.survival.limit_choice import Choice

Json = dict[str, object]


def to_json(found: DisplayLimitAnswer) -> Json:
    """The answer as plain JSON: times in ms, seconds as *_s, shares 0..1, intervals [low, high], null with a reason."""
    return {
        "arm": found.arm,
        "n": found.n,
        "longest_ms": found.longest_ms,
        "points": [_point(one) for one in found.points],
        "asked": [_point(one) for one in found.asked],
        "choice": _choice(found.choice),
        "tolerance": found.tolerance,
        "most_dismissals": found.most_dismissals,
        "families": [_family(one) for one in found.families],
        "observed": [
            {"arm": one.arm, "limit_ms": one.limit_ms, "n": one.n, "taps": plain.estimate(one.taps)}
            for one in found.observed
        ],
        "dose": _dose(found.dose),
        "to_test": _to_test(found.to_test),
        "randomised": found.randomised,
        "experiment": found.experiment,
        "by": found.by,
        "cannot_say": plain.reason(found.cannot_say),
        "observed_until": plain.moment(found.observed_until),
        "data_version": found.data_version,
        "synthetic": found.synthetic,
    }


def _point(one: LimitPoint) -> Json:
    return {
        "ms": one.ms,
        "taps": plain.estimate(one.taps),
        "dismissals": plain.estimate(one.dismissals),
        "leaves": plain.estimate(one.leaves),
        "attention_s": plain.estimate(one.attention_s),
        "extrapolated": one.extrapolated,
    }


def _choice(said: Choice | NoEffect) -> Json:
    if isinstance(said, NoEffect):
        return {
            **dict.fromkeys(("ms", "interval_ms", "taps", "best_ms", "best_taps", "bound")),
            "no_effect": plain.reason(said),
        }
    return {
        "ms": said.ms,
        "interval_ms": [said.interval.low, said.interval.high],
        "taps": said.taps,
        "best_ms": said.best_ms,
        "best_taps": said.best_taps,
        "bound": said.bound,
        "no_effect": None,
    }


def _dose(said: DoseResponse | NoEffect) -> Json:
    if isinstance(said, NoEffect):
        return {"times": [], "falls_p": None, "no_effect": plain.reason(said)}
    times = [
        {
            "limit_ms": one.n_ms,
            "n": one.count.n,
            "tapped": one.count.hits,
            "taps": plain.estimate(one.share),
            "pooled": one.pooled,
        }
        for one in said.responses
    ]
    return {"times": times, "falls_p": said.falls_p, "no_effect": None}


def _to_test(said: NextDurations | NoEffect) -> Json:
    if isinstance(said, NoEffect):
        return {"target_ms": None, "now": None, "tests": [], "no_effect": plain.reason(said)}
    tests = [
        {
            "limit_ms": one.n_ms,
            "taps": plain.estimate(one.taps),
            "width": one.width,
            "reduction": one.reduction,
            "per_arm": one.per_arm,
        }
        for one in said.tests
    ]
    return {"target_ms": said.target_ms, "now": plain.estimate(said.now), "tests": tests, "no_effect": None}


def _family(one: FamilyFit) -> Json:
    return {
        "family": one.family,
        "aic_distance": one.aic_distance,
        "would_tap": one.would_tap,
        "supported": one.supported,
        "no_effect": plain.reason(one.why_not),
    }
