"""The page of the verification platform's record: how fast, how accurate, at what cost, beside what others told."""

import streamlit as st

from analysis import page
from analysis.ask import cached
from analysis.verification.answers import VerificationAnswer
from analysis.verification.asked import VerificationQuery
from analysis.verification.chart import MODELS, accuracy_chart, latency_chart
from analysis.verification.compute import answer
from analysis.verification.rows import (
    SHOWN,
    accuracy_table,
    failure_table,
    latency_table,
    plain_rows,
    reference_table,
)
from analysis.verification.sentences import finding

NARROWING = ("model", "conversion", "device", "delegate", "tool")


def render() -> None:
    """The page of the record."""
    page.header("verification")
    store = page.store(may_be_empty=True)  # a bench needs no logs
    every = page.answered(lambda: cached(store, VerificationQuery(), answer))
    if not every.total:
        page.store()  # with no logs either, how to load some
        page.empty("verification.empty")
    query = _question(every)
    found = page.answered(lambda: cached(store, query, answer))
    page.synthetic_banner(found)
    if not found.runs:
        page.empty("verification.none")
    page.finding(finding(found, page.lang()))
    _latency(found)
    _accuracy(found)
    _failed(found)
    _reference()
    _know()
    page.footer(plain_rows(found), found.sql, "bench", found)


def _question(every: VerificationAnswer) -> VerificationQuery:
    cell = page.side_by_side(4, at_least=160)
    chosen: dict[str, str | None] = {}
    for name in NARROWING:
        values = sorted({str(told) for one in every.runs if (told := getattr(one.run, name)) is not None})
        with cell():
            one = page.choice(name, page.t(f"verification.{name}"), [page.ALL, *values])
        chosen[name] = None if one == page.ALL else one
    with cell():
        statistic = page.choice(
            "statistic",
            page.t("verification.statistic"),
            list(every.statistics) or [page.ALL],
            tip=page.t("verification.statistic.tip"),
        )
    return VerificationQuery(
        **chosen, statistic=statistic if every.statistics and statistic != every.statistics[0] else None
    )


def _latency(found: VerificationAnswer) -> None:
    st.subheader(page.t("verification.latencies"), anchor=False)
    if not found.latencies:
        st.markdown(page.t("verification.no_latency"))
        return
    page.chart(
        latency_chart(found, page.lang()), alt=page.t("verification.latency.alt", n=len(found.latencies))
    )
    if found.untold:
        st.markdown(page.t("verification.untold", n=found.untold, statistic=found.statistic))
    if len(found.latencies) > SHOWN:
        st.markdown(page.t("verification.first", n=SHOWN, all=len(found.latencies)))
    page.table(latency_table(found, page.lang()), alt=page.t("verification.latency_table.alt"))


def _accuracy(found: VerificationAnswer) -> None:
    if not found.accuracies:
        return
    st.subheader(page.t("verification.accuracies"), anchor=False)
    st.markdown(page.t("verification.accuracies.help"))
    shown = min(len(found.accuracies), MODELS)
    page.chart(accuracy_chart(found, page.lang()), alt=page.t("verification.accuracy.alt", n=shown))
    page.table(accuracy_table(found, page.lang()), alt=page.t("verification.accuracy_table.alt"))


def _failed(found: VerificationAnswer) -> None:
    if found.failed:
        st.subheader(page.t("verification.failures", n=len(found.failed)), anchor=False)
        page.table(failure_table(found, page.lang()), alt=page.t("verification.failure_table.alt"))


def _reference() -> None:
    with st.expander(page.t("verification.reference"), icon=":material/menu_book:"):
        st.markdown(page.t("verification.reference.help"))
        page.table(reference_table(page.lang()), alt=page.t("verification.reference.alt"))


def _know() -> None:
    with st.expander(page.t("verification.know"), icon=":material/info:"):
        told = [page.t(f"verification.method.{name}") for name in ("figures", "accuracy", "loss", "batch")]
        st.markdown("\n".join(f"- {line}" for line in told))
