"""The readout as plain JSON; the keys are listed in docs/json/readout.md."""

from analysis.readout.answers import ArmValue, MetricReadout, ReadoutAnswer
from analysis.readout.history import Point
from analysis.readout.plain import pieces
from analysis.readout.plain.pieces import Json
from analysis.readout.plain.table import table_to_json
from analysis.readout.table import TableAnswer
from experiments.comparison import Comparison, NonInferiority, Smallness
from experiments.stats.bayes import Posterior
from experiments.stats.effects import NoEffect
from experiments.stats.pairwise import PairEffect


def to_json(found: ReadoutAnswer | TableAnswer) -> Json:
    """The answer as plain JSON: rates and shares 0..1, intervals [low, high], no NaN; null where nothing can be said."""
    return table_to_json(found) if isinstance(found, TableAnswer) else _readout(found)


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
        "checks": [pieces.check(check) for check in found.checks],
        "metrics": [_metric(metric) for metric in found.metrics],
        "verdict": _verdict(found),
        "data_version": found.data_version,
        "synthetic": found.synthetic,
    }  # fmt: skip


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
        "omnibus": pieces.chi_square(metric.omnibus),
        "interaction": None if metric.interaction is None else pieces.effect(metric.interaction),
        "history": {arm: [_point(point) for point in points] for arm, points in metric.history.items()},
    }


def _posterior(found: Posterior | NoEffect) -> Json:
    if isinstance(found, NoEffect):
        return {"chance_better": None, "loss_shipping": None, "loss_keeping": None, "value": None, "interval": None,
                "method": None, "why": pieces.said(found)}  # fmt: skip
    return {
        "chance_better": found.chance_better,
        "loss_shipping": found.loss_shipping,
        "loss_keeping": found.loss_keeping,
        "value": found.value,
        "interval": pieces.interval(found.interval),
        "method": found.method,
        "why": None,
    }


def _pair(pair: PairEffect) -> Json:
    return {
        "control": pair.control,
        "treatment": pair.treatment,
        **pieces.effect(pair.effect),
        "adjusted_p": pair.p_value,
        "differs": pair.differs,
    }


def _point(point: Point) -> Json:
    return {"until": point.day.isoformat(), "units": point.units, **pieces.effect(point.effect)}


def _arm(arm: ArmValue) -> Json:
    return {
        "n": arm.n,
        "hits": arm.hits,
        **pieces.estimate(arm.value),
        "triggered": arm.triggered,
        "matured": arm.matured,
    }


def _comparison(one: Comparison) -> Json:
    return {
        "absolute": pieces.effect(one.effect),
        "relative": pieces.effect(one.relative),
        "adjusted_p": one.adjusted_p,
        "width": one.width,
        "adjusted_for": one.adjusted_for,
        "non_inferiority": _non_inferiority(one.non_inferiority),
        "smallness": _smallness(one.smallness),
    }


def _non_inferiority(found: NonInferiority | NoEffect | None) -> Json | None:
    if found is None:
        return None
    if isinstance(found, NoEffect):
        return {"shown": None, "bound": None, "margin": None, "why": pieces.said(found)}
    return {"shown": found.shown, "bound": found.bound, "margin": found.margin, "why": None}


def _smallness(found: Smallness | NoEffect | None) -> Json | None:
    if found is None:
        return None
    if isinstance(found, NoEffect):
        return {"shown": None, "bounds": None, "minimum": None, "why": pieces.said(found)}
    return {"shown": found.shown, "bounds": [found.low, found.high], "minimum": found.minimum, "why": None}


def _verdict(found: ReadoutAnswer) -> Json:
    if isinstance(found.verdict, NoEffect):
        return {"decision": None, "reasons": [pieces.said(found.verdict)]}
    return {
        "decision": found.verdict.decision,
        "reasons": [pieces.said(reason) for reason in found.verdict.reasons],
    }
