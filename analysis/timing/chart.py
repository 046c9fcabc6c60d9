"""Pictures of step times: a histogram with fixed bins, the share of everybody by then, and times over time."""

import altair as alt
import pandas as pd

from analysis import palette, words
from analysis.timing.answers import TimingAnswer
from analysis.words import t

Picture = alt.LayerChart | alt.FacetChart
HEIGHT, TITLE = 240, 180
_SCALES = (("d", 86_400.0), ("h", 3_600.0), ("min", 60.0), ("s", 1.0))


def chart(found: TimingAnswer, lang: str) -> Picture:
    """Units per bin, up to the last bin that holds any; their width never depends on the data.

    Args:
        found: The answer.
        lang: `en` or `ja`.
    """
    filled = [k for k, one in enumerate(found.everybody.bins) if one.units]
    bins = found.everybody.bins[: filled[-1] + 1 if filled else 1]
    scale, size = _scale(found.bin_s * len(bins))
    lines = [
        {
            "from": one.from_s / size,
            "to": (one.from_s + found.bin_s) / size,
            "units": one.units,
            "told": _range(one.from_s, one.to_s, lang),
        }
        for one in bins
    ]
    title = t(f"timing.axis.{scale}", lang, after=found.after_name, step=found.name)
    base = alt.Chart(pd.DataFrame(lines, columns=["from", "to", "units", "told"]))
    bars = base.mark_bar(color=palette.BLUE, binSpacing=1).encode(
        x=alt.X("from:Q", title=title, bin="binned"),
        x2="to:Q",
        y=alt.Y("units:Q", title=t("timing.reached", lang), axis=alt.Axis(tickMinStep=1)),
        tooltip=[
            alt.Tooltip("told:N", title=t("timing.time", lang)),
            alt.Tooltip("units:Q", title=t("timing.reached", lang), format=","),
        ],
    )
    return alt.layer(bars).properties(height=HEIGHT)


def curve_chart(found: TimingAnswer, lang: str) -> Picture:
    """The share of all who entered that had reached the step by each wait since the entry, with its pointwise band."""
    scale, size = _scale(found.curve[-1].wait_s if found.curve else 1.0)
    lines = [{"wait": p.wait_s / size, "share": p.share, "low": p.low, "high": p.high} for p in found.curve]
    rows = pd.DataFrame(lines, columns=["wait", "share", "low", "high"])
    base = alt.Chart(rows).encode(
        x=alt.X("wait:Q", title=t(f"timing.since.{scale}", lang), scale=alt.Scale(zero=True))
    )
    title = t("timing.share", lang, step=found.name)
    band = base.mark_area(color=palette.BLUE, opacity=0.2, interpolate="step-after").encode(
        y=alt.Y("low:Q", title=title, axis=alt.Axis(format="%", titleLimit=TITLE)), y2="high:Q"
    )
    line = base.mark_line(color=palette.BLUE, interpolate="step-after").encode(y="share:Q")
    return alt.layer(band, line).properties(height=HEIGHT)


def periods_chart(found: TimingAnswer, lang: str) -> Picture:
    """Half and nine of ten by the time of entry; hollow where some may still come, for these times are too short."""
    seen = [one for one in found.periods if one.part.time is not None]
    scale, size = _scale(max((one.part.time.p90_s for one in seen if one.part.time is not None), default=1.0))
    pattern = "%Y-%m-%d %H:%M %Z" if found.by == "hour" else "%Y-%m-%d"
    lines = [
        {
            "start": one.start.strftime(pattern),
            "figure": t(f"timing.{name}", lang),
            "time": float(getattr(one.part.time, name)) / size,
            "open": one.part.maturing > 0,
            "told": words.seconds(float(getattr(one.part.time, name)), lang),
        }
        for one in seen
        for name in ("p50_s", "p90_s")
    ]
    rows = pd.DataFrame(lines, columns=["start", "figure", "time", "open", "told"])
    figures = [t("timing.p50_s", lang), t("timing.p90_s", lang)]
    colour = alt.Color(
        "figure:N",
        scale=alt.Scale(domain=figures, range=[palette.BLUE, palette.ORANGE]),
        legend=alt.Legend(title=None, orient="top"),
    )
    base = alt.Chart(rows).encode(
        x=alt.X(
            "start:O",
            title=t(f"trend.by.{found.by}", lang),
            scale=alt.Scale(padding=2),  # room for the last label
            axis=alt.Axis(labelOverlap=True, labelAngle=0, labelExpr="slice(datum.value, 5)"),
        ),
        y=alt.Y("time:Q", title=t(f"timing.in.{scale}", lang)),
        color=colour,
        tooltip=[
            alt.Tooltip("start:O", title=t(f"trend.by.{found.by}", lang)),
            alt.Tooltip("figure:N", title=t("timing.time", lang)),
            alt.Tooltip("told:N", title=t("timing.time", lang)),
        ],
    )
    settled = base.transform_filter("!datum.open").mark_point(filled=True, size=60)
    young = base.transform_filter("datum.open").mark_point(filled=False, size=60, shape="diamond")
    return alt.layer(settled, young).properties(height=HEIGHT)


def _scale(longest_s: float) -> tuple[str, float]:
    """The unit of an axis and its seconds: days from two days on, and so on; below two minutes seconds."""
    return next((one for one in _SCALES if longest_s >= 2 * one[1]), _SCALES[-1])


def _range(low: float, high: float | None, lang: str) -> str:
    if high is None:
        return t("timing.open", lang, low=words.seconds(low, lang))
    return words.between(words.seconds(low, lang), words.seconds(high, lang), lang)
