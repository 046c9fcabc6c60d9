"""Pictures of a readout: exposures against the plan, and a forest plot of effects per metric."""

import altair as alt
import pandas as pd

from analysis import palette
from analysis.readout.answers import MetricReadout, ReadoutAnswer
from analysis.readout.sentences import change, minimum_of, outcome, outcome_in_words
from analysis.words import number, t
from analysis.words.sentences import known
from experiments.comparison import NonInferiority
from experiments.stats.effects import Effect

Picture = alt.LayerChart | alt.FacetChart
ROW_HEIGHT, AXIS_HEIGHT, HISTORY_HEIGHT, LEGEND_HEIGHT = 48, 78, 260, 60
_DAYS = {"en": "%-d %b", "ja": "%-m/%-d"}
_ARMS = (palette.PURPLE, palette.GREEN, palette.SKY, palette.ORANGE)  # not those of better and worse
_COLOURS = {"better": palette.BETTER, "worse": palette.WORSE, "undecided": palette.UNDECIDED}


def exposures_chart(found: ReadoutAnswer, lang: str) -> Picture:
    """Bars of the units that count, by arm, each with its number; a tick stands at what the plan expects."""
    whole, weights = found.units, sum(arm.weight for arm in found.arms)
    rows = pd.DataFrame(
        {
            "arm": [arm.arm for arm in found.arms],
            "units": [arm.counted for arm in found.arms],
            "shown": [number(arm.counted, lang) for arm in found.arms],
            "planned": [whole * arm.weight / weights for arm in found.arms],
            "end": [max(arm.counted, whole * arm.weight / weights) for arm in found.arms],
        }
    )
    base = alt.Chart(rows).encode(y=alt.Y("arm:N", title=None, sort=None, axis=alt.Axis(labelLimit=240)))
    layers = [
        base.mark_bar(color=palette.BLUE, height=18).encode(
            x=alt.X("units:Q", title=t("readout.units", lang), axis=alt.Axis(tickCount=5)),
            tooltip=[
                alt.Tooltip("arm:N", title=t("readout.arm", lang)),
                alt.Tooltip("units:Q", title=t("readout.units", lang), format=","),
                alt.Tooltip("planned:Q", title=t("readout.planned", lang), format=",.1f"),
            ],
        ),
        base.mark_text(align="left", dx=6).encode(x="end:Q", text="shown:N"),
    ]
    if found.randomised:
        layers.append(base.mark_tick(color=palette.ORANGE, thickness=3, size=28).encode(x="planned:Q"))
    picture: Picture = alt.layer(*layers).properties(height=ROW_HEIGHT * len(rows) + AXIS_HEIGHT)
    return picture


def forest_chart(metric: MetricReadout, alpha: float, lang: str) -> Picture | None:
    """Effects of every treatment with intervals beside the zero line; None where no arm has an effect.

    Coloured only where an effect is told from zero, always with its word; a dashed line stands at a guardrail's margin.
    """
    scale = 100 if metric.unit == "share" else 1
    rows = [
        {
            "arm": one.arm,
            "value": one.effect.value * scale,
            "low": one.effect.interval.low * scale,
            "high": one.effect.interval.high * scale,
            "said": f"{change(one.effect.value, metric.unit, lang)} · {outcome_in_words(one, alpha, lang)}",
            "colour": _COLOURS[outcome(one, alpha)],
        }
        for one in metric.effects
        if isinstance(one.effect, Effect)
    ]
    if not rows:
        return None
    drawn = [one.effect for one in metric.effects if isinstance(one.effect, Effect)]
    ends = [0.0, *(end for one in drawn for end in (one.interval.low, one.interval.high))]
    for row, effect in zip(rows, drawn, strict=True):  # a label goes to where there is room
        row["side"] = "right" if effect.value > 0.4 * min(ends) + 0.6 * max(ends) else "left"
    title = t("readout.effect_axis_share" if metric.unit == "share" else "readout.effect_axis_number", lang)
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("arm:N", title=None, sort=None, axis=alt.Axis(labelLimit=240)),
        color=alt.Color("colour:N", scale=None),
        tooltip=[
            alt.Tooltip("arm:N", title=t("readout.arm", lang)),
            alt.Tooltip("value:Q", title=title, format="+.3f"),
            alt.Tooltip("low:Q", title=t("readout.low", lang), format="+.3f"),
            alt.Tooltip("high:Q", title=t("readout.high", lang), format="+.3f"),
        ],
    )
    lines = [
        alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=palette.GREY, strokeWidth=2).encode(x="x:Q")
    ]
    band = _minimum(metric, scale)
    if band:
        shade = alt.Chart(pd.DataFrame({"x": [-band], "x2": [band]})).mark_rect(
            color=palette.GREY, opacity=0.18
        )
        lines.insert(0, shade.encode(x="x:Q", x2="x2:Q"))
    margins = _margins(metric, scale)
    if margins:
        rule = alt.Chart(pd.DataFrame({"x": margins})).mark_rule(color=palette.ORANGE, strokeDash=[5, 4])
        lines.append(rule.encode(x="x:Q"))
    picture: Picture = alt.layer(
        *lines,
        base.mark_rule(strokeWidth=3).encode(
            x=alt.X("low:Q", title=title, scale=alt.Scale(padding=70), axis=alt.Axis(tickCount=8)),
            x2="high:Q",
        ),
        base.mark_point(filled=True, size=110, opacity=1).encode(x="value:Q"),
        *(
            base.transform_filter(alt.datum.side == side)
            .mark_text(align=side, dy=-14)
            .encode(x="value:Q", text="said:N")
            for side in ("left", "right")
        ),
    ).properties(height=ROW_HEIGHT * len(rows) + AXIS_HEIGHT)
    return picture


def history_chart(metric: MetricReadout, lang: str) -> Picture | None:
    """Effect and interval as of each day of first exposure, a line and a band per treatment; None for fewer than two days."""
    scale = 100 if metric.unit == "share" else 1
    rows = [
        {
            "arm": arm,
            "day": point.day.isoformat(),
            "units": point.units,
            "value": point.effect.value * scale,
            "low": point.effect.interval.low * scale,
            "high": point.effect.interval.high * scale,
        }
        for arm, points in metric.history.items()
        for point in points
        if isinstance(point.effect, Effect)
    ]
    if len({row["day"] for row in rows}) < 2:
        return None
    title = t("readout.effect_axis_share" if metric.unit == "share" else "readout.effect_axis_number", lang)
    axis = t(f"readout.history_axis_{metric.unit}", lang)
    several = len(metric.history) > 1
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X(
            "day:T",
            title=t("readout.history_day", lang),
            axis=alt.Axis(tickCount=6, labelOverlap=True, format=_DAYS[known(lang)]),
        ),
        color=alt.Color(
            "arm:N",
            title=None,
            scale=alt.Scale(domain=list(metric.history), range=list(_ARMS)),
            legend=alt.Legend(orient="top", symbolOpacity=1) if several else None,
        ),
        tooltip=[
            alt.Tooltip("day:T", title=t("readout.history_day", lang), format=_DAYS[known(lang)]),
            alt.Tooltip("arm:N", title=t("readout.arm", lang)),
            alt.Tooltip("units:Q", title=t("readout.units", lang), format=","),
            alt.Tooltip("value:Q", title=title, format="+.3f"),
            alt.Tooltip("low:Q", title=t("readout.low", lang), format="+.3f"),
            alt.Tooltip("high:Q", title=t("readout.high", lang), format="+.3f"),
        ],
    )
    zero = alt.Chart(pd.DataFrame({"y": [0.0]})).mark_rule(color=palette.GREY, strokeWidth=2).encode(y="y:Q")
    picture: Picture = alt.layer(
        zero,
        base.mark_area(opacity=0.2).encode(y=alt.Y("low:Q", title=axis), y2="high:Q"),
        base.mark_line(point=True).encode(y="value:Q"),
    ).properties(height=HISTORY_HEIGHT + LEGEND_HEIGHT * several)
    return picture


def _minimum(metric: MetricReadout, scale: int) -> float | None:
    """Half the width of the band of effects that would not matter; none unless all arms agree on it."""
    found = {minimum_of(metric, one) for one in metric.effects}
    least = found.pop() if len(found) == 1 else None
    return None if least is None else least * scale


def _margins(metric: MetricReadout, scale: int) -> list[float]:
    """Where the guardrail's margin lies: one line, unless it is relative to a control without a value."""
    found = (one.non_inferiority for one in metric.effects)
    return sorted({one.margin * scale for one in found if isinstance(one, NonInferiority)})
