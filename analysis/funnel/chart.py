"""Pictures of a funnel: horizontal steps, each percentage with its count beside it; groups side by side."""

import altair as alt
import pandas as pd

from analysis import palette, words
from analysis.funnel.answers import FunnelAnswer, StepAnswer
from analysis.funnel.sentences import fields_name, group_name, step_name
from analysis.words import t

Picture = alt.LayerChart | alt.FacetChart
STEP, GROUP, HEAD = 44, 22, 60
DRAWN_GROUPS = 6


def steps_chart(found: FunnelAnswer, lang: str) -> Picture:
    """A bar per step: the share of those who entered, on the pale bar of all of them.

    Args:
        found: The answer; somebody must have entered.
        lang: `en` or `ja`.
    """
    rows = pd.DataFrame([_row(place, step, lang) for place, step in enumerate(found.steps, 1)])
    names = list(rows["step"])
    base = alt.Chart(rows).encode(y=alt.Y("step:N", title=None, sort=names, axis=alt.Axis(labelLimit=320)))
    whole = base.mark_bar(color=palette.GREY, opacity=0.15, height=STEP - 14).encode(
        x=_share(lang, "whole:Q")
    )
    part = base.mark_bar(color=palette.BLUE, height=STEP - 14).encode(
        x=_share(lang, "share:Q"), tooltip=_tips(lang)
    )
    told = base.mark_text(align="left", dx=6).encode(x="share:Q", text="told:N")
    return alt.layer(whole, part, told).properties(height=STEP * len(names) + HEAD)


def groups_chart(found: FunnelAnswer, lang: str) -> Picture:
    """The largest groups side by side at every step, by their own share of those who entered.

    Args:
        found: The answer, with groups.
        lang: `en` or `ja`.
    """
    drawn = found.groups[:DRAWN_GROUPS]
    shown = [group_name(group, lang) for group in drawn]
    rows = pd.DataFrame(
        [
            {"group": name, **_row(place, step, lang)}
            for name, group in zip(shown, drawn, strict=True)
            for place, step in enumerate(group.steps, 1)
        ]
    )
    names = list(dict.fromkeys(rows["step"]))
    base = alt.Chart(rows).encode(
        y=alt.Y("step:N", title=None, sort=names, axis=alt.Axis(labelLimit=320)),
        yOffset=alt.YOffset("group:N", sort=shown),
        x=_share(lang, "share:Q"),
    )
    colours = alt.Scale(domain=shown, range=list(palette.SERIES[: len(shown)]))
    legend = alt.Legend(title=fields_name(found.by), orient="top", labelLimit=240)
    group = alt.Tooltip("group:N", title=fields_name(found.by))
    bars = base.mark_bar().encode(
        color=alt.Color("group:N", scale=colours, sort=shown, legend=legend), tooltip=[group, *_tips(lang)]
    )
    told = base.mark_text(align="left", dx=6).encode(text="told:N")
    return alt.layer(bars, told).properties(height=(GROUP * len(shown) + 16) * len(names) + HEAD)


def _row(place: int, step: StepAnswer, lang: str) -> dict[str, object]:
    share = words.percent(step.from_start, lang)
    return {
        "step": f"{place}. {step_name(step, lang)}",
        "share": step.from_start or 0.0,
        "whole": 1.0,
        "told": t("funnel.absent", lang)
        if step.absent
        else t("funnel.share", lang, n=words.number(step.units, lang), share=share),
        "units": step.units,
        "previous": words.percent(step.from_previous, lang),
        "p50": words.seconds(step.seconds("p50_s"), lang),
    }


def _share(lang: str, column: str) -> alt.X:
    # room for the text beside the longest bar
    scale, axis = alt.Scale(domain=[0, 1.25]), alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1])
    return alt.X(column, title=t("funnel.from_start", lang), scale=scale, axis=axis)


def _tips(lang: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("step:N", title=t("funnel.step", lang)),
        alt.Tooltip("units:Q", title=t("funnel.units", lang), format=","),
        alt.Tooltip("share:Q", title=t("funnel.from_start", lang), format=".1%"),
        alt.Tooltip("previous:N", title=t("funnel.from_previous", lang)),
        alt.Tooltip("p50:N", title=t("funnel.p50", lang)),
    ]
