"""What a page does when it cannot answer: a kind sentence, the way out, and no traceback."""

from collections.abc import Callable
from typing import NoReturn, TypeVar

import streamlit as st
from pydantic import ValidationError

from analysis import words
from analysis.ask import TIME_LIMIT_S, TookTooLong
from analysis.page.language import lang, t
from analysis.page.layout import plain
from analysis.refusals import sentences
from experiments.stats.effects import NoEffect
from ingest.store import DatabaseError, Store, StoreBusy, StoreUnavailable, current

Answer = TypeVar("Answer")
LOAD_OWN = "kazasu ingest logs/*.ndjson"
LOAD_SAMPLE = "kazasu demo"
MEND = "kazasu doctor"
REBUILD = "kazasu rebuild"


def store(*, may_be_empty: bool = False) -> Store:
    """The process's one store; stops the page kindly if it is busy, broken or (usually) still empty.

    Args:
        may_be_empty: True for pages that have something to say about an empty store.
    """
    try:
        found = current()
        holds_rows = found.observed_until() is not None
    except StoreBusy as busy:
        _busy(busy)
    except (StoreUnavailable, DatabaseError) as broken:
        _broken(str(broken))
    if not holds_rows and not may_be_empty:
        no_data()
    return found


def answered(ask: Callable[[], Answer]) -> Answer:
    """The room's answer; stops the page kindly if the question is refused, too slow, or the store breaks."""
    try:
        with st.spinner(t("common.working")):
            return ask()
    except TookTooLong:
        limit = words.seconds(TIME_LIMIT_S, lang())
        _note("common.slow", ":material/hourglass:", limit=limit)
    except (StoreUnavailable, DatabaseError) as broken:
        _broken(str(broken))
    except ValidationError as refused:
        _note("common.failed", ":material/info:", detail=sentences(refused))
    except ValueError as refused:
        _note("common.failed", ":material/info:", detail=str(refused))


def empty(key: str, **facts: object) -> NoReturn:
    """Nothing to show here: the sentence `key` as title, `key.body` (if any) as what to do; ends the page."""
    body = t(f"{key}.body", **facts) if words.has(f"{key}.body") else ""
    with st.container(border=True, key="empty"):
        st.subheader(t(key, **facts), anchor=False, icon=":material/inbox:")
        if body:
            st.markdown(body)
    st.stop()


def no_data() -> NoReturn:
    """No rows have landed: how to load one's own logs or the sample; ends the page."""
    with st.container(border=True, key="empty"):
        st.subheader(t("store.empty"), anchor=False, icon=":material/inbox:")
        st.markdown(t("store.empty.body"))
        st.markdown(f"**{t('store.empty.own')}**")
        st.code(LOAD_OWN, language="bash")
        st.markdown(f"**{t('store.empty.sample')}**")
        st.code(LOAD_SAMPLE, language="bash")
        st.markdown(t("store.empty.after"))
    st.stop()


def explain(cannot: NoEffect) -> None:
    """A "cannot say" as a calm note with its reason; the page goes on."""
    st.info(plain(words.reason(cannot, lang())), title=t("common.cannot_say"), icon=":material/help:")


def _note(key: str, sign: str, **facts: object) -> NoReturn:
    with st.container(key="refused"):
        st.warning(t(f"{key}.body", **facts), title=t(key), icon=sign)
    st.stop()


def _busy(busy: StoreBusy) -> NoReturn:
    with st.container(border=True, key="busy"):
        st.warning(t("store.busy.body"), title=t("store.busy"), icon=":material/lock:")
        st.text(t("store.detail", detail=str(busy)))
        st.button(t("common.try_again"), icon=":material/refresh:", key="busy.again")
    st.stop()


def _broken(detail: str) -> NoReturn:
    with st.container(border=True, key="broken"):
        st.error(t("store.broken.body"), title=t("store.broken"), icon=":material/error:")
        st.code(f"{MEND}\n{REBUILD}", language="bash")
        st.text(t("store.detail", detail=detail))
    st.stop()
