"""The views of one step: its rate over time, its seconds, the paths around it."""

from collections.abc import Callable

import streamlit as st

from analysis import page
from analysis.ask import cached
from analysis.funnel.answers import FunnelAnswer
from analysis.funnel.compute import FunnelQuery
from analysis.funnel.sentences import window
from analysis.timing import TimingQuery
from analysis.timing import answer as timing_answer
from analysis.timing.chart import chart as times_chart
from analysis.timing.chart import curve_chart, periods_chart
from analysis.timing.rows import plain_rows
from analysis.timing.rows import rows as timing_rows
from analysis.timing.sentences import notes, sentence
from analysis.why.page.around import paths as paths_around
from analysis.why.page.trend import trend as trend_of
from ingest import Store

BUCKETS = ("day", "week", "hour")
BINS = ("auto", "100ms", "1s", "5s", "30s", "5m", "1h", "1d")
Draw = Callable[[Store, FunnelQuery, int], None]


def trend(store: Store, asked: FunnelQuery, found: FunnelAnswer) -> None:
    """The rate of a step by the time of entry; the last step unless another is chosen."""
    _of_a_step(trend_of, store, asked, found)


def paths(store: Store, asked: FunnelQuery, found: FunnelAnswer) -> None:
    """What those who did not get to a step did; the last step unless another is chosen."""
    _of_a_step(paths_around, store, asked, found)


def time(store: Store, asked: FunnelQuery, found: FunnelAnswer) -> None:
    """How long a step takes: a histogram with fixed bins, the corrected curve, and times by the day of entry."""
    _of_a_step(_times, store, asked, found)


def _times(store: Store, asked: FunnelQuery, step: int) -> None:
    cell = page.side_by_side(2, at_least=160)
    with cell():
        by = page.choice(
            "per", page.t("trend.by"), BUCKETS, style="segments", show=lambda one: page.t(f"trend.by.{one}")
        )
    with cell():
        width = page.choice("bin", page.t("funnel.time.bin"), BINS, show=_width)
    ruled = {} if width == BINS[0] else {"bin": width}
    query = page.answered(
        lambda: TimingQuery.model_validate({"funnel": asked, "step": step, "by": by, **ruled})
    )
    found = page.answered(lambda: cached(store, query, timing_answer))
    lang = page.lang()
    page.finding(sentence(found, lang))
    if found.everybody.time is not None:
        page.chart(times_chart(found, lang), alt=page.t("funnel.time.bins"))
        st.subheader(page.t("funnel.time.curve"), anchor=False)
        page.chart(curve_chart(found, lang), alt=page.t("trend.curve.alt"))
        st.subheader(page.t("funnel.time.over"), anchor=False)
        page.chart(periods_chart(found, lang), alt=page.t("funnel.time.over"))
        page.table(timing_rows(found, lang), alt=page.t("funnel.time.table"))
    with st.expander(page.t("funnel.know"), icon=":material/info:"):
        st.markdown("\n".join(f"- {page.plain(told)}" for told in notes(found, lang)))
    page.footer(plain_rows(found), found.sql, "time", found)


def _width(bin_width: str) -> str:
    return page.t("funnel.time.bin.auto") if bin_width == BINS[0] else window(bin_width, page.lang())


def _of_a_step(draw: Draw, store: Store, asked: FunnelQuery, found: FunnelAnswer) -> None:
    if len(asked.steps) == 1:
        page.empty("funnel.one_step")
    places = [str(place) for place in range(2, len(asked.steps) + 1)]
    chosen = page.choice("step", page.t("funnel.step"), places, default=places[-1],
                         show=lambda place: f"{place}. {found.steps[int(place) - 1].name}")  # fmt: skip
    draw(store, asked, int(chosen))
