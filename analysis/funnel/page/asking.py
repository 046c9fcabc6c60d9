"""Controls that show what the address says and write what is chosen to the address."""

from collections.abc import Callable, Sequence

import streamlit as st
from pydantic import ValidationError

from analysis import page
from analysis.funnel.compute import FunnelQuery
from analysis.funnel.page.changes import Change
from analysis.refusals import sentences

NOTHING_SAID = "-"
"""In the catalogue: a piece of the sentence that the other language has and this one has not."""


def ask_instead(asked: FunnelQuery, change: Change) -> None:
    """Put the changed question into the address; one that does not hold together is said and changes nothing.

    Args:
        asked: What the address asks for.
        change: What becomes of it.
    """
    try:
        query = FunnelQuery.model_validate(change(asked.model_dump(mode="json")))
    except ValidationError as wrong:
        _refuse(sentences(wrong))
        return
    except ValueError as wrong:
        _refuse(str(wrong))
        return
    st.query_params["q"] = page.link_text(query)
    st.query_params.pop("step", None)


def pick(
    name: str,
    label: str,
    options: Sequence[str],
    now: str,
    asked: FunnelQuery,
    change: Callable[[str], Change],
    show: Callable[[str], str],
) -> None:
    """A drop-down of the question; `change` says what the chosen option does."""
    key = f"funnel.{name}"
    st.session_state[key] = now
    st.selectbox(
        label, options, key=key, format_func=show,
        on_change=lambda: ask_instead(asked, change(st.session_state[key])),
    )  # fmt: skip


def pick_several(
    name: str,
    label: str,
    options: Sequence[str],
    now: Sequence[str],
    asked: FunnelQuery,
    change: Callable[[list[str]], Change],
    most: int | None = None,
) -> None:
    """A list of the question from which several may be chosen."""
    key = f"funnel.{name}"
    st.session_state[key] = list(now)
    st.multiselect(
        label, options, key=key, max_selections=most, placeholder=page.t("funnel.none_chosen"),
        on_change=lambda: ask_instead(asked, change(st.session_state[key])),
    )  # fmt: skip


def press(name: str, label: str, asked: FunnelQuery, change: Change, sign: str, *, off: bool = False) -> None:
    """A button that changes the question."""
    st.button(
        label, key=f"funnel.{name}", icon=sign, disabled=off, on_click=ask_instead, args=(asked, change)
    )


def said(key: str) -> None:
    """A piece of the sentence between two controls, where the language has one."""
    text = page.t(key)
    if text != NOTHING_SAID:
        st.markdown(text, width="content")


def _refuse(detail: str) -> None:
    st.toast(page.plain(page.t("funnel.does_not_fit", detail=detail)), duration="long")
