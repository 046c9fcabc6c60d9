"""A picture of the losses: the share of each cause among lost attempts, with its interval."""

import altair as alt
import pandas as pd

from analysis import palette, words
from analysis.losses.answers import LossRow
from analysis.words import t
from experiments.stats.effects import NoEffect

STEP, HEAD = 32, 60


def causes_chart(row: LossRow, lang: str) -> alt.LayerChart | alt.FacetChart:
    """One bar a cause in order of precedence, its 95 % interval, and the count beside it."""
    rows = []
    for cause in row.causes:
        if isinstance(cause.share, NoEffect) or cause.share.interval is None:
            continue
        rows.append({"cause": t(f"losses.cause.{cause.name}", lang), "share": cause.share.value,
                     "low": cause.share.interval.low, "high": cause.share.interval.high,
                     "told": words.number(cause.n, lang)})  # fmt: skip
    names = [str(one["cause"]) for one in rows]
    base = alt.Chart(pd.DataFrame(rows, columns=["cause", "share", "low", "high", "told"])).encode(
        y=alt.Y("cause:N", title=None, sort=names, axis=alt.Axis(labelLimit=320))
    )
    tips = [alt.Tooltip("cause:N", title=" "), alt.Tooltip("told:N", title=t("losses.axis.n", lang))]
    tips += [
        alt.Tooltip(f"{end}:Q", title=t(f"losses.axis.{end}", lang), format=".1%")
        for end in ("share", "low", "high")
    ]
    share = alt.X("share:Q", title=t("losses.axis.share", lang), axis=alt.Axis(format="%"))
    bars = base.mark_bar(color=palette.BLUE, size=16).encode(x=share, tooltip=tips)
    ends = base.mark_rule(color=palette.GREY, strokeWidth=2).encode(x="low:Q", x2="high:Q")
    told = base.mark_text(align="left", dx=8, color=palette.GREY).encode(x="high:Q", text="told:N")
    return alt.layer(bars, ends, told).properties(height=STEP * max(len(rows), 1) + HEAD)
