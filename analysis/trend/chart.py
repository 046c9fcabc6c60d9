"""Pictures of a trend: the rate by the time of entry, and the share converted by the wait."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import altair as alt
import pandas as pd

from analysis import palette, words
from analysis.trend.answers import Bucket, TrendAnswer
from analysis.words import t
from experiments.stats.effects import NoEffect

HEIGHT = 280
ROOM = alt.Scale(padding=2)
DAYS = alt.Axis(labelOverlap=True, labelAngle=0, labelExpr="slice(datum.value, 5)")
"""Labels without the year, and room for the last one; tooltips and tables have the year."""
NOTE, NOTES, LINE, LINES = 22, 12, 14, 9
"""Half-width characters in a line of an annotation, how many are drawn, pixels of a line, lines before the top again."""
LONGEST = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}


def rates_chart(
    found: TrendAnswer, lang: str, annotations: Sequence[tuple[datetime, str]] = ()
) -> alt.LayerChart | alt.FacetChart:
    """The corrected rate of each bucket with its interval; hollow points are the naive rates, which sink when young.

    Args:
        found: The answer.
        lang: `en` or `ja`.
        annotations: (moment, text): a vertical rule with its text where it happened; others are left out.
    """
    rows = pd.DataFrame(
        [_row(bucket, found.by, lang) for bucket in found.buckets],
        columns=list(_row(found.overall, found.by, lang)),
    )
    base = alt.Chart(rows).encode(
        x=alt.X(
            "start:O",
            title=t(f"trend.by.{found.by}", lang),
            scale=ROOM,
            axis=DAYS,
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
    noted = _annotated(found, annotations)
    return alt.layer(whiskers, naive, points, *noted).properties(height=HEIGHT)


def _annotated(found: TrendAnswer, annotations: Sequence[tuple[datetime, str]]) -> list[alt.Chart]:
    """Rules at the bucket that an annotation falls into, the latest before it; texts beside them, below each other."""
    starts = [bucket.start for bucket in found.buckets if bucket.start is not None]
    layers: list[alt.Chart] = []
    line = 0
    for moment, text in annotations[-NOTES:]:
        before = [place for place, start in enumerate(starts) if start <= moment]
        if not before or moment >= starts[-1] + LONGEST[found.by]:
            continue
        told = words.lines(text, NOTE)
        row = {"start": _label(starts[before[-1]], found.by), "text": "\n".join(told), "told": text}
        base = alt.Chart(pd.DataFrame([row])).encode(x="start:O", tooltip=alt.Tooltip("told:N", title=" "))
        late = before[-1] * 2 >= len(starts)
        side = base.mark_text(
            align="right" if late else "left",
            dx=-4 if late else 4,
            dy=LINE * line,
            baseline="top",
            lineBreak="\n",
        )
        layers += [
            base.mark_rule(color=palette.VERMILLION, strokeDash=[4, 3]),
            side.encode(y=alt.value(0), text="text:N"),
        ]
        line = (line + len(told)) % LINES
    return layers


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
