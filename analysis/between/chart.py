"""Pictures of events between two steps: how often they happened, and the rate of the step after by how often."""

import altair as alt
import pandas as pd

from analysis import palette, words
from analysis.between.answers import BetweenAnswer
from analysis.between.sentences import counted, events_name, times_name
from analysis.words import t
from experiments.stats.effects import Estimate

Picture = alt.LayerChart | alt.FacetChart
HEIGHT, TITLE = 240, 180


def chart(found: BetweenAnswer, lang: str) -> Picture:
    """Shares by number of times, those who came to the step beside those who did not.

    Args:
        found: The answer.
        lang: `en` or `ja`.
    """
    sides = [(t("between.came", lang), found.came), (t("between.stayed", lang), found.stayed)]
    shown = [(name, of) for name, of in sides if of.units]
    lines = [
        {
            "times": times_name(found, one, lang),
            "side": name,
            "share": one.share,
            "told": counted(one.units, found.unit, lang),
        }
        for name, of in shown
        for one in of.rows
    ]
    names = [times_name(found, one, lang) for one in found.came.rows]
    colours = alt.Scale(domain=[name for name, _ in shown], range=list(palette.SERIES[: len(shown)]))
    bars = (
        alt.Chart(pd.DataFrame(lines, columns=["times", "side", "share", "told"]))
        .mark_bar()
        .encode(
            x=_times(found, names, lang),
            xOffset=alt.XOffset("side:N", sort=[name for name, _ in shown]),
            y=alt.Y("share:Q", title=t("between.share", lang), axis=alt.Axis(format="%", titleLimit=TITLE)),
            color=alt.Color(
                "side:N", scale=colours, legend=alt.Legend(title=None, orient="top", labelLimit=320)
            ),
            tooltip=[
                alt.Tooltip("times:N", title=t("between.times", lang)),
                alt.Tooltip("side:N", title=t("between.side", lang)),
                alt.Tooltip("told:N", title=t("between.units", lang)),
                alt.Tooltip("share:Q", title=t("between.share", lang), format=".1%"),
            ],
        )
    )
    return alt.layer(bars).properties(height=HEIGHT)


def next_chart(found: BetweenAnswer, lang: str) -> Picture:
    """The rate of the step after by number of times, with intervals; empty where there is no step after."""
    lines = [
        {
            "times": times_name(found, one, lang),
            "rate": one.next_rate.value,
            "low": one.next_rate.interval.low,
            "high": one.next_rate.interval.high,
            "told": t(
                "funnel.share",
                lang,
                n=counted(one.next_units, found.unit, lang),
                share=words.percent(one.next_rate.value, lang),
            ),
        }
        for one in found.came.rows
        if isinstance(one.next_rate, Estimate) and one.next_rate.interval is not None
    ]
    names = [times_name(found, one, lang) for one in found.came.rows]
    title = t("between.next", lang, step=found.next_name or words.NOTHING)
    base = alt.Chart(pd.DataFrame(lines, columns=["times", "rate", "low", "high", "told"])).encode(
        x=_times(found, names, lang),
        tooltip=[
            alt.Tooltip("times:N", title=t("between.times", lang)),
            alt.Tooltip("told:N", title=title),
        ],
    )
    whiskers = base.mark_rule(color=palette.BLUE, opacity=0.5).encode(
        y=alt.Y("low:Q", title=title, axis=alt.Axis(format="%", titleLimit=TITLE)), y2="high:Q"
    )
    points = base.mark_point(filled=True, size=60, color=palette.BLUE).encode(y="rate:Q")
    return alt.layer(whiskers, points).properties(height=HEIGHT)


def _times(found: BetweenAnswer, names: list[str], lang: str) -> alt.X:
    title = t("between.axis", lang, event=events_name(found, lang))
    return alt.X(
        "times:N", sort=names, scale=alt.Scale(domain=names), title=title, axis=alt.Axis(labelAngle=0)
    )
