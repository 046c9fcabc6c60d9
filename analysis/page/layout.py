"""What a page looks like: title, finding, cards, chart, and the footer with rows, SQL and provenance."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

import pandas as pd
import streamlit as st

from analysis import words
from analysis.page.language import lang, t
from analysis.spreadsheet import csv_bytes
from experiments.verdict import Decision

if TYPE_CHECKING:
    import altair as alt

_MARKS = re.compile(r"([\\`*_\[\]<>$~:#|+])")
_LIST_STARTS = re.compile(r"^(\s*(?:\d+(?=[.)])|(?=[-=])))", re.MULTILINE)
_PAGES = "room.pages"
_SHOWN_ROWS = 5_000
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


def synthetic_banner(answer: Answered) -> None:
    """Say that the figures are made up, if any load behind them was declared synthetic."""
    if answer.synthetic:
        st.warning(t("common.synthetic"), icon=":material/science:")


def plain(text: str) -> str:
    """Text from the data as it stands, for places that read Markdown: nothing in it becomes a link or a format."""
    return _LIST_STARTS.sub(r"\1\\", _MARKS.sub(r"\\\1", text))


def finding(sentence: str) -> None:
    """The page's one finding, in words, above every chart."""
    st.subheader(plain(sentence), anchor=False)


def cards(figures: Sequence[tuple[str, str, str | None]]) -> None:
    """A row of (label, figure, tooltip or None) cards; wraps on a phone."""
    with st.grid(min(len(figures), 4), min_column_width=150, gap="small"):
        for label, figure, tip in figures:
            st.metric(label, figure, help=tip, border=True, height="stretch")


def chart(picture: "alt.TopLevelMixin", *, alt: str) -> None:
    """An Altair chart in the page's width; `alt` states what it shows, for those who cannot see it."""
    st.altair_chart(picture, width="stretch", alt=alt)  # type: ignore[call-overload]


def side_by_side(columns: int) -> Callable[[], "AbstractContextManager[object]"]:
    """Cells beside each other that stack on a phone: `cell = side_by_side(2)`, then `with cell(): …`."""
    return st.grid(columns, min_column_width=340, gap="medium").cell


def decision_badge(decision: Decision) -> None:
    """The verdict's word with its sign: never colour alone."""
    colour, sign = _DECISIONS[decision]
    st.badge(t(f"decision.{decision}"), icon=sign, color=colour)  # type: ignore[arg-type]


def table(rows: pd.DataFrame, *, alt: str, height: int | None = None) -> None:
    """Rows as a table; a column reads `column.<name>` of the catalogue where there is one."""
    named = {name: t(f"column.{name}") for name in rows.columns if words.has(f"column.{name}")}
    st.dataframe(
        rows.head(_SHOWN_ROWS),
        hide_index=True,
        column_config=dict(named),
        placeholder=words.NOTHING,
        height="auto" if height is None else height,
        alt=alt,
    )


def footer(rows: pd.DataFrame, sql: str, name: str, answer: Answered) -> None:
    """The page's last part: its rows as a table and as CSV, the SQL behind them, where they come from.

    Args:
        rows: the figures on the page, one row a thing, plain column names, rates in 0..1.
        sql: the SQL that ran.
        name: the file's name without ending, such as `funnel`.
        answer: the room's answer, for data version and end of observation.
    """
    st.space("small")
    with st.container(border=True, key="footer"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f"**{t('common.details')}** · {words.count(len(rows), lang(), 'row')}")
            st.download_button(
                t("common.download"),
                data=lambda: csv_bytes(rows),
                file_name=f"kazasu-{name}.csv",
                mime="text/csv",
                on_click="ignore",
                icon=":material/download:",
                key=f"download.{name}",
            )
        if rows.empty:
            st.markdown(t("common.no_rows"))
        else:
            table(rows, alt=t("common.rows.alt"), height=None if len(rows) <= 8 else 315)
        with st.expander(t("common.sql"), icon=":material/database:"):
            st.code(sql, language="sql", wrap_lines=True)
        st.text(
            t(
                "common.provenance",
                until=words.moment(_until(answer), lang()),
                version=answer.data_version,
            )
        )


def room_pages(pages: Mapping[str, object]) -> None:
    """Remember the menu's pages by url_path, so that pages can link to each other."""
    st.session_state[_PAGES] = dict(pages)


def link(room: str, label: str, *, icon: str | None = None, **question: str) -> None:
    """A link to another page with its question: `link("readout", name, experiment="display-8s")`."""
    known = st.session_state.get(_PAGES, {}).get(room)
    if known is None:
        st.markdown(plain(label))
        return
    kept = {"lang": st.query_params["lang"]} if "lang" in st.query_params else {}
    st.page_link(known, label=plain(label), icon=icon, query_params={**question, **kept})


def _until(answer: Answered) -> datetime | None:
    return getattr(answer, "observed_until", None)
