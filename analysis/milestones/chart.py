"""Sides on shared milestones: a bar per milestone and side, its share and count written above it."""

import altair as alt
import pandas as pd

from analysis import palette, words
from analysis.milestones.answers import Milestone, MilestonesAnswer
from analysis.milestones.sentences import milestone_name, told_share
from analysis.words import t

BAR, ROW, HEAD = 12, 40, 60


def reach_chart(found: MilestonesAnswer, lang: str) -> alt.LayerChart | alt.FacetChart:
    """Who got how far: attempts of each flow, or exposed people of each arm.

    Args:
        found: The answer; at least one side.
        lang: `en` or `ja`.
    """
    shown = [side.name for side in found.sides]
    rows = pd.DataFrame(
        [
            _row(found, side.name, one, lang, place)
            for side in found.sides
            for place, one in enumerate(side.milestones, 1)
        ]
    )
    colours = alt.Scale(domain=shown, range=list(palette.SERIES[: len(shown)]))
    base = alt.Chart(rows).encode(
        y=alt.Y("milestone:N", title=None, sort=list(dict.fromkeys(rows["milestone"]))),
        yOffset=alt.YOffset("side:N", sort=shown),
    )
    bars = base.mark_bar(size=BAR).encode(
        x=alt.X(
            "share:Q",
            title=t("milestones.of_people" if found.experiment else "milestones.of_attempts", lang),
            scale=alt.Scale(domain=[0, 1]),
            axis=alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1]),
        ),
        color=alt.Color("side:N", scale=colours, sort=shown, legend=alt.Legend(title=None, orient="top")),
        opacity=alt.Opacity("by_design:N", scale=alt.Scale(domain=[False, True], range=[1, 0.35]), legend=None),
        tooltip=[alt.Tooltip("side:N", title=t("milestones.side", lang)),
                 alt.Tooltip("told:N", title=t("milestones.reached", lang)),
                 alt.Tooltip("half:N", title=t("milestones.half", lang))],
    )  # fmt: skip
    told = base.mark_text(align="left", baseline="bottom", dy=-BAR // 2 - 1).encode(
        x=alt.datum(0), text="told:N"
    )
    return alt.layer(bars, told).properties(height=ROW * len(shown) * len(found.sides[0].milestones) + HEAD)


def _row(found: MilestonesAnswer, side: str, one: Milestone, lang: str, place: int) -> dict[str, object]:
    share, told = told_share(found, one, lang)
    return {
        "side": side,
        "milestone": f"{place}. {milestone_name(one.name, lang)}",
        "share": share or 0.0,
        "by_design": one.by_design,
        "told": t("milestones.no_step", lang, share=told) if one.by_design else told,
        "half": words.seconds(one.half_s, lang),
    }
