"""The answer as plain JSON; docs/json/models.md explains every key."""

from collections.abc import Sequence

from analysis.models.answers import LatencyRow, ModelsAnswer, PrecisionRow, Said
from analysis.models.query import Group
from experiments.stats.effects import Estimate, Interval, NoEffect

Json = dict[str, object]


def to_json(found: ModelsAnswer) -> Json:
    """The answer as plain JSON: shares 0..1, latencies in ms, intervals [low, high], null with a reason."""
    return {
        "inferences": found.inferences,
        "precision": {
            "by": list(found.precision_by),
            "among": found.among,
            "overall": _precision(found.precision_overall, ()),
            "groups": [_precision(row, found.precision_by) for row in found.precision],
        },
        "latency": {
            "by": list(found.latency_by),
            "budgets_ms": list(found.budgets_ms),
            "overall": [_latency(row, ()) for row in found.latency_overall],
            "groups": [_latency(row, found.latency_by) for row in found.latency],
        },
        "without_latency": found.without_latency,
        "without_label": found.without_label,
        "groups_left_out": found.groups_left_out,
        "observed_until": None if found.observed_until is None else found.observed_until.isoformat(),
        "data_version": found.data_version,
        "synthetic": found.synthetic,
    }


def _precision(row: PrecisionRow, by: Sequence[str]) -> Json:
    head: Json = {"group": _named(row.group, by), "n": row.n}
    said = row.precision
    if isinstance(said, NoEffect):
        return {**head, **_said("precision", said), "verified": 0, "unverified_share": None, "bounds": None}
    return {
        **head,
        **_said("precision", said.estimate),
        "verified": said.verified,
        "unverified_share": said.unverified_share,
        "bounds": [said.lowest, said.highest],
    }


def _latency(row: LatencyRow, by: Sequence[str]) -> Json:
    quantiles = {f"p{share * 100:g}_ms": _said("value", said) for share, said in row.quantiles}
    within = [{"budget_ms": budget.ms, **_said("within", budget.within)} for budget in row.budgets]
    return {
        "group": _named(row.group, by),
        "temperature": row.temperature,
        "n": row.n,
        **quantiles,
        "budgets": within,
    }


def _named(group: Group, by: Sequence[str]) -> Json:
    return dict(zip(by, group, strict=True))


def _said(name: str, said: Said) -> Json:
    if isinstance(said, Estimate):
        return {name: said.value, "interval": _ends(said.interval), "no_effect": None}
    return {name: None, "interval": None, "no_effect": {"code": said.code, "sentence": said.sentence}}


def _ends(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]
