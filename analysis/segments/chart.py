"""A picture of the segments: how many more each loses than expected, with its interval."""

import altair as alt
import pandas as pd

from analysis import palette
from analysis.segments.answers import SegmentsAnswer
from analysis.words import t

STEP, HEAD = 32, 60
DRAWN = 20


def excess_chart(found: SegmentsAnswer, lang: str) -> alt.LayerChart | alt.FacetChart:
    """A point and its 95 % interval per named segment and step, in the order of the answer; 0 is as expected."""
    rows = [
        {"segment": t("segments.named", lang, field=one.field, value=one.value, step=one.name), "excess": one.excess.value,
         "low": one.excess.interval.low, "high": one.excess.interval.high, "n": one.excess.n, "lost": one.excess.lost}
        for one in found.segments[:DRAWN]
    ]  # fmt: skip
    names = [str(row["segment"]) for row in rows]
    base = alt.Chart(pd.DataFrame(rows, columns=["segment", "excess", "low", "high", "n", "lost"])).encode(
        y=alt.Y("segment:N", title=None, sort=names, axis=alt.Axis(labelLimit=420))
    )
    tips = [alt.Tooltip("segment:N", title=" ")]
    tips += [alt.Tooltip(f"{name}:Q", title=t(f"segments.axis.{name}", lang), format=",.0f")
             for name in ("excess", "low", "high", "lost", "n")]  # fmt: skip
    span = alt.X("low:Q", title=t("segments.axis.excess", lang))
    ends = base.mark_rule(color=palette.WORSE, strokeWidth=2).encode(x=span, x2="high:Q")
    dots = base.mark_point(filled=True, size=90, color=palette.WORSE, opacity=1).encode(
        x="excess:Q", tooltip=tips
    )
    zero = (
        alt.Chart(pd.DataFrame({"x": [0]})).mark_rule(strokeDash=[3, 3], color=palette.GREY).encode(x="x:Q")
    )
    return alt.layer(zero, ends, dots).properties(height=STEP * max(len(rows), 1) + HEAD)
