"""Pictures of time to tap: incidences with bands and limits, histograms, hazards, and all endings of an arm."""

from typing import Literal

import altair as alt
import pandas as pd

from analysis import palette
from analysis.outcomes import CAUSES
from analysis.time_to_tap.answers import Arm, Bin, Point, TapsAnswer
from analysis.time_to_tap.sentences import name_of
from analysis.words import t
from experiments.stats.effects import Estimate, NoEffect

Picture = alt.LayerChart | alt.FacetChart
Measure = Literal["histogram", "hazard"]
TALL, SHORT = 340, 240
_COLOURS = list(palette.SERIES)
_DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 4], [10, 4], [3, 6]]


def incidence_chart(found: TapsAnswer, lang: str) -> Picture:
    """Tap incidence of every arm with its pointwise band, named at its end; dotted lines stand at the limits."""
    rows = [
        {"arm": name_of(found, arm.name, lang), **_point(point, "tap")}
        for arm in found.arms
        if not isinstance(arm.curves, NoEffect)
        for point in arm.curves.points
    ]
    names = list(dict.fromkeys(str(row["arm"]) for row in rows))
    return alt.layer(_curves(pd.DataFrame(rows), "arm", names, _COLOURS, lang), _limits(found.arms, lang))


def endings_chart(arm: Arm, lang: str) -> Picture:
    """Incidences of tap, dismissal and leave of one arm with their bands."""
    points = () if isinstance(arm.curves, NoEffect) else arm.curves.points
    names = {cause: t(f"time_to_tap.fate.{cause}", lang) for cause in CAUSES}
    rows = [{"ending": names[cause], **_point(point, cause)} for cause in CAUSES for point in points]
    colours = [palette.ENDINGS[cause] for cause in CAUSES]
    curves = _curves(pd.DataFrame(rows), "ending", list(names.values()), colours, lang)
    return alt.layer(curves, _limits((arm,), lang)).properties(height=SHORT)


def histogram_chart(arm: Arm, lang: str, measure: Measure, axes: tuple[float, float]) -> Picture:
    """Endings of one arm per bin, stacked by kind, with its display limits drawn.

    Args:
        arm: the arm.
        lang: en or ja.
        measure: "histogram" is the share of the arm's impressions, "hazard" endings per second of watching.
        axes: ends of the horizontal axis (s) and of the vertical one, the same for all arms that are compared.
    """
    rows = [
        {"from_s": entry.from_ms / 1000, "to_s": entry.to_ms / 1000, "order": place, "n": entry.count(cause),
         "ending": t(f"time_to_tap.fate.{cause}", lang), "value": _height(arm, entry, cause, measure)}
        for entry in arm.bins for place, cause in enumerate(CAUSES)
    ]  # fmt: skip
    digits = ".2%" if measure == "histogram" else ".4f"
    value = alt.Y(
        "value:Q", title=t(f"time_to_tap.axis.{measure}", lang), stack="zero", scale=alt.Scale(domain=[0, axes[1]]),
        axis=alt.Axis(format="%" if measure == "histogram" else "~g", tickCount=5),
    )  # fmt: skip
    bars = alt.Chart(pd.DataFrame(rows)).mark_bar(stroke="white", strokeWidth=0.5).encode(
        x=alt.X("from_s:Q", title=t("time_to_tap.axis.seconds", lang), bin="binned",
              scale=alt.Scale(domain=[0, axes[0]])), x2="to_s:Q", y=value,
        color=_colours("ending", [t(f"time_to_tap.fate.{cause}", lang) for cause in CAUSES],
                       [palette.ENDINGS[cause] for cause in CAUSES]),
        order="order:O",
        tooltip=[alt.Tooltip("from_s:Q", title=t("time_to_tap.axis.seconds", lang)),
                 alt.Tooltip("ending:N", title=t("time_to_tap.axis.ending", lang)),
                 alt.Tooltip("n:Q", title=t("time_to_tap.axis.n", lang), format=","),
                 alt.Tooltip("value:Q", title=t(f"time_to_tap.axis.{measure}", lang), format=digits)],
    )  # fmt: skip
    return alt.layer(bars, _limits((arm,), lang)).properties(height=SHORT)


def extent(found: TapsAnswer, measure: Measure) -> tuple[float, float]:
    """The longest time (s) and the tallest stack of bars over all arms, for common axes."""
    stacks = [
        sum(_height(arm, entry, cause, measure) for cause in CAUSES)
        for arm in found.arms
        for entry in arm.bins
    ]
    longest = max((entry.to_ms for arm in found.arms for entry in arm.bins), default=1000) / 1000
    return longest, max(stacks, default=0.0) * 1.05 or 1.0


def _height(arm: Arm, entry: Bin, cause: str, measure: Measure) -> float:
    if measure == "histogram":
        return entry.count(cause) / arm.n
    said = entry.hazard(cause)
    return said.value if isinstance(said, Estimate) else 0.0


def _curves(rows: pd.DataFrame, key: str, names: list[str], colours: list[str], lang: str) -> Picture:
    share = alt.Y("value:Q", title=t("time_to_tap.axis.incidence", lang), axis=alt.Axis(format="%"))
    base = alt.Chart(rows).encode(
        x=alt.X("s:Q", title=t("time_to_tap.axis.seconds", lang)), color=_colours(key, names, colours)
    )
    lines = base.mark_line(interpolate="step-after", strokeWidth=2).encode(
        y=share,
        strokeDash=alt.StrokeDash(f"{key}:N", scale=alt.Scale(domain=names, range=_DASHES), legend=None),
        tooltip=[alt.Tooltip(f"{key}:N", title=" "), alt.Tooltip("s:Q", title=t("time_to_tap.axis.seconds", lang)),
                 alt.Tooltip("value:Q", title=t("time_to_tap.axis.incidence", lang), format=".1%"),
                 alt.Tooltip("low:Q", title=t("time_to_tap.axis.low", lang), format=".1%"),
                 alt.Tooltip("high:Q", title=t("time_to_tap.axis.high", lang), format=".1%"),
                 alt.Tooltip("at_risk:Q", title=t("time_to_tap.axis.at_risk", lang), format=",")],
    )  # fmt: skip
    bands = base.mark_area(opacity=0.16, interpolate="step-after").encode(y="low:Q", y2="high:Q")
    ends = base.mark_text(align="left", dx=5, fontSize=12).encode(
        x="max(s):Q", y=alt.Y("value:Q", aggregate={"argmax": "s"}), text=f"{key}:N"
    )
    return alt.layer(bands, lines, ends).properties(height=TALL)


def _limits(arms: tuple[Arm, ...], lang: str) -> Picture:
    limits = sorted({arm.limit_ms for arm in arms if arm.limit_ms is not None})
    rows = pd.DataFrame(
        {
            "s": [ms / 1000 for ms in limits],
            "label": [t("time_to_tap.limit", lang, s=ms / 1000) for ms in limits],
        }
    )
    base = alt.Chart(rows).encode(x="s:Q")
    rule = base.mark_rule(strokeDash=[3, 3], color=palette.GREY, strokeWidth=1.5)
    label = base.mark_text(align="right", dx=-4, y=8, color=palette.GREY).encode(text="label:N")
    return alt.layer(rule, label)


def _point(point: Point, cause: str) -> dict[str, object]:
    said = point.of(cause)
    if not isinstance(said, Estimate) or said.interval is None:
        return {"s": point.ms / 1000, "value": None, "low": None, "high": None, "at_risk": point.at_risk}
    return {"s": point.ms / 1000, "value": said.value, "low": said.interval.low, "high": said.interval.high,
            "at_risk": point.at_risk}  # fmt: skip


def _colours(key: str, names: list[str], colours: list[str]) -> alt.Color:
    spread = [colours[place % len(colours)] for place in range(len(names))]
    legend = alt.Legend(title=None, orient="top", labelLimit=240, symbolOpacity=1)
    return alt.Color(f"{key}:N", scale=alt.Scale(domain=names, range=spread), legend=legend)
