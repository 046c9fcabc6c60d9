"""The reader's language: `?lang=`, else what this session chose, else the browser's, else Japanese."""

import streamlit as st

from analysis import words
from analysis.words import LANGS, Lang

_CHOSEN = "language.chosen"
_WIDGET = "language.widget"
_NAMES = {"ja": "日本語", "en": "English"}


def lang() -> Lang:
    """The language of this page view."""
    asked = st.query_params.get("lang") or st.session_state.get(_CHOSEN)
    known = next((name for name in LANGS if name == asked), None)
    return known or words.preferred(st.context.headers.get("Accept-Language") or st.context.locale or "")


def t(key: str, /, **facts: object) -> str:
    """One sentence of the catalogue in the reader's language; see `words.t`."""
    return words.t(key, lang(), **facts)


def switch_language() -> None:
    """The language switch; keeps `?lang=` in the URL over all pages once someone has chosen."""
    active = lang()
    if st.query_params.get("lang") or _CHOSEN in st.session_state:
        st.session_state[_CHOSEN] = active
        if st.query_params.get("lang") != active:
            st.query_params["lang"] = active
    st.session_state[_WIDGET] = active
    st.segmented_control(
        t("language.label"),
        ["ja", "en"],
        required=True,
        format_func=_NAMES.__getitem__,
        key=_WIDGET,
        on_change=_chosen,
        label_visibility="collapsed",
    )
    st.html(_TELL_THE_BROWSER[active], unsafe_allow_javascript=True)


def _chosen() -> None:
    asked = st.session_state[_WIDGET]
    st.session_state[_CHOSEN] = asked
    st.query_params["lang"] = asked


# Screen readers pronounce by <html lang>; app.py sets it on load, this after a switch without a reload.
_TELL_THE_BROWSER = {name: f"<script>document.documentElement.lang = '{name}'</script>" for name in LANGS}
