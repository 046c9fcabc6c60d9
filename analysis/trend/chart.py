"""Pictures of a trend: the rate by the time of entry, and the share converted by the wait."""

from datetime import datetime

import altair as alt
import pandas as pd

from analysis import palette, words
from analysis.trend.answers import Bucket, TrendAnswer
from analysis.words import t
from experiments.stats.effects import NoEffect

HEIGHT = 280


def rates_chart(found: TrendAnswer, lang: str) -> alt.LayerChart | alt.FacetChart:
    """The corrected rate of each bucket with its interval; hollow points are the naive rates, which sink when young."""
    rows = pd.DataFrame(
        [_row(bucket, found.by, lang) for bucket in found.buckets],
        columns=list(_row(found.overall, found.by, lang)),
    )
    base = alt.Chart(rows).encode(
        x=alt.X(
            "start:O", title=t(f"trend.by.{found.by}", lang), axis=alt.Axis(labelOverlap=True, labelAngle=0)
        )
    )
    rate = alt.Axis(format="%")
    whiskers = base.mark_rule(color=palette.BLUE, opacity=0.5).encode(
        y=alt.Y("low:Q", title=t("trend.rate", lang, step=found.name), axis=rate), y2="high:Q"
    )
    tips = [alt.Tooltip("start:O", title=t(f"trend.by.{found.by}", lang)),
            alt.Tooltip("told:N", title=t("trend.naive", lang)),
            alt.Tooltip("corrected:Q", title=t("trend.corrected", lang), format=".1%"),
            alt.Tooltip("maturing:Q", title=t("trend.maturing", lang), format=",")]  # fmt: skip
    points = base.mark_point(filled=True, size=60, color=palette.BLUE).encode(y="corrected:Q", tooltip=tips)
    naive = base.mark_point(filled=False, size=60, color=palette.ORANGE, shape="diamond").encode(
        y="naive:Q", tooltip=tips
    )
    return alt.layer(whiskers, naive, points).properties(height=HEIGHT)


def curve_chart(found: TrendAnswer, lang: str) -> alt.LayerChart | alt.FacetChart:
    """The share converted by the wait since the entry, with its pointwise band."""
    rows = pd.DataFrame(
        [{"wait": p.wait_s, "share": p.share, "low": p.low, "high": p.high} for p in found.curve],
        columns=["wait", "share", "low", "high"],
    )
    base = alt.Chart(rows).encode(x=alt.X("wait:Q", title=t("trend.wait", lang), scale=alt.Scale(zero=True)))
    title = t("trend.converted", lang, step=found.name)
    band = base.mark_area(color=palette.BLUE, opacity=0.2, interpolate="step-after").encode(
        y=alt.Y("low:Q", title=title, axis=alt.Axis(format="%")), y2="high:Q"
    )
    line = base.mark_line(color=palette.BLUE, interpolate="step-after").encode(y="share:Q")
    return alt.layer(band, line).properties(height=HEIGHT)


def _row(bucket: Bucket, by: str, lang: str) -> dict[str, object]:
    said = bucket.corrected
    known = None if isinstance(said, NoEffect) or said.interval is None else said.interval
    naive = words.percent(bucket.naive, lang)
    return {
        "start": _label(bucket.start, by),
        "naive": bucket.naive,
        "corrected": None if isinstance(said, NoEffect) else said.value,
        "low": None if known is None else known.low,
        "high": None if known is None else known.high,
        "told": t("funnel.share", lang, n=words.number(bucket.entered, lang), share=naive),
        "maturing": bucket.maturing,
    }


def _label(start: datetime | None, by: str) -> str:
    """A bucket's name on the axis; the second of two hours that a clock repeats carries its zone."""
    if start is None:
        return ""
    if by != "hour":
        return start.strftime("%Y-%m-%d")
    return start.strftime("%Y-%m-%d %H:%M %Z" if start.fold else "%Y-%m-%d %H:%M")
