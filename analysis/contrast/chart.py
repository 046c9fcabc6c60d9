"""The picture of a comparison: every step's difference in percentage points, with its interval."""

import altair as alt
import pandas as pd

from analysis import palette
from analysis.contrast.answers import ContrastAnswer, Difference
from analysis.contrast.sentences import effect, side_name, step_label
from analysis.words import t
from experiments.stats.effects import Effect

ROW, HEAD, DRAWN = 22, 100, 6


def chart(found: ContrastAnswer, lang: str) -> alt.LayerChart | alt.FacetChart:
    """A point with whiskers per step and comparison, right of zero where the side does better.

    Args:
        found: The answer; of many comparisons the first six are drawn.
        lang: `en` or `ja`.
    """
    pairs = list(dict.fromkeys((one.side, one.other) for one in found.differences))[:DRAWN]
    shown = [_versus(found, pair, lang) for pair in pairs]
    lines = [
        {"versus": versus, **line}
        for pair, versus in zip(pairs, shown, strict=True)
        for one in found.differences
        if (one.side, one.other) == pair
        for line in _drawn(found, one, lang)
    ]
    rows = pd.DataFrame(lines, columns=["versus", "step", "value", "low", "high", "told"])
    names = list(dict.fromkeys(rows["step"]))
    axis = alt.Axis(format="+~g", tickCount=8)
    base = alt.Chart(rows).encode(
        y=alt.Y("step:N", title=None, sort=names, axis=alt.Axis(labelLimit=320)),
        yOffset=alt.YOffset("versus:N", sort=shown),
        color=alt.Color(
            "versus:N",
            scale=alt.Scale(domain=shown, range=list(palette.SERIES[: len(shown)])),
            legend=alt.Legend(title=None, orient="top", labelLimit=420, columns=1),
        ),
        tooltip=[
            alt.Tooltip("versus:N", title=t("contrast.side", lang)),
            alt.Tooltip("step:N", title=t("funnel.step", lang)),
            alt.Tooltip("told:N", title=t("contrast.difference", lang)),
        ],
    )
    zero = alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(color=palette.GREY).encode(x="zero:Q")
    whiskers = base.mark_rule(size=2).encode(
        x=alt.X("low:Q", title=t("contrast.axis", lang), axis=axis), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=80).encode(x="value:Q")
    height = (ROW * max(len(shown), 1) + 16) * max(len(names), 1) + HEAD
    return alt.layer(zero, whiskers, points).properties(height=height)


def _versus(found: ContrastAnswer, pair: tuple[int, int], lang: str) -> str:
    side, other = (side_name(found.sides[place], lang) for place in pair)
    return t("contrast.versus", lang, side=side, other=other)


def _drawn(found: ContrastAnswer, one: Difference, lang: str) -> list[dict[str, object]]:
    if not isinstance(one.absolute, Effect):
        return []
    interval = one.absolute.interval
    return [
        {
            "step": step_label(found, one, lang),
            "value": one.absolute.value * 100,
            "low": interval.low * 100,
            "high": interval.high * 100,
            "told": effect(one, lang),
        }
    ]
