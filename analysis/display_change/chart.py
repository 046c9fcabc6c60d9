"""The picture of the agreement check: ratios of hazards with their intervals, and the band that means agreement."""

import altair as alt
import pandas as pd

from analysis import palette
from analysis.display_change.answers import DisplayChangeAnswer, Pair
from analysis.display_change.sentences import name_of
from analysis.outcomes import CAUSES
from analysis.words import t
from experiments.stats.effects import Estimate
from experiments.stats.survival.hazard_agreement import BAND, Agreement
from experiments.stats.survival.hazard_ratio import HazardRatio

_ENDS = (0.2, 5.0)


def agreement_chart(
    found: DisplayChangeAnswer, pair: Pair, lang: str
) -> alt.LayerChart | alt.FacetChart | None:
    """Every ratio of hazards of one pair, on a logarithmic axis around 1; None where nothing could be compared."""
    said = pair.agreement
    if not isinstance(said, Agreement):
        return None
    rows = [
        _row(one, t(f"time_to_tap.fate.{cause.cause}", lang), label)
        for cause in said.causes
        for one, label in zip(
            (cause.overall, *cause.parts), _labels(cause.parts, lang), strict=True
        )
    ]  # fmt: skip
    scale = alt.Scale(type="log", domain=list(_ENDS), clamp=True)
    title = t("display_change.axis.ratio", lang, control=name_of(found, pair.control, lang))
    band = alt.Chart(pd.DataFrame({"low": [BAND[0]], "high": [BAND[1]]})).mark_rect(
        color=palette.GREY, opacity=0.18
    ).encode(x=alt.X("low:Q", scale=scale, title=title), x2="high:Q")  # fmt: skip
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=260, labelOverlap=False)),
        color=alt.Color("cause:N", title=None, legend=alt.Legend(orient="top", symbolOpacity=1),
                        scale=alt.Scale(domain=[t(f"time_to_tap.fate.{cause}", lang) for cause in CAUSES],
                                        range=[palette.ENDINGS[cause] for cause in CAUSES])),
        tooltip=[alt.Tooltip("label:N", title=" "), alt.Tooltip("value:Q", format=".2f", title=title),
                 alt.Tooltip("low:Q", format=".2f", title=t("time_to_tap.axis.low", lang)),
                 alt.Tooltip("high:Q", format=".2f", title=t("time_to_tap.axis.high", lang)),
                 alt.Tooltip("n:Q", format=",", title=t("display_change.axis.endings", lang))],
    )  # fmt: skip
    lines = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", scale=scale, title=title), x2="high:Q")
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=alt.X("value:Q", scale=scale, title=title)
    )
    return alt.layer(band, lines, dots).properties(height=24 * len(rows) + 20)


def _labels(parts: tuple[HazardRatio, ...], lang: str) -> list[str]:
    spans = [t("display_change.part", lang, begin=one.from_ms / 1000, end=one.to_ms / 1000) for one in parts]
    return [t("display_change.part.overall", lang), *spans]


def _row(one: HazardRatio, cause: str, label: str) -> dict[str, object]:
    row: dict[str, object] = {
        "cause": cause,
        "label": f"{cause} · {label}",
        "n": one.control + one.treatment,
    }
    if not isinstance(one.ratio, Estimate) or one.ratio.interval is None:
        return {**row, "value": None, "low": None, "high": None}
    ends = one.ratio.interval
    return {**row, "value": max(one.ratio.value, _ENDS[0]), "low": max(ends.low, _ENDS[0]), "high": ends.high}
