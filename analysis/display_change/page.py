"""Parts of pages: what a change of the display time did, in a few lines or with its pictures."""

import streamlit as st

from analysis import page
from analysis.ask import cached
from analysis.display_change.chart import agreement_chart
from analysis.display_change.compute import DisplayChangeQuery, answer
from analysis.display_change.sentences import agreement, decomposition, last_second
from ingest import Store

MOST = 6


def lines(store: Store, query: DisplayChangeQuery) -> None:
    """Every sentence about it, one a line, under one heading that can be folded."""
    found = page.answered(lambda: cached(store, query, answer))
    lang, told = page.lang(), []
    for pair in found.pairs[:MOST]:
        if pair.longer is not None:
            told += [agreement(found, pair, lang), decomposition(found, pair, lang)]
    told += [last_second(found, one, lang) for one in found.last_seconds[:MOST]]
    if not any(told):
        return
    with st.expander(page.t("display_change.fold"), icon=":material/balance:", expanded=found.randomised):
        st.markdown("\n".join(f"- {page.plain(line)}" for line in told if line))
        page.link("display", page.t("display_change.more"))


def sections(store: Store, query: DisplayChangeQuery) -> None:
    """The last second of each arm, the agreement of each pair with its picture, and where differences come from."""
    found = page.answered(lambda: cached(store, query, answer))
    lang = page.lang()
    brought = [
        line for one in found.last_seconds[:MOST] if (line := last_second(found, one, lang)) is not None
    ]
    _listed("display_change.last_second.title", brought)
    pairs = found.pairs[:MOST]
    if not pairs:
        return
    st.subheader(page.t("display_change.title"), anchor=False)
    for pair in pairs:
        st.markdown(page.plain(agreement(found, pair, lang)))
        picture = agreement_chart(found, pair, lang)
        if picture is not None:
            page.chart(picture, alt=page.t("display_change.alt"))
    sources = [line for pair in pairs if (line := decomposition(found, pair, lang)) is not None]
    _listed("display_change.change.title", sources)


def _listed(title: str, told: list[str]) -> None:
    if told:
        st.subheader(page.t(title), anchor=False)
        st.markdown("\n".join(f"- {page.plain(line)}" for line in told))
