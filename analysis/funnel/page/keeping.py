"""What people keep with the funnel: saved views, annotations and alert rules."""

from collections.abc import Callable

import streamlit as st

from analysis import page, saved, words
from analysis.funnel.choices import Choices
from analysis.funnel.compute import FunnelQuery
from analysis.funnel.page.watching import alerts
from ingest import Store

OWN, VIEW = "own", "view:"
WHO = "kept.who"


def started(store: Store, asked: FunnelQuery, offered: Choices) -> None:
    """Choose the question to start from: a flow that was logged, or a saved view."""
    flows = dict(offered.funnels)
    kept_ones = {f"{VIEW}{one.key}": one for one in page.answered(lambda: saved.views(store))}
    readable = {key: question for key, one in kept_ones.items() if (question := _readable(one)) is not None}
    options = {**flows, **readable}
    now = next((key for key, question in options.items() if question == asked), OWN)

    def show(key: str) -> str:
        if key in kept_ones:
            return page.t("funnel.start.view", name=kept_ones[key].name)
        return page.t(f"funnel.flow.{key}") if words.has(f"funnel.flow.{key}") else key

    def start() -> None:
        chosen = st.session_state["funnel.flow"]
        if chosen in options:
            st.query_params["q"] = page.link_text(options[chosen])
            st.query_params.pop("step", None)

    st.session_state["funnel.flow"] = now
    st.selectbox(page.t("funnel.start"), [*options, *([OWN] if now == OWN else [])], key="funnel.flow",
                 format_func=show, on_change=start, width=420)  # fmt: skip


def kept(store: Store, asked: FunnelQuery) -> None:
    """Lists and forms of saved views, annotations and alert rules.

    Args:
        store: The open store.
        asked: The question that a name or a rule would be given to.
    """
    with st.expander(page.t("funnel.more"), icon=":material/bookmark:", key="kept"):
        st.text_input(page.t("funnel.keep.who"), key=WHO, width=260)
        _views(store, asked)
        _annotations(store, asked)
        alerts(store, asked, who)


def who() -> str:
    """Who writes: the name given on the page, else the page."""
    return str(st.session_state.get(WHO) or "page").strip()[:100]


def _readable(view: saved.View) -> FunnelQuery | None:
    try:
        return FunnelQuery.model_validate(view.question)
    except ValueError:  # written by another version: it stays on record and is not offered
        return None


def _views(store: Store, asked: FunnelQuery) -> None:
    st.subheader(page.t("funnel.views"), anchor=False)
    found = saved.views(store)
    if not found:
        st.markdown(page.t("funnel.views.none"))
    for one in found:
        with st.container(horizontal=True, vertical_alignment="center"):
            question = _readable(one)
            if question is None:
                st.markdown(page.plain(one.name), width="content")
            else:
                page.link("funnel", one.name, {"q": page.link_text(question)}, icon=":material/bookmark:")
            at = page.t("funnel.views.by", who=one.who, at=one.at[:10])
            st.markdown(page.plain(at), width="content")
            _rename(store, one)
            st.button(page.t("funnel.views.withdraw"), key=f"withdraw.{one.key}", type="tertiary",
                      on_click=saved.withdraw, args=(store, saved.VIEW, one.key, who()))  # fmt: skip
    with st.form("keep", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            page.t("funnel.keep.name"), key="keep.name", max_chars=saved.LONGEST_NAME, width=260
        )
        if st.form_submit_button(page.t("funnel.keep.now"), icon=":material/bookmark_add:"):
            _do(lambda: saved.keep_view(store, name, asked, who()))


def _rename(store: Store, view: saved.View) -> None:
    with st.popover(page.t("funnel.views.rename"), type="tertiary", key=f"rename.{view.key}"):
        name = st.text_input(page.t("funnel.keep.name"), value=view.name, key=f"rename.{view.key}.name")
        if st.button(page.t("funnel.keep.now"), key=f"rename.{view.key}.now"):
            _do(lambda: saved.rename_view(store, view.key, name, who()))


def _annotations(store: Store, asked: FunnelQuery) -> None:
    st.subheader(page.t("funnel.notes"), anchor=False, help=page.t("funnel.notes.tip"))
    found = saved.annotations(store)
    if not found:
        st.markdown(page.t("funnel.notes.none"))
    for one in found:
        with st.container(horizontal=True, vertical_alignment="center"):
            day = words.date(one.moment, page.lang(), zone=asked.timezone)
            st.markdown(page.plain(f"{day} · {one.text} · {one.who}"), width="content")
            st.button(page.t("funnel.views.withdraw"), key=f"withdraw.{one.key}", type="tertiary",
                      on_click=saved.withdraw, args=(store, saved.ANNOTATION, one.key, who()))  # fmt: skip
    with st.form("note", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        when = st.date_input(
            page.t("funnel.notes.day"), value=store.observed_until(), key="note.day", width=160
        )
        text = st.text_input(
            page.t("funnel.notes.text"), key="note.text", max_chars=saved.LONGEST_TEXT, width=320
        )
        if st.form_submit_button(page.t("funnel.notes.now"), icon=":material/flag:"):
            _do(lambda: saved.annotate(store, str(when), text, who(), zone=asked.timezone))


def _do(write: Callable[[], object]) -> None:
    """Write and draw the page anew; what is refused is said."""
    try:
        write()
    except ValueError as refused:
        st.warning(page.plain(str(refused)))
        return
    st.rerun()
