"""The picture of every display time: what the data say, what lies beyond them in another colour, and the time to name."""

import altair as alt
import pandas as pd

from analysis import palette
from analysis.display_limit.answers import DisplayLimitAnswer, LimitPoint
from analysis.display_limit.sentences import arm_name, seconds
from analysis.outcomes import CAUSES
from analysis.words import t
from experiments.stats.effects import Estimate
from experiments.stats.survival.limit_choice import Choice

TALL = 340
BEYOND = palette.PURPLE


def limit_chart(found: DisplayLimitAnswer, chosen_ms: int, lang: str) -> alt.LayerChart | alt.FacetChart:
    """Taps, dismissals and leaves at every display time, with bands; beyond the data dashed and purple.

    Args:
        found: the answer; it must have points.
        chosen_ms: the display time that the reader looks at.
        lang: en or ja.
    """
    rows = pd.DataFrame([row for cause in CAUSES for row in _rows(found, cause, lang)])
    names = [t(f"time_to_tap.fate.{cause}", lang) for cause in CAUSES]
    beyond = t("display_limit.beyond", lang)
    colours = alt.Color(
        "series:N", legend=alt.Legend(title=None, orient="top", symbolOpacity=1, labelLimit=240, columns=2),
        scale=alt.Scale(domain=[*names, beyond], range=[*(palette.ENDINGS[cause] for cause in CAUSES), BEYOND]),
    )  # fmt: skip
    x = alt.X("s:Q", title=t("display_limit.axis.limit", lang), scale=alt.Scale(domainMin=0))
    base = alt.Chart(rows).encode(x=x, color=colours, detail="line:N")
    title = t("display_limit.axis.share", lang)
    share = alt.Y("value:Q", title=title, axis=alt.Axis(format="%"))
    bands = base.mark_area(opacity=0.16).encode(y=alt.Y("low:Q", title=title), y2="high:Q")
    tips = [alt.Tooltip("ending:N", title=t("time_to_tap.axis.ending", lang)),
            alt.Tooltip("s:Q", title=t("display_limit.axis.limit", lang)),
            alt.Tooltip("value:Q", format=".1%", title=t("display_limit.axis.share", lang)),
            alt.Tooltip("low:Q", format=".1%", title=t("time_to_tap.axis.low", lang)),
            alt.Tooltip("high:Q", format=".1%", title=t("time_to_tap.axis.high", lang))]  # fmt: skip
    inside = base.transform_filter("!datum.beyond").mark_line(strokeWidth=2).encode(y=share, tooltip=tips)
    outside = base.transform_filter("datum.beyond").mark_line(strokeWidth=2, strokeDash=[5, 4]).encode(
        y=share, tooltip=tips
    )  # fmt: skip
    return alt.layer(bands, inside, outside, _dots(found, lang), _rules(found, chosen_ms, lang)).properties(
        height=TALL
    )


def _rows(found: DisplayLimitAnswer, cause: str, lang: str) -> list[dict[str, object]]:
    """One row a point; the last point of the data begins the part beyond too, so that the line does not break."""
    name, beyond = t(f"time_to_tap.fate.{cause}", lang), t("display_limit.beyond", lang)
    rows = [_row(one, cause, name, beyond if one.extrapolated else name) for one in found.points]
    last = next((one for one in reversed(found.points) if not one.extrapolated), None)
    if last is not None and found.points[-1].extrapolated:
        rows.append({**_row(last, cause, name, beyond), "beyond": True})
    return rows


def _row(one: LimitPoint, cause: str, name: str, series: str) -> dict[str, object]:
    said = one.of(cause)
    row: dict[str, object] = {"s": one.ms / 1000, "ending": name, "series": series, "line": f"{name} {series}",
                              "beyond": one.extrapolated}  # fmt: skip
    if not isinstance(said, Estimate) or said.interval is None:
        return {**row, "value": None, "low": None, "high": None}
    return {**row, "value": said.value, "low": said.interval.low, "high": said.interval.high}


def _dots(found: DisplayLimitAnswer, lang: str) -> alt.LayerChart | alt.FacetChart:
    """What each arm showed at its own limit: the curve of the longest arm should pass through it."""
    rows = [
        {"s": one.limit_ms / 1000, "value": one.taps.value, "low": one.taps.interval.low,
         "high": one.taps.interval.high, "n": one.n,
         "label": t("display_limit.observed", lang, arm=arm_name(found, one.arm, lang))}
        for one in found.observed
        if isinstance(one.taps, Estimate) and one.taps.interval is not None
    ]  # fmt: skip
    base = alt.Chart(pd.DataFrame(rows, columns=["s", "value", "low", "high", "n", "label"])).encode(
        x="s:Q",
        tooltip=[alt.Tooltip("label:N", title=" "), alt.Tooltip("n:Q", format=","),
                 alt.Tooltip("value:Q", format=".1%", title=t("display_limit.axis.share", lang)),
                 alt.Tooltip("low:Q", format=".1%", title=t("time_to_tap.axis.low", lang)),
                 alt.Tooltip("high:Q", format=".1%", title=t("time_to_tap.axis.high", lang))],
    )  # fmt: skip
    whiskers = base.mark_rule(color=palette.BLUE, strokeWidth=1.5).encode(y="low:Q", y2="high:Q")
    dots = base.mark_point(filled=True, size=70, opacity=1, shape="diamond", color=palette.BLUE).encode(
        y="value:Q"
    )
    return alt.layer(whiskers, dots)


def _rules(found: DisplayLimitAnswer, chosen_ms: int, lang: str) -> alt.LayerChart | alt.FacetChart:
    marks = [(chosen_ms, "display_limit.rule.chosen", [1, 0])]
    if found.longest_ms is not None:
        marks.append((found.longest_ms, "display_limit.rule.longest", [3, 3]))
    if isinstance(found.choice, Choice) and found.choice.ms != chosen_ms:
        marks.append((found.choice.ms, "display_limit.rule.named", [8, 3]))
    rows = pd.DataFrame(
        [{"s": ms / 1000, "label": t(key, lang, at=seconds(ms, lang)), "kind": key, "dy": 8 + 14 * k}
         for k, (ms, key, _) in enumerate(marks)]
    )  # fmt: skip
    dash = alt.StrokeDash(
        "kind:N", legend=None, scale=alt.Scale(domain=[key for _, key, _ in marks], range=[d for *_, d in marks])
    )  # fmt: skip
    base = alt.Chart(rows).encode(x="s:Q")
    rule = base.mark_rule(color=palette.GREY, strokeWidth=1.5).encode(strokeDash=dash)
    texts = [
        alt.Chart(rows.iloc[[k]]).mark_text(align="right", dx=-4, y=8 + 14 * k, color=palette.GREY).encode(
            x="s:Q", text="label:N"
        ) for k in range(len(rows))
    ]  # fmt: skip
    return alt.layer(rule, *texts)
