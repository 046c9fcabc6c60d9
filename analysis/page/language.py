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


def _chosen() -> None:
    asked = st.session_state[_WIDGET]
    st.session_state[_CHOSEN] = asked
    st.query_params["lang"] = asked


def tell_browser(address: str) -> None:
    """Tell the browser the language for screen readers after a switch, and on a phone put the menu away.

    `<html lang>` comes right with every load (app.py); this is for switches without one. The script runs when the
    page or the language changes, and holds nothing but these two. The first time after a load it may come after the
    reader has already touched the page: a menu opened by then stays.

    Args:
        address: the page's url_path.
    """
    st.html(_SCRIPTS[lang()].replace("PAGE", address), unsafe_allow_javascript=True)


_SCRIPTS = {
    name: f"""<script data-page="PAGE">
document.documentElement.lang = "{name}";
{{
  const again = "told" in document.documentElement.dataset;
  document.documentElement.dataset.told = "";
  if (innerWidth < 768 && (again || !navigator.userActivation?.hasBeenActive)) {{
    document.querySelector("[data-testid=stSidebar][data-collapsed=false] [data-testid=stSidebarCollapseButton] button")
      ?.click();
  }}
}}
</script>"""
    for name in LANGS
}
