"""What a page looks like: title, banner, finding, cards, chart, links between pages."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

import streamlit as st

from analysis.page.language import t
from experiments.verdict import Decision

if TYPE_CHECKING:
    import altair as alt

_MARKS = re.compile(r"([\\`*_\[\]<>$~:#|+])")
_LIST_STARTS = re.compile(r"^(\s*(?:\d+(?=[.)])|(?=[-=])))", re.MULTILINE)
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the direction of whatever stands after them: in a name they would turn our sentence around too."""
_BANNER = "header.banner"
_PAGES = "room.pages"
_TEXT = {
    "light": "#1B2430",
    "dark": "#E8ECF1",
}  # the theme's textColor, which Vega's text marks do not follow
_DECISIONS: Mapping[Decision, tuple[str, str]] = {
    "ship": ("green", ":material/check_circle:"),
    "do_not_ship": ("red", ":material/cancel:"),
    "keep_running": ("gray", ":material/hourglass_top:"),
    "cannot_trust": ("orange", ":material/warning:"),
}


class Answered(Protocol):
    """What every room's Answer carries beside its own findings."""

    @property
    def data_version(self) -> str:
        """The version of the data behind it."""

    @property
    def synthetic(self) -> bool:
        """Whether any load behind it was declared synthetic."""


def header(room: str) -> None:
    """The page's title and promise: `<room>.title` and `<room>.promise` of the catalogue."""
    st.title(t(f"{room}.title"), anchor=False)
    st.markdown(t(f"{room}.promise"))
    st.session_state[_BANNER] = st.container()


def synthetic_banner(answer: Answered) -> None:
    """Say under the page's title that the figures are made up, if any load behind them was declared so."""
    if answer.synthetic:
        st.session_state.get(_BANNER, st).warning(t("common.synthetic"), icon=":material/science:")


def plain(text: str) -> str:
    """Text from the data as it stands, for places that read Markdown: nothing in it becomes a link or a format.

    Only marks that turn the direction of writing are taken out; Arabic or Hebrew words need none of them.
    """
    return _LIST_STARTS.sub(r"\1\\", _MARKS.sub(r"\\\1", _DIRECTIONS.sub("", text)))


def finding(sentence: str) -> None:
    """The page's one finding, in words, above every chart."""
    st.header(plain(sentence), anchor=False)


def cards(figures: Sequence[tuple[str, str, str | None]]) -> None:
    """A row of (label, figure, tooltip or None) cards; wraps on a phone."""
    with st.grid(min(len(figures), 4), min_column_width=150, gap="small"):
        for label, figure, tip in figures:
            st.metric(label, figure, help=tip, border=True, height="stretch")


def chart(
    picture: "alt.TopLevelMixin",
    *,
    alt: str,
    key: str | None = None,
    picked: Callable[[], None] | None = None,
) -> None:
    """An Altair chart in the page's width; `alt` states what it shows, for those who cannot see it.

    Args:
        picture: the chart.
        alt: what it shows.
        key: where the session holds what is picked in it.
        picked: called when something in a chart with a selection is picked.
    """
    dark = st.context.theme.type == "dark"
    picture = picture.configure_text(color=_TEXT["dark" if dark else "light"])
    st.altair_chart(  # type: ignore[call-overload]
        picture, width="stretch", alt=alt, key=key, on_select=picked or "ignore"
    )


def side_by_side(columns: int, *, at_least: int = 340) -> Callable[[], AbstractContextManager[object]]:
    """Cells beside each other that stack on a phone: `cell = side_by_side(2)`, then `with cell(): …`.

    Args:
        columns: how many at most.
        at_least: pixels that a cell needs; 340 suits charts, 160 suits filters.
    """
    return st.grid(columns, min_column_width=at_least, gap=("small", "medium")).cell


def decision_badge(decision: Decision) -> None:
    """The verdict's word with its sign: never colour alone."""
    colour, sign = _DECISIONS[decision]
    st.badge(t(f"decision.{decision}"), icon=sign, color=colour)  # type: ignore[arg-type]


def room_pages(pages: Mapping[str, object]) -> None:
    """Remember the menu's pages by url_path, so that pages can link to each other."""
    st.session_state[_PAGES] = dict(pages)


def link(
    room: str,
    label: str,
    question: Mapping[str, str] | None = None,
    *,
    icon: str | None = None,
    wide: bool = False,
) -> None:
    """A link to another page with its question: `link("readout", name, {"experiment": "display-8s"})`."""
    known = st.session_state.get(_PAGES, {}).get(room)
    if known is None:
        st.markdown(plain(label))
        return
    kept = {"lang": st.query_params["lang"]} if "lang" in st.query_params else {}
    st.page_link(
        known,
        label=plain(label),
        icon=icon,
        width="stretch" if wide else "content",
        query_params={**(question or {}), **kept},
    )
