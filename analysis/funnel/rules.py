"""The options of a funnel in words, so that no number stands on a page without what it means."""

from analysis import words
from analysis.funnel.compute import FunnelQuery
from analysis.funnel.sentences import conditions, unit_name, window
from analysis.words import t


def rules(query: FunnelQuery, lang: str) -> list[str]:
    """Every option that is not the usual one, each in a sentence.

    Args:
        query: The funnel.
        lang: `en` or `ja`.

    Returns:
        Sentences: period, where, re-entry, ties, held fields, exclusions, and what single steps ask for.
    """
    return [*_period(query, lang), *_whole(query, lang), *_exclusions(query, lang), *_steps(query, lang)]


def _period(query: FunnelQuery, lang: str) -> list[str]:
    told = []
    zone = query.timezone
    for name, moment in (("from", query.from_), ("to", query.to), ("until", query.observed_until)):
        if moment is not None:
            told.append(t(f"funnel.rule.{name}", lang, moment=words.moment(moment, lang, zone=zone)))
    return told


def _whole(query: FunnelQuery, lang: str) -> list[str]:
    told = []
    if query.cohort is not None:
        told.append(t("funnel.rule.cohort", lang, cohort=query.cohort))
    if query.variant is not None:
        facts = {"experiment": query.variant.experiment, "step": query.steps[0].label}
        told.append(t("funnel.rule.variant", lang, **facts))
    if query.where:
        told.append(t("funnel.rule.where", lang, where=conditions(query, lang)))
    if query.reentry == "first":
        told.append(t("funnel.rule.first", lang, step=query.steps[0].label, unit=unit_name(query.unit, lang)))
    if query.count == "chains":
        told.append(t("funnel.rule.chains", lang, unit=unit_name(query.unit, lang)))
    if query.strictly_increasing:
        told.append(t("funnel.rule.increasing", lang))
    if query.hold:
        told.append(t("funnel.rule.hold", lang, fields=words.listed(query.hold, lang)))
    return told


def _exclusions(query: FunnelQuery, lang: str) -> list[str]:
    names = [step.label for step in query.steps]
    told = []
    for one in query.exclusions:
        facts = {
            "event": " | ".join(one.events or ("*",)),
            "after": names[one.after - 1],
            "before": names[one.before - 1],
        }
        where = conditions(one, lang)
        facts["event"] += f" ({where})" if where else ""
        told.append(t(f"funnel.rule.{query.on_exclusion}", lang, **facts, unit=unit_name(query.unit, lang)))
    return told


def _steps(query: FunnelQuery, lang: str) -> list[str]:
    told = []
    if query.steps[0].occurrence != "any":
        told.append(t(f"funnel.rule.{query.steps[0].occurrence}", lang, step=query.steps[0].label))
    for place, step in enumerate(query.steps[1:], 2):
        facts = {"step": step.label, "before": query.steps[query.last_required(place) - 1].label}
        if step.optional:
            told.append(t("funnel.rule.optional", lang, step=step.label))
        if step.absent_in:
            groups = words.listed(step.absent_in, lang)
            told.append(t("funnel.rule.absent", lang, step=step.label, groups=groups))
        if step.within is not None:
            told.append(t("funnel.rule.within", lang, **facts, within=window(step.within, lang)))
        if step.at_least is not None:
            told.append(t("funnel.rule.at_least", lang, **facts, gap=window(step.at_least, lang)))
        if step.occurrence != "any":
            told.append(t(f"funnel.rule.{step.occurrence}", lang, step=step.label))
    return told
