"""Parts of pages: whether there is time to read, who needs longer, and what changes when it comes again."""

import streamlit as st

from analysis import page
from analysis.ask import cached
from analysis.reading.chart import turns_chart
from analysis.reading.compute import ReadingQuery, answer
from analysis.reading.rows import pace_table
from analysis.reading.sentences import finding, method, timeouts, turns
from ingest import Store


def sections(store: Store, query: ReadingQuery) -> None:
    """What there is to read at the display limits used, whose platform asks for longer, and repeats with their picture.

    Args:
        store: an open store.
        query: which impressions.
    """
    found = page.answered(lambda: cached(store, query, answer))
    if found.cannot_say is not None:
        return
    lang = page.lang()
    st.subheader(page.t("reading.title"), anchor=False)
    st.markdown(page.plain(finding(found, lang)))
    rows = pace_table(found, lang)
    if not rows.empty:
        page.table(rows, alt=page.t("reading.table.alt"))
    st.subheader(page.t("reading.timeouts.title"), anchor=False)
    _listed(timeouts(found, lang))
    st.subheader(page.t("reading.turns.title"), anchor=False)
    if len(found.turns) > 1:
        st.badge(page.t("reading.turns.badge"), icon=":material/visibility:", color="gray")
        st.markdown(page.t("reading.turns.why"))
        page.chart(turns_chart(found, lang), alt=page.t("reading.turns.alt"))
    _listed(turns(found, lang))
    with st.expander(page.t("reading.know"), icon=":material/info:"):
        _listed(method(lang))


def _listed(lines: list[str]) -> None:
    st.markdown(
        "\n".join(f"- {page.plain(line)}" for line in lines) if len(lines) > 1 else page.plain(lines[0])
    )
