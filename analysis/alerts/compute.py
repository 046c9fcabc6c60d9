"""Every rule on record, judged over its latest finished period."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from pydantic import AwareDatetime, BaseModel, ConfigDict

from analysis.steps import walk_funnel
from experiments.alerting import AlertRule, Judgement, judge
from experiments.stats.effects import NoEffect

if TYPE_CHECKING:
    from ingest import Store

RULE = "alert_rule"
"""The kind of record that holds a rule; a body of {"deleted": true} takes it back."""


class AlertsQuery(BaseModel):
    """Judge every rule.

    Args:
        observed_until: end of observation; None means the latest event of the store.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    observed_until: AwareDatetime | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """One rule and what it comes to.

    Args:
        rule: the rule.
        judgement: alert | quiet | cannot_say, with the rate and its interval.
        entered, reached: units that entered in the period, and those of them that reached the step.
        start, end: the period of entries, [start, end): its window is over.
    """

    rule: AlertRule
    judgement: Judgement
    entered: int
    reached: int
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class AlertsAnswer:
    """Every rule, judged.

    Args:
        rules: in the order of their keys.
        refused: (key, sentence) of rules that can no longer be asked.
        observed_until: the end of observation; None if the store is empty, and no rule is judged.
        sql, data_version, synthetic: what ran, over which data.
    """

    rules: tuple[Judged, ...]
    refused: tuple[tuple[str, str], ...]
    observed_until: datetime | None
    sql: str
    data_version: str
    synthetic: bool


def rules_of(store: "Store") -> dict[str, Mapping[str, object]]:
    """The bodies of the rules on record, by key; those taken back are left out."""
    newest = {str(record["key"]): record["body"] for record in store.records.all(RULE)}
    return {key: body for key, body in sorted(newest.items()) if not body.get("deleted")}


def answer(store: "Store", query: AlertsQuery) -> AlertsAnswer:
    """Judge every rule over units that entered in its latest period whose window is over.

    So no unit that may still get there counts as lost. A rule that can no longer be asked does not hide the others.

    Args:
        store: an open store.
        query: up to when.
    """
    facts = store.facts()
    until = query.observed_until or facts.observed_until
    judged: list[Judged] = []
    refused: list[tuple[str, str]] = []
    ran: list[str] = []
    for key, body in rules_of(store).items():
        if until is None:
            break
        try:
            rule = AlertRule.model_validate_json(json.dumps(body))
            found, sql = _judged(store, rule, until)
        except ValueError as error:
            refused.append((key, str(error)))
            continue
        judged.append(found)
        ran.append(sql)
    return AlertsAnswer(
        rules=tuple(judged),
        refused=tuple(refused),
        observed_until=until,
        sql="\n\n".join(ran),
        data_version=facts.data_version,
        synthetic=facts.synthetic,
    )


def to_json(found: AlertsAnswer) -> dict[str, object]:
    """The answer as plain JSON: rates 0..1, intervals [low, high], null with a reason."""
    return {
        "alerts": [told(one) for one in found.rules],
        "refused": [{"key": key, "sentence": sentence} for key, sentence in found.refused],
        "observed_until": None if found.observed_until is None else found.observed_until.isoformat(),
        "data_version": found.data_version,
        "synthetic": found.synthetic,
    }


def told(one: Judged) -> dict[str, object]:
    """One judged rule as plain JSON."""
    rate = one.judgement.rate
    known = None if isinstance(rate, NoEffect) or rate.interval is None else rate.interval
    return {
        "key": one.rule.key,
        "name": one.rule.name,
        "funnel": one.rule.funnel.model_dump(mode="json", exclude_defaults=True),
        "state": one.judgement.state,
        "step": one.rule.funnel.steps[one.rule.step - 1].label,
        "side": one.rule.side,
        "threshold": one.rule.threshold,
        "rate": None if isinstance(rate, NoEffect) else rate.value,
        "interval": None if known is None else [known.low, known.high],
        "level": one.rule.level,
        "entered": one.entered,
        "reached": one.reached,
        "start": one.start.isoformat(),
        "end": one.end.isoformat(),
    }


def _judged(store: "Store", rule: AlertRule, until: datetime) -> tuple[Judged, str]:
    end = until - timedelta(microseconds=rule.funnel.within_us)
    start = end - timedelta(microseconds=rule.over_us)
    asked = rule.funnel.model_dump(mode="json") | {
        "from": start.isoformat(),
        "to": end.isoformat(),
        "observed_until": until.isoformat(),
    }
    walked = walk_funnel(store, type(rule.funnel).model_validate_json(json.dumps(asked)))
    entered, reached = len(walked.reach), int(np.count_nonzero(walked.reached(rule.step)))
    return Judged(rule, judge(rule, entered, reached), entered, reached, start, end), walked.sql
