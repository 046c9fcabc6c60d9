"""The picture of repeats: a tap curve for each turn, with a band where each person counts once."""

import altair as alt
import pandas as pd

from analysis import palette
from analysis.reading.answers import ReadingAnswer
from analysis.reading.sentences import turn_name
from analysis.words import t

TALL = 300
_DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3]]


def turns_chart(found: ReadingAnswer, lang: str) -> alt.LayerChart | alt.FacetChart:
    """Share tapped by each second, one line a turn.

    Args:
        found: the answer; it must have turns.
        lang: en or ja.
    """
    rows = pd.DataFrame(
        [
            {"turn": turn_name(one.turn, lang), "s": point.ms / 1000, "value": point.value,
             "low": point.low, "high": point.high}
            for one in found.turns for point in one.points
        ]
    )  # fmt: skip
    names = [turn_name(one.turn, lang) for one in found.turns]
    title = t("reading.axis.tapped", lang)
    x = alt.X("s:Q", title=t("reading.axis.seconds", lang), scale=alt.Scale(nice=False))
    legend = alt.Legend(
        title=None, orient="top", symbolOpacity=1, columns=2, symbolType="stroke", symbolSize=500
    )
    colour = alt.Color(
        "turn:N", legend=legend, scale=alt.Scale(domain=names, range=list(palette.SERIES[: len(names)]))
    )
    dash = alt.StrokeDash("turn:N", legend=legend, scale=alt.Scale(domain=names, range=_DASHES[: len(names)]))
    base = alt.Chart(rows).encode(x=x, color=colour)
    band = (
        base.transform_filter("isValid(datum.low)")
        .mark_area(opacity=0.12, interpolate="step-after")
        .encode(y=alt.Y("low:Q", title=title, axis=alt.Axis(format="%")), y2="high:Q")
    )
    tips = [
        alt.Tooltip("turn:N", title=t("reading.axis.turn", lang)),
        alt.Tooltip("s:Q", format=".2f", title=t("reading.axis.seconds", lang)),
        alt.Tooltip("value:Q", format=".1%", title=title),
    ]
    line = base.mark_line(strokeWidth=2, interpolate="step-after").encode(
        y=alt.Y("value:Q", title=title, axis=alt.Axis(format="%")), strokeDash=dash, tooltip=tips
    )
    return alt.layer(band, line).properties(height=TALL)
