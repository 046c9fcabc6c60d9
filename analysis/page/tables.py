"""Rows on a page: a table, and the footer with the page's rows as CSV, the SQL behind them and where they come from."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from analysis import words
from analysis.page.language import lang, t
from analysis.page.layout import Answered
from analysis.spreadsheet import csv_bytes

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ColumnConfig

_SHOWN_ROWS = 5_000
_ALL_SHOWN, _SCROLLED_PX = 8, 315


def table(rows: pd.DataFrame, *, alt: str, height: int | None = None, percent: Collection[str] = ()) -> None:
    """Rows as a table; a column reads `column.<name>` of the catalogue where there is one.

    Args:
        rows: one row a thing, plain column names.
        alt: what the table shows.
        height: pixels; None shows up to ten rows.
        percent: columns that hold rates in 0..1.
    """
    named = {str(name): t(f"column.{name}") for name in rows.columns if words.has(f"column.{name}")}
    _frame(rows, named, alt, height, percent)


def _frame(
    rows: pd.DataFrame, named: Mapping[str, str], alt: str, height: int | None, percent: Collection[str]
) -> None:
    columns = {
        str(name): _column(rows.iloc[:, place], named.get(str(name), str(name)), in_percent=name in percent)
        for place, name in enumerate(rows.columns)
    }
    st.dataframe(
        rows.head(_SHOWN_ROWS),
        hide_index=True,
        column_config=columns,
        placeholder=words.NOTHING,
        height="auto" if height is None else height,
        alt=alt,
    )


def _column(cells: pd.Series, label: str, *, in_percent: bool) -> "ColumnConfig":
    if in_percent:
        return st.column_config.NumberColumn(label, format="percent")
    if pd.api.types.is_integer_dtype(cells.dtype):
        return st.column_config.NumberColumn(label, format="localized")
    return st.column_config.Column(label)


def footer(
    rows: pd.DataFrame, sql: str, name: str, answer: Answered, *, percent: Collection[str] = ()
) -> None:
    """The page's last part: its rows as a table and as CSV, the SQL behind them, where they come from.

    Args:
        rows: the figures on the page, one row a thing, plain column names, rates in 0..1.
        sql: the SQL that ran.
        name: the file's name without ending, such as `funnel`.
        answer: the room's answer, for data version and end of observation.
        percent: columns that hold rates in 0..1.
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
            height = None if len(rows) <= _ALL_SHOWN else _SCROLLED_PX
            _frame(rows, {}, t("common.rows.alt"), height, percent)  # under the CSV's own column names
        with st.expander(t("common.sql"), icon=":material/database:"):
            st.code(sql, language="sql", wrap_lines=True)
        st.text(
            t(
                "common.provenance",
                until=words.moment(_until(answer), lang()),
                version=answer.data_version,
            )
        )


def _until(answer: Answered) -> datetime | None:
    return getattr(answer, "observed_until", None)
