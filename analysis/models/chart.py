"""Pictures of the models: precision with intervals per group, latency quantiles against the budgets."""

import math
from collections.abc import Sequence

import altair as alt
import pandas as pd

from analysis import palette
from analysis.models.answers import LatencyRow, ModelsAnswer
from analysis.models.sentences import group_of
from analysis.words import t
from experiments.stats.effects import Estimate, NoEffect

Picture = alt.LayerChart | alt.FacetChart
STEP, HEAD = 36, 90
DRAWN_GROUPS = 20
_FAR = 2.0
_SHAPES = {"p50": "circle", "p90": "square", "p99": "triangle-right"}
_COLOURS = {"p50": palette.BLUE, "p90": palette.ORANGE, "p99": palette.PURPLE}


def precision_chart(found: ModelsAnswer, lang: str) -> Picture:
    """A point and its 95 % interval per group; how many confirmed predictions stand behind it is written beside."""
    rows = []
    for row in found.precision:
        said = row.precision
        estimate = said if isinstance(said, NoEffect) else said.estimate
        if isinstance(said, NoEffect) or isinstance(estimate, NoEffect) or estimate.interval is None:
            continue
        rows.append({"group": group_of(row.group, lang), "value": estimate.value, "low": estimate.interval.low,
                     "high": estimate.interval.high, "n": t("models.of", lang, n=said.verified)})  # fmt: skip
    names = [str(row["group"]) for row in rows]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("group:N", title=None, sort=names, axis=alt.Axis(labelLimit=320))
    )
    lowest = min((float(str(row["low"])) for row in rows), default=0.0)
    span = alt.X("low:Q", title=t("models.axis.precision", lang), axis=alt.Axis(format="%", tickCount=7),
                 scale=alt.Scale(domain=[max(0.0, math.floor(lowest * 10 - 1) / 10), 1.0]))  # fmt: skip
    bars = base.mark_rule(color=palette.BLUE, strokeWidth=2).encode(x=span, x2="high:Q")
    tips = [alt.Tooltip("group:N", title=t("models.group", lang))]
    tips += [
        alt.Tooltip(f"{end}:Q", title=t(f"models.axis.{end}", lang), format=".1%")
        for end in ("value", "low", "high")
    ]
    dots = base.mark_point(filled=True, size=90, color=palette.BLUE, opacity=1).encode(
        x="value:Q", tooltip=tips
    )
    told = base.mark_text(align="left", dx=8, dy=-10, color=palette.GREY).encode(x="value:Q", text="n:N")
    return alt.layer(bars, dots, told).properties(height=STEP * max(len(rows), 1) + HEAD)


def latency_chart(found: ModelsAnswer, temperature: str | None, lang: str) -> Picture:
    """p50, p90 and p99 with intervals per group at one temperature, the largest groups; lines stand at the budgets."""
    mine = [row for row in found.latency if row.temperature == temperature][:DRAWN_GROUPS]
    rows = [point for row in mine for point in _points(row, lang)]
    names = [group_of(row.group, lang) for row in mine]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("group:N", title=None, sort=names, axis=alt.Axis(labelLimit=320)),
        color=alt.Color("quantile:N", scale=alt.Scale(domain=list(_COLOURS), range=list(_COLOURS.values())),
                        legend=alt.Legend(title=None, orient="top", symbolOpacity=1)),
    )  # fmt: skip
    ends = base.mark_rule(strokeWidth=3, opacity=0.4).encode(
        x=alt.X("low:Q", title=t("models.axis.latency", lang), axis=alt.Axis(tickCount=10)), x2="high:Q"
    )
    dots = base.mark_point(filled=True, size=80, opacity=1).encode(
        x="ms:Q",
        shape=alt.Shape("quantile:N", scale=alt.Scale(domain=list(_SHAPES), range=list(_SHAPES.values())), legend=None),
        tooltip=[alt.Tooltip("group:N", title=t("models.group", lang)), alt.Tooltip("quantile:N", title=" "),
                 alt.Tooltip("ms:Q", title="ms", format=".1f"),
                 alt.Tooltip("n:Q", title=t("models.inferences", lang), format=",")],
    )  # fmt: skip
    budgets = _drawn(found.budgets_ms, [float(str(row["high"])) for row in rows])
    lines = pd.DataFrame({"ms": budgets, "label": [t("models.budget", lang, ms=ms) for ms in budgets]})
    rule = alt.Chart(lines).mark_rule(strokeDash=[3, 3], color=palette.GREY).encode(x="ms:Q")
    label = alt.Chart(lines).mark_text(align="right", dx=-4, y=-6).encode(x="ms:Q", text="label:N")
    return alt.layer(rule, label, ends, dots).properties(height=STEP * max(len(names), 1) + HEAD)


def _drawn(budgets_ms: Sequence[float], ends: Sequence[float]) -> list[float]:
    """The budgets near the figures: one far beyond them would leave these no room."""
    farthest = max(ends, default=0.0)
    return [ms for ms in budgets_ms if ms <= _FAR * farthest] or [min(budgets_ms)]


def _points(row: LatencyRow, lang: str) -> list[dict[str, object]]:
    points = []
    for share, said in row.quantiles:
        if not isinstance(said, Estimate) or f"p{share * 100:g}" not in _SHAPES:
            continue
        low, high = (
            (said.value, said.value) if said.interval is None else (said.interval.low, said.interval.high)
        )
        points.append({"group": group_of(row.group, lang), "quantile": f"p{share * 100:g}", "ms": said.value,
                       "low": low, "high": high, "n": row.n})  # fmt: skip
    return points
