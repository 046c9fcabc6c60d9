"""The readout as plain JSON; the keys are listed in docs/json/readout.md."""

from collections.abc import Sequence

from analysis.readout.answers import ArmValue, MetricReadout, ReadoutAnswer
from analysis.readout.history import Point
from analysis.readout.table import CountedTest, TableAnswer
from experiments.comparison import Comparison, NonInferiority
from experiments.stats.bayes import Posterior
from experiments.stats.effects import Check, Effect, Estimate, Interval, NoEffect, Reason
from experiments.stats.pairwise import PairEffect
from experiments.stats.proportions import ChiSquare

Json = dict[str, object]


def to_json(found: ReadoutAnswer | TableAnswer) -> Json:
    """The answer as plain JSON: rates and shares 0..1, intervals [low, high], no NaN; null where nothing can be said."""
    return _table(found) if isinstance(found, TableAnswer) else _readout(found)


def _readout(found: ReadoutAnswer) -> Json:
    plan = found.experiment
    return {
        "experiment": {"key": plan.key, "name": plan.name, "hypothesis": plan.hypothesis, "unit": plan.unit,
                       "control": plan.control.key, "alpha": plan.alpha, "peeking": plan.peeking,
                       "planned_units": plan.planned_units, "spending": plan.spending, "looks": plan.looks,
                       "tuned_to": plan.tuning, "adjust": plan.adjust, "believable": plan.believable},
        "state": found.state,
        "randomised": found.randomised,
        "since": found.since.isoformat() if found.since else None,
        "decided_at": found.decided_at.isoformat() if found.decided_at else None,
        "observed_until": found.observed_until.isoformat() if found.observed_until else None,
        "units": found.units,
        "units_watched": found.watched,
        "units_per_day": found.per_day,
        "exposures": {
            arm.arm: {"weight": arm.weight, "exposed": arm.exposed, "several": arm.several, "counted": arm.counted,
                      "persons": arm.persons}
            for arm in found.arms
        },
        "unknown_variants": dict(found.unknown),
        "exposures_without_unit": found.without_unit,
        "trusted": found.trusted,
        "checks": [_check(check) for check in found.checks],
        "metrics": [_metric(metric) for metric in found.metrics],
        "verdict": _verdict(found),
        "data_version": found.data_version,
        "synthetic": found.synthetic,
    }  # fmt: skip


def _table(found: TableAnswer) -> Json:
    tested = [test for test in found.tests if isinstance(test.omnibus, ChiSquare)]
    below = [
        test for test in tested if isinstance(test.omnibus, ChiSquare) and test.omnibus.p_value < found.alpha
    ]
    return {
        "tests": [_test(test) for test in found.tests],
        "summary": {
            "tests": len(found.tests),
            "arms": sum(len(test.arms) for test in found.tests),
            "n": sum(arm.count.n for test in found.tests for arm in test.arms),
            "x": sum(arm.count.hits for test in found.tests for arm in test.arms),
            "alpha": found.alpha,
            "testable": len(tested),
            "below_alpha": len(below),
            "below_alpha_holm": _at_most(found.alpha, [test.holm for test in tested]),
            "below_alpha_benjamini_hochberg": _at_most(
                found.alpha, [test.benjamini_hochberg for test in tested]
            ),
            "sample_ratio_failed": sum(
                isinstance(test.sample_ratio, Check) and not test.sample_ratio.passed for test in found.tests
            ),
        },
        "data_version": found.data_version,
        "synthetic": found.synthetic,
    }


def _test(test: CountedTest) -> Json:
    return {
        "test": test.test,
        "arms": {
            arm.arm: {"weight": arm.weight, "n": arm.count.n, "x": arm.count.hits, **_estimate(arm.rate)}
            for arm in test.arms
        },
        "sample_ratio": _check(test.sample_ratio)
        if isinstance(test.sample_ratio, Check)
        else _said(test.sample_ratio),
        "omnibus": _chi_square(test.omnibus)
        | {"holm": test.holm, "benjamini_hochberg": test.benjamini_hochberg},
    }


def _at_most(alpha: float, p_values: Sequence[float | None]) -> int:
    return sum(p_value is not None and p_value <= alpha for p_value in p_values)


def _metric(metric: MetricReadout) -> Json:
    return {
        "key": metric.key,
        "role": metric.role,
        "kind": metric.kind,
        "event": metric.event,
        "unit": metric.unit,
        "direction": metric.direction,
        "from": metric.anchor,
        "within": metric.within,
        "delay": metric.delay,
        "margin": metric.margin,
        "minimum": metric.minimum,
        "arms": {arm.arm: _arm(arm) for arm in metric.arms},
        "effects": {
            one.arm: {**_comparison(one), "bayes": _posterior(metric.posteriors[one.arm])}
            for one in metric.effects
        },
        "pairs": [_pair(pair) for pair in metric.pairs],
        "omnibus": _chi_square(metric.omnibus),
        "interaction": None if metric.interaction is None else _effect(metric.interaction),
        "history": {arm: [_point(point) for point in points] for arm, points in metric.history.items()},
    }


def _posterior(found: Posterior | NoEffect) -> Json:
    if isinstance(found, NoEffect):
        return {"chance_better": None, "loss_shipping": None, "loss_keeping": None, "value": None, "interval": None,
                "method": None, "why": _said(found)}  # fmt: skip
    return {
        "chance_better": found.chance_better,
        "loss_shipping": found.loss_shipping,
        "loss_keeping": found.loss_keeping,
        "value": found.value,
        "interval": _interval(found.interval),
        "method": found.method,
        "why": None,
    }


def _pair(pair: PairEffect) -> Json:
    return {
        "control": pair.control,
        "treatment": pair.treatment,
        **_effect(pair.effect),
        "adjusted_p": pair.p_value,
        "differs": pair.differs,
    }


def _point(point: Point) -> Json:
    return {"until": point.day.isoformat(), "units": point.units, **_effect(point.effect)}


def _arm(arm: ArmValue) -> Json:
    return {
        "n": arm.n,
        "hits": arm.hits,
        **_estimate(arm.value),
        "triggered": arm.triggered,
        "matured": arm.matured,
    }


def _comparison(one: Comparison) -> Json:
    return {
        "absolute": _effect(one.effect),
        "relative": _effect(one.relative),
        "adjusted_p": one.adjusted_p,
        "width": one.width,
        "adjusted_for": one.adjusted_for,
        "non_inferiority": _non_inferiority(one.non_inferiority),
    }


def _non_inferiority(found: NonInferiority | NoEffect | None) -> Json | None:
    if found is None:
        return None
    if isinstance(found, NoEffect):
        return {"shown": None, "bound": None, "margin": None, "why": _said(found)}
    return {"shown": found.shown, "bound": found.bound, "margin": found.margin, "why": None}


def _effect(found: Effect | NoEffect) -> Json:
    if isinstance(found, NoEffect):
        return {
            "value": None,
            "interval": None,
            "level": None,
            "p": None,
            "method": None,
            "why": _said(found),
        }
    return {
        "value": found.value,
        "interval": _interval(found.interval),
        "level": found.interval.level,
        "p": found.p_value,
        "method": found.method,
        "why": None,
    }


def _estimate(found: Estimate | NoEffect) -> Json:
    if isinstance(found, NoEffect):
        return {"value": None, "interval": None, "level": None, "method": None, "why": _said(found)}
    interval = found.interval
    return {
        "value": found.value,
        "interval": _interval(interval),
        "level": interval.level if interval else None,
        "method": found.method,
        "why": None,
    }


def _chi_square(found: ChiSquare | NoEffect) -> Json:
    if isinstance(found, NoEffect):
        return {"statistic": None, "df": None, "p": None, "method": None, "why": _said(found)}
    return {
        "statistic": found.statistic,
        "df": found.freedom,
        "p": found.p_value,
        "method": "pearson_chi_square",
        "why": None,
    }


def _check(check: Check) -> Json:
    return {"key": check.key, "passed": check.passed, "p": check.p_value, **_said(check.reason)}


def _verdict(found: ReadoutAnswer) -> Json:
    if isinstance(found.verdict, NoEffect):
        return {"decision": None, "reasons": [_said(found.verdict)]}
    return {
        "decision": found.verdict.decision,
        "reasons": [_said(reason) for reason in found.verdict.reasons],
    }


def _said(said: Reason | NoEffect) -> Json:
    return {"code": said.code, "sentence": said.sentence, "facts": dict(said.facts)}


def _interval(interval: Interval | None) -> list[float] | None:
    return [interval.low, interval.high] if interval else None
