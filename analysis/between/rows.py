"""Events between two steps as rows: what a page shows as a table and offers as a file."""

import pandas as pd

from analysis import words
from analysis.between.answers import BetweenAnswer, Frequency
from analysis.between.sentences import counted, times_name
from analysis.words import t
from experiments.stats.effects import Estimate


def rows(found: BetweenAnswer, lang: str) -> pd.DataFrame:
    """In words: a line per number of times, those who came beside those who did not."""
    return pd.DataFrame(
        [
            {
                t("between.times", lang): times_name(found, came, lang),
                t("between.came", lang): _share(came, found.unit, lang),
                t("between.stayed", lang): _share(stayed, found.unit, lang),
                **_next(found, came, lang),
            }
            for came, stayed in zip(found.came.rows, found.stayed.rows, strict=True)
        ]
    )


def plain_rows(found: BetweenAnswer) -> pd.DataFrame:
    """Every figure, a line per side and number of times: plain names, shares 0..1."""
    lines = []
    for side, of in (("came", found.came), ("stayed", found.stayed)):
        for one in of.rows:
            said = one.next_rate if isinstance(one.next_rate, Estimate) else None
            ends = None if said is None else said.interval
            lines.append(
                {
                    "side": side,
                    "times": one.times,
                    "units": one.units,
                    "share": one.share,
                    "next_units": one.next_units,
                    "next_rate": None if said is None else said.value,
                    "next_low": None if ends is None else ends.low,
                    "next_high": None if ends is None else ends.high,
                }
            )
    return pd.DataFrame(lines)


def _share(one: Frequency, unit: str, lang: str) -> str:
    return t("funnel.share", lang, n=counted(one.units, unit, lang), share=words.percent(one.share, lang))


def _next(found: BetweenAnswer, one: Frequency, lang: str) -> dict[str, str]:
    if found.next_name is None:
        return {}
    said = one.next_rate
    if not isinstance(said, Estimate) or said.interval is None:
        return {t("between.next", lang, step=found.next_name): words.NOTHING}
    ends = words.between(
        words.percent(said.interval.low, lang), words.percent(said.interval.high, lang), lang
    )
    told = t("between.rate", lang, share=words.percent(said.value, lang), interval=ends)
    return {t("between.next", lang, step=found.next_name): told}
