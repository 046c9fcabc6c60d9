"""A funnel over time: the rate of a step by the time of entry, corrected for young units."""

import pandas as pd
import streamlit as st

from analysis import page, words
from analysis.ask import cached
from analysis.funnel import FunnelQuery
from analysis.funnel.sentences import counted
from analysis.saved import annotations
from analysis.trend import TrendAnswer, TrendQuery, answer
from analysis.trend.chart import curve_chart, rates_chart
from experiments.stats.effects import NoEffect
from ingest import Store

BUCKETS = ("day", "week", "hour")


def trend(store: Store, asked: FunnelQuery, step: int) -> None:
    """Draw the trend of one step.

    Args:
        store: the open store.
        asked: the funnel.
        step: the step whose rate it is.
    """
    by = page.choice(
        "per", page.t("trend.by"), BUCKETS, style="segments", show=lambda one: page.t(f"trend.by.{one}")
    )
    query = TrendQuery.model_validate({"funnel": asked, "step": step, "by": by})
    found = page.answered(lambda: cached(store, query, answer))
    if not found.buckets:
        if isinstance(found.overall.corrected, NoEffect):
            page.explain(found.overall.corrected)
    else:
        page.finding(_finding(found))
        noted = [(one.moment, one.text) for one in annotations(store)]
        page.chart(rates_chart(found, page.lang(), noted), alt=page.t("trend.alt", n=len(found.buckets)))
        st.subheader(page.t("trend.curve"), anchor=False)
        page.chart(curve_chart(found, page.lang()), alt=page.t("trend.curve.alt"))
        with st.expander(page.t("trend.know"), icon=":material/info:"):
            st.markdown(
                "\n".join(f"- {page.t(f'trend.note.{name}')}" for name in ("corrected", "first", "zone"))
            )
    page.footer(_rows(found), found.sql, "trend", found, percent=["naive", "corrected", "low", "high"])


def _finding(found: TrendAnswer) -> str:
    lang, said = page.lang(), found.overall.corrected
    naive = words.percent(found.overall.naive, lang)
    facts = {"step": found.name, "naive": naive, "n": counted(found.overall.entered, found.unit, lang),
             "maturing": counted(found.overall.maturing, found.unit, lang)}  # fmt: skip
    if isinstance(said, NoEffect) or said.interval is None:
        return page.t("trend.finding.young", **facts)
    ends = words.between(
        words.percent(said.interval.low, lang), words.percent(said.interval.high, lang), lang
    )
    return page.t("trend.finding", **facts, corrected=words.percent(said.value, lang), interval=ends)


def _rows(found: TrendAnswer) -> pd.DataFrame:
    lines = []
    for bucket in (found.overall, *found.buckets):
        said = bucket.corrected
        known = None if isinstance(said, NoEffect) or said.interval is None else said.interval
        lines.append(
            {
                "start": "all" if bucket.start is None else bucket.start.isoformat(),
                "entered": bucket.entered,
                "reached": bucket.reached,
                "naive": bucket.naive,
                "corrected": None if isinstance(said, NoEffect) else said.value,
                "low": None if known is None else known.low,
                "high": None if known is None else known.high,
                "maturing": bucket.maturing,
            }
        )
    return pd.DataFrame(lines)
