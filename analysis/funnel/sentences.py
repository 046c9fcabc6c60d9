"""The funnel in words: steps, conditions, the question as a sentence, the finding."""

from dataclasses import replace
from itertools import pairwise
from typing import get_args

from analysis import words
from analysis.funnel.answers import FunnelAnswer, Group, StepAnswer
from analysis.funnel.compute import FunnelQuery
from analysis.words import t
from experiments.breakdown import Touch
from experiments.conditions import Operators
from experiments.funnel import Funnel
from experiments.steps import Matched

_UNITS = {"user": "person", "session": "session", "attempt": "attempt", "impression": "impression"}

BETWEEN = " · "
_DURATIONS = {"ms": "ms", "s": "whole_s", "m": "min", "h": "h", "d": "d"}


def counted(n: int | None, unit: str, lang: str) -> str:
    """A number of units with its word: 12 people, 12人."""
    return words.count(n, lang, _UNITS.get(unit, "other"))


def unit_name(unit: str, lang: str) -> str:
    """The unit of a funnel by name."""
    kind, _, name = unit.partition(":")
    return t("funnel.unit.property", lang, name=name) if name else t(f"funnel.unit.{kind}", lang)


def window(within: str, lang: str) -> str:
    """A window in words, as it was written: 30 s, 30秒."""
    number = within.rstrip("mshd ")
    return t(f"unit.{_DURATIONS[within.removeprefix(number).strip()]}", lang, n=number)


def question(query: FunnelQuery, lang: str) -> str:
    """What the numbers are, in a sentence."""
    facts = {"unit": unit_name(query.unit, lang), "within": window(query.within, lang), "n": len(query.steps)}
    return t(
        "funnel.question" if query.order == "ordered" else f"funnel.question.{query.order}", lang, **facts
    )


def conditions(step: Matched | Funnel, lang: str) -> str:
    """The conditions of a step, an exclusion or a whole funnel: platform = android, zoom ≥ 2; empty if there are none."""
    told = []
    for field, condition in step.where.items():
        if not isinstance(condition, Operators):
            told.append(f"{field} = {_value(condition)}")
            continue
        for operator, value in condition.given():
            if value is None:
                continue
            if operator == "is_null":
                told.append(t("funnel.missing" if value else "funnel.there", lang, field=field))
            else:
                several = ", ".join(map(_value, value)) if isinstance(value, tuple) else _value(value)
                told.append(t(f"funnel.operator.{operator}", lang, field=field, value=several))
    return ", ".join(told)


def finding(found: FunnelAnswer, lang: str) -> str:
    """The largest loss between two steps, or why there is none to tell."""
    if found.cannot_say is not None:
        return words.reason(found.cannot_say, lang)
    if len(found.steps) == 1:
        return t(
            "funnel.finding.one",
            lang,
            n=counted(found.steps[0].units, found.unit, lang),
            step=found.steps[0].name,
        )
    before, after = largest_loss(found.steps)
    lost = 0 if after.optional else after.stood - after.units
    if not lost:
        return t("funnel.finding.none", lang)
    share = words.percent(lost / after.stood, lang)
    facts = {"before": before.name, "after": after.name, "share": share, "n": counted(lost, found.unit, lang)}
    return t("funnel.finding.loss", lang, **facts)


def largest_loss(steps: tuple[StepAnswer, ...]) -> tuple[StepAnswer, StepAnswer]:
    """The neighbours between which most units were lost; the earlier ones if two losses are equal.

    Nobody is lost at an optional step, and at one that is absent by design only units that were asked for it.
    """
    required = [step for step in steps if not step.optional]
    pairs = list(pairwise(required)) or list(pairwise(steps))
    return max(pairs, key=lambda pair: pair[1].stood - pair[1].units)


def group_name(group: Group, lang: str) -> str:
    """A group of the breakdown by name; missing and the rest in words."""
    if group.kind == "missing":
        return t("funnel.group.missing", lang)
    if group.kind == "rest":
        return t("funnel.group.rest", lang, n=group.values)
    return BETWEEN.join(t("funnel.group.missing", lang) if one is None else one for one in group.by)


def fields_name(fields: tuple[str, ...]) -> str:
    """The fields of a breakdown: device, or device · platform."""
    return BETWEEN.join(fields)


def step_name(step: StepAnswer, lang: str) -> str:
    """A step by name, and what it stands for."""
    if step.milestone is None:
        return step.name
    return t("funnel.step.milestone", lang, step=step.name, milestone=step.milestone)


def in_words(found: FunnelAnswer, lang: str) -> FunnelAnswer:
    """The answer with the levels of an unordered funnel named in a language; any other as it is."""
    if not found.events:
        return found
    n = len(found.steps)

    def named(steps: tuple[StepAnswer, ...]) -> tuple[StepAnswer, ...]:
        return tuple(replace(step, name=t("funnel.level", lang, k=k, n=n)) for k, step in enumerate(steps, 1))

    groups = tuple(replace(group, steps=named(group.steps)) for group in found.groups)
    return replace(found, steps=named(found.steps), groups=groups)


def attribution_name(attribution: str, lang: str) -> str:
    """Which of a unit's values says where it stands."""
    kind, _, step = attribution.partition(":")
    return t("funnel.attribution.step", lang, n=step) if step else t(f"funnel.attribution.{kind}", lang)


def notes(found: FunnelAnswer, lang: str) -> list[str]:
    """What was left out or may still change, each in a sentence."""
    told = [t("funnel.note.method", lang), t("funnel.note.interval", lang)]
    if found.attribution is not None and found.attribution not in get_args(Touch):
        told.append(t("funnel.note.several", lang, unit=unit_name(found.unit, lang)))
    if found.experiment is not None:
        told.append(t("funnel.note.exposed", lang, experiment=found.experiment))
    if found.several_variants:
        told.append(
            t("funnel.note.several_variants", lang, n=words.count(found.several_variants, lang, "person"))
        )
    entered = found.steps[0].units
    told += [
        t(
            "funnel.note.design",
            lang,
            step=step.name,
            n=words.number(step.of_units, lang),
            of=words.number(entered, lang),
        )
        for step in found.steps
        if step.of_units is not None and step.of_units < entered
    ]
    if found.events:
        shares = [f"{one.name} {words.percent(one.from_start, lang)}" for one in found.events]
        told.append(t("funnel.note.events", lang, shares=words.listed(shares, lang)))
    growing = max((step.maturing for step in found.steps), default=0)
    if growing:
        told.append(t("funnel.note.maturing", lang, n=counted(growing, found.unit, lang)))
    if found.units_without_id:
        unit = unit_name(found.unit, lang)
        told.append(
            t("funnel.note.without_id", lang, n=words.count(found.units_without_id, lang, "event"), unit=unit)
        )
    if found.excluded_units:
        told.append(t("funnel.note.excluded", lang, n=counted(found.excluded_units, found.unit, lang)))
    told += [
        t("funnel.note.not_numbers", lang, field=field, n=words.count(n, lang, "event"))
        for field, n in found.not_numbers
        if n
    ]
    return told


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
