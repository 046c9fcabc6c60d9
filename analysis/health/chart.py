"""Pictures of the store's health: events per day, and rejected lines by code."""

import altair as alt
import pandas as pd

from analysis import palette
from analysis.health.answers import HealthAnswer
from analysis.words import number, t

DAYS_HEIGHT = 220
BAR_STEP = 34


def days_chart(found: HealthAnswer, lang: str) -> alt.Chart:
    """Bars of events per day in the reporting zone."""
    rows = [{"day": day.day.isoformat(), "events": day.events, "persons": day.persons} for day in found.days]
    picture: alt.Chart = (
        alt.Chart(pd.DataFrame(rows))
        .mark_bar(color=palette.BLUE)
        .encode(
            x=alt.X("day:O", title=t("health.day", lang), axis=alt.Axis(labelOverlap=True, labelAngle=0)),
            y=alt.Y("events:Q", title=t("health.events", lang)),
            tooltip=[
                alt.Tooltip("day:O", title=t("health.day", lang)),
                alt.Tooltip("events:Q", title=t("health.events", lang), format=","),
                alt.Tooltip("persons:Q", title=t("health.persons", lang), format=","),
            ],
        )
        .properties(height=DAYS_HEIGHT)
    )
    return picture


def rejects_chart(found: HealthAnswer, lang: str) -> alt.LayerChart:
    """Bars of rejected lines by code, the most frequent first, each with its count written beside it."""
    rows = [
        {"code": code.code, "lines": code.lines, "shown": number(code.lines, lang)} for code in found.codes
    ]
    bars = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X("lines:Q", title=t("health.lines", lang), axis=alt.Axis(tickMinStep=1)),
        y=alt.Y(
            "code:N", title=None, sort=[code.code for code in found.codes], axis=alt.Axis(labelLimit=260)
        ),
    )
    marks = bars.mark_bar(color=palette.VERMILLION) + bars.mark_text(align="left", dx=4).encode(
        text="shown:N"
    )
    picture: alt.LayerChart = marks.properties(height=BAR_STEP * max(len(rows), 1) + 60)
    return picture
