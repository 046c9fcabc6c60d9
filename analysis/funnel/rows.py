"""The funnel as rows: what the page shows as a table and offers as a file."""

import pandas as pd

from analysis import words
from analysis.funnel.answers import FunnelAnswer, StepAnswer
from analysis.funnel.sentences import counted, fields_name, group_name, step_name
from analysis.words import t


def step_table(found: FunnelAnswer, lang: str) -> pd.DataFrame:
    """The steps in words: counts beside every percentage, times from the step before."""
    return pd.DataFrame(
        [
            {t("funnel.step", lang): step_name(step, lang), **_told(step, found.unit, lang)}
            for step in found.steps
        ]
    )


def group_table(found: FunnelAnswer, lang: str) -> pd.DataFrame:
    """Groups against steps: how many reached it, and their share of those who entered."""
    return pd.DataFrame(
        [
            {fields_name(found.by): group_name(group, lang)}
            | ({} if group.exposed is None else {t("funnel.exposed", lang): _exposed(group.exposed, lang)})
            | {
                f"{place}. {step_name(step, lang)}": _share(step, found.unit, lang)
                for place, step in enumerate(group.steps, 1)
            }
            for group in found.groups
        ]
    )


def plain_rows(found: FunnelAnswer) -> pd.DataFrame:
    """Every figure, one row per group and step ("all" is everybody): plain names, rates 0..1, seconds.

    A second field of the breakdown stands in `value_2`; `exposed`, `milestone` and `of_units` only where there are any.
    """
    said = any(step.milestone for step in found.steps)
    designed = found.steps[0].of_units is not None
    columns = ("value", *(f"value_{nth}" for nth in range(2, len(found.by) + 1)))
    nobodys = (None,) * len(columns)
    everybody: list[tuple[str, tuple[str | None, ...], int | None, tuple[StepAnswer, ...]]] = [
        ("all", nobodys, None, found.steps)
    ]
    groups = everybody + [(group.kind, group.by, group.exposed, group.steps) for group in found.groups]
    return pd.DataFrame(
        [
            {
                "group": kind,
                **dict(zip(columns, values, strict=True)),
                **({} if found.experiment is None else {"exposed": exposed}),
                "step": place,
                "name": step.name,
                **({"milestone": step.milestone} if said else {}),
                "units": None if step.absent else step.units,
                **({"of_units": step.of_units} if designed else {}),
                "from_start": step.from_start,
                "from_previous": step.from_previous,
                "mean_s": step.seconds("mean_s"),
                "p25_s": step.seconds("p25_s"),
                "p50_s": step.seconds("p50_s"),
                "p75_s": step.seconds("p75_s"),
                "p90_s": step.seconds("p90_s"),
                "maturing": None if step.absent else step.maturing,
            }
            for kind, values, exposed, steps in groups
            for place, step in enumerate(steps, 1)
        ]
    )


def _exposed(persons: int, lang: str) -> str:
    return words.count(persons, lang, "person")


def _told(step: StepAnswer, unit: str, lang: str) -> dict[str, str]:
    return {
        t("funnel.units", lang): counted(step.units, unit, lang),
        t("funnel.from_start", lang): words.percent(step.from_start, lang),
        t("funnel.from_previous", lang): words.percent(step.from_previous, lang),
        t("funnel.p50", lang): words.seconds(step.seconds("p50_s"), lang),
        t("funnel.p75", lang): words.seconds(step.seconds("p75_s"), lang),
        t("funnel.p90", lang): words.seconds(step.seconds("p90_s"), lang),
        t("funnel.maturing", lang): words.number(step.maturing, lang),
    }


def _share(step: StepAnswer, unit: str, lang: str) -> str:
    if step.absent:
        return t("funnel.absent", lang)
    return t(
        "funnel.share", lang, n=counted(step.units, unit, lang), share=words.percent(step.from_start, lang)
    )
