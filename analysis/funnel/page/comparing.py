"""The period before: a switch, the same funnel over it, and the differences with their intervals."""

from datetime import datetime, timedelta

import streamlit as st

from analysis import page, words
from analysis.ask import cached
from analysis.contrast import ContrastQuery
from analysis.contrast import answer as contrast_answer
from analysis.contrast.rows import rows as contrast_rows
from analysis.contrast.sentences import notes, sentence
from analysis.funnel.answers import FunnelAnswer
from analysis.funnel.compute import FunnelQuery, answer
from ingest import Store


def before_switch(store: Store, asked: FunnelQuery) -> FunnelAnswer | None:
    """A switch, and the answer over the period before if the address asks for it.

    Args:
        store: The open store.
        asked: The question; without a period there is none before.
    """
    period = _previous(asked, store.observed_until())
    with st.container(width="content"):
        st.session_state["funnel.compare"] = period is not None and st.query_params.get("compare") == "1"
        on = st.toggle(page.t("funnel.compare"), key="funnel.compare", disabled=period is None, on_change=_switched,
                       help=page.t("funnel.compare.off") if period is None else None)  # fmt: skip
    if not on or period is None:
        return None
    return page.answered(lambda: cached(store, period, answer))


def compared(store: Store, asked: FunnelQuery, found: FunnelAnswer, before: FunnelAnswer | None) -> None:
    """Which period the outlines are of, the two rates in words, and every step's difference with its interval."""
    period = _previous(asked, found.observed_until)
    if before is None or period is None or period.from_ is None or period.to is None:
        return
    lang, zone = page.lang(), asked.timezone
    facts = {
        "first": words.date(period.from_, lang, zone=zone),
        "last": words.date(period.to - timedelta(microseconds=1), lang, zone=zone),
    }
    if before.cannot_say is not None:
        st.info(page.plain(page.t("funnel.compare.nobody", **facts)))
        return
    share, now = (words.percent(one.steps[-1].from_start, lang) for one in (before, found))
    st.markdown(page.plain(page.t("funnel.compare.told", share=share, now=now, **facts)))
    if len(asked.steps) > 1:
        with st.expander(page.t("funnel.compare.steps"), icon=":material/difference:"):
            _differences(store, asked, found.observed_until)


def _differences(store: Store, asked: FunnelQuery, until: datetime | None) -> None:
    end = asked.to or asked.observed_until or until
    whole = asked.model_dump(mode="json") | {
        "to": None if end is None else end.isoformat(),
        "breakdown": None,
    }
    try:
        query = ContrastQuery.model_validate({"funnel": whole, "against": {"previous": True}})
        found = cached(store, query, contrast_answer)
    except ValueError as refused:  # not every option can be compared: say which, the bars stand as they are
        st.info(page.plain(str(refused)))
        return
    st.markdown(page.plain(sentence(found, page.lang())))
    if found.cannot_say is None:
        page.table(contrast_rows(found, page.lang()), alt=page.t("funnel.compare.steps"))
        st.markdown("\n".join(f"- {page.plain(told)}" for told in notes(found, page.lang())))


def _previous(asked: FunnelQuery, until: datetime | None) -> FunnelQuery | None:
    """The same question over the period of the same length before; None without a beginning or an end."""
    start, end = asked.from_, asked.to or asked.observed_until or until
    if start is None or end is None or end <= start:
        return None
    ends = {"from": (start - (end - start)).isoformat(), "to": start.isoformat()}
    return FunnelQuery.model_validate({**asked.model_dump(mode="json"), **ends})


def _switched() -> None:
    if st.session_state["funnel.compare"]:
        st.query_params["compare"] = "1"
    else:
        st.query_params.pop("compare", None)
