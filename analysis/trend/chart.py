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
NOTE = 20
"""The longest text of an annotation in a picture; its tooltip has all of it."""
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
    noted = _annotated(found, annotations)
    return alt.layer(whiskers, naive, points, *noted).properties(height=HEIGHT)


def _annotated(found: TrendAnswer, annotations: Sequence[tuple[datetime, str]]) -> list[alt.Chart]:
    """Rules at the bucket that an annotation falls into, the latest before it; texts in turns above each other."""
    starts = [bucket.start for bucket in found.buckets if bucket.start is not None]
    rows: list[dict[str, object]] = []
    for moment, text in annotations:
        before = [place for place, start in enumerate(starts) if start <= moment]
        if not before or moment >= starts[-1] + LONGEST[found.by]:
            continue
        place = before[-1]
        short = text if len(text) <= NOTE else f"{text[: NOTE - 1]}…"
        rows.append({"start": _label(starts[place], found.by), "text": short, "told": text,
                     "height": len(rows) % 3, "right": place * 2 >= len(starts)})  # fmt: skip
    if not rows:
        return []
    base = alt.Chart(pd.DataFrame(rows)).encode(x=alt.X("start:O"), tooltip=alt.Tooltip("told:N", title=" "))
    layers = [base.mark_rule(color=palette.VERMILLION, strokeDash=[4, 3])]
    for height in range(3):
        mine = base.transform_filter(alt.datum.height == height).encode(y=alt.value(0), text="text:N")
        left = mine.transform_filter("!datum.right").mark_text(
            align="left", baseline="top", dx=4, dy=14 * height
        )
        right = mine.transform_filter("datum.right").mark_text(
            align="right", baseline="top", dx=-4, dy=14 * height
        )
        layers += [left, right]
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
