"""Pictures of the record: latencies by model and conversion, accuracies with their intervals."""

import altair as alt
import pandas as pd

from analysis import palette
from analysis.verification.answers import VerificationAnswer
from analysis.verification.sentences import place_of
from analysis.words import t

Picture = alt.LayerChart | alt.FacetChart
MODELS = 25
STEP, HEAD = 26, 90
_COLOURS = [palette.BLUE, palette.ORANGE, palette.PURPLE, palette.GREY]


def latency_chart(found: VerificationAnswer, lang: str) -> Picture:
    """A point a run: its model and conversion beside its latency, those with the fastest runs first."""
    rows = [
        {
            "model": " · ".join(filter(None, (one.source.run.model, one.source.run.conversion))),
            "ms": one.value,
            "place": place_of(one.source, lang),
            "delegate": one.source.run.delegate or t("common.unknown", lang),
        }
        for one in found.latencies
        if one.value > 0
    ]
    names = list(dict.fromkeys(str(row["model"]) for row in rows))[:MODELS]
    shown = [row for row in rows if row["model"] in names]
    dots = (
        alt.Chart(pd.DataFrame(shown))
        .mark_point(filled=True, size=60, opacity=0.7)
        .encode(
            y=alt.Y("model:N", title=None, sort=names, axis=alt.Axis(labelLimit=280)),
            x=alt.X("ms:Q", title=t("verification.axis", lang, statistic=found.statistic), scale=alt.Scale(type="log")),
            color=alt.Color("delegate:N", scale=alt.Scale(range=_COLOURS), legend=alt.Legend(title=None, orient="top")),
            shape=alt.Shape("delegate:N", legend=None),
            tooltip=[alt.Tooltip("model:N", title=t("verification.model", lang)),
                     alt.Tooltip("place:N", title=t("verification.place", lang)),
                     alt.Tooltip("ms:Q", title="ms", format=".3~f")],
        )
    )  # fmt: skip
    return alt.layer(dots).properties(height=STEP * max(len(names), 1) + HEAD)


def accuracy_chart(found: VerificationAnswer, lang: str) -> Picture:
    """A point an accuracy with its interval, where it has one."""
    several = len({one.source.run.model for one in found.accuracies}) > 1
    rows = []
    for one in found.accuracies[:MODELS]:
        interval = one.value.interval
        run = one.source.run
        named = (run.model if several else None, run.conversion, run.runtime, run.device, one.statistic)
        name = " · ".join(filter(None, named))
        low, high = (one.value.value, one.value.value) if interval is None else (interval.low, interval.high)
        rows.append({"run": name, "value": one.value.value, "low": low, "high": high})
    names = list(dict.fromkeys(str(row["run"]) for row in rows))
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("run:N", title=None, sort=names, axis=alt.Axis(labelLimit=280))
    )
    scale = alt.Scale(zero=False)
    bars = base.mark_rule(strokeWidth=3, color=palette.BLUE, opacity=0.4).encode(
        x=alt.X("low:Q", title=t("verification.accuracy", lang), scale=scale, axis=alt.Axis(format=".1%")), x2="high:Q"
    )  # fmt: skip
    dots = base.mark_point(filled=True, size=80, color=palette.BLUE, opacity=1).encode(
        x="value:Q", tooltip=[alt.Tooltip("run:N", title=" "), alt.Tooltip("value:Q", title=" ", format=".2%")]
    )  # fmt: skip
    return alt.layer(bars, dots).properties(height=STEP * max(len(names), 1) + HEAD)
