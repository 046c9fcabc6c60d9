"""Comparisons as rows: what a page shows as a table and offers as a file."""

import pandas as pd

from analysis import words
from analysis.contrast.answers import ContrastAnswer, Difference, Side
from analysis.contrast.sentences import counted, effect, relative, side_name, step_label
from analysis.words import t
from experiments.stats.effects import Effect, Estimate


def rows(found: ContrastAnswer, lang: str) -> pd.DataFrame:
    """In words: a line per comparison and step, both sides with counts beside their shares."""
    return pd.DataFrame([_line(found, one, lang) for one in found.differences])


def plain_rows(found: ContrastAnswer) -> pd.DataFrame:
    """Every figure, a line per side and step: plain names, rates 0..1; the difference against the side it is held against."""
    against = {(one.side, one.step): one for one in found.differences}
    return pd.DataFrame(
        [
            {
                "side": side.name or side.key,
                "entered": side.entered,
                "young": side.young,
                "persons": side.persons,
                "step": step,
                "name": one.name,
                "units": one.units,
                **_rate(side, step),
                "from_previous": one.from_previous,
                **_against(found, against.get((place, step))),
            }
            for place, side in enumerate(found.sides)
            for step, one in enumerate(side.steps, 1)
        ]
    )


def _line(found: ContrastAnswer, one: Difference, lang: str) -> dict[str, str]:
    side, other = found.sides[one.side], found.sides[one.other]
    return {
        t("contrast.side", lang): side_name(side, lang),
        t("contrast.other", lang): side_name(other, lang),
        t("funnel.step", lang): step_label(found, one, lang),
        t("contrast.share", lang): _share(side, one.step, found.unit, lang),
        t("contrast.other_share", lang): _share(other, one.step, found.unit, lang),
        t("contrast.difference", lang): effect(one, lang),
        t("contrast.relative", lang): relative(one, lang),
        t("contrast.from_previous", lang): words.percent(side.steps[one.step - 1].from_previous, lang),
        t("contrast.other_from_previous", lang): words.percent(other.steps[one.step - 1].from_previous, lang),
    }


def _share(side: Side, step: int, unit: str, lang: str) -> str:
    one = side.steps[step - 1]
    share = words.percent(one.rate.value if isinstance(one.rate, Estimate) else None, lang)
    return t("funnel.share", lang, n=counted(one.units, unit, lang), share=share)


def _rate(side: Side, step: int) -> dict[str, float | None]:
    said = side.steps[step - 1].rate
    if not isinstance(said, Estimate) or said.interval is None:
        return {"rate": None, "rate_low": None, "rate_high": None}
    return {"rate": said.value, "rate_low": said.interval.low, "rate_high": said.interval.high}


def _against(found: ContrastAnswer, one: Difference | None) -> dict[str, object]:
    said = one.absolute if one is not None and isinstance(one.absolute, Effect) else None
    moved = one.relative if one is not None and isinstance(one.relative, Effect) else None
    other = None if one is None else found.sides[one.other]
    return {
        "against": None if other is None else other.name or other.key,
        "difference": None if said is None else said.value,
        "difference_low": None if said is None else said.interval.low,
        "difference_high": None if said is None else said.interval.high,
        "relative": None if moved is None else moved.value,
        "relative_low": None if moved is None else moved.interval.low,
        "relative_high": None if moved is None else moved.interval.high,
        "p_adjusted": None if one is None else one.p_adjusted,
    }
