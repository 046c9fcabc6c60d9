"""A list of units as a piece of a page: the first of them as a table, all of them as a file."""

from dataclasses import asdict
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from analysis import page, words
from analysis.ask import cached
from analysis.members.answers import MembersAnswer
from analysis.members.choosing import Outcome
from analysis.members.compute import MembersQuery, answer
from analysis.members.export import Kind, as_bytes
from analysis.members.freezing import freeze
from analysis.members.query import SCHEMA
from analysis.members.sentences import sentence
from experiments.funnel import Funnel
from ingest import Store
from ingest.cohorts import cohorts

MIME: dict[Kind, str] = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
SHOWN = 100
WHO = "page"


def list_of_units(
    funnel: Funnel, step: int, outcome: Outcome, key: str, *, group: tuple[str | None, ...] | None = None
) -> None:
    """The units with an outcome at a step: how many, the latest 100 of them, all as CSV and Parquet or as a cohort.

    Call it as `list_of_units(asked, 3, "dropped", "drop")`; it reads the store of the page and stops kindly if the
    question is refused.

    Args:
        funnel: The definition; a FunnelQuery is one.
        step: The step, from 1; step 1 has only "reached".
        outcome: reached | dropped | maturing.
        key: What tells its widgets from others on the page.
        group: One group of the breakdown, as the funnel's answer names it; None is everybody.
    """
    if funnel.count == "chains":
        st.info(page.t("members.chains"), icon=":material/info:")
        return
    store = page.store()
    query = page.answered(
        lambda: MembersQuery(funnel=funnel, step=step, outcome=outcome, group=group, limit=SHOWN)
    )
    found = page.answered(lambda: cached(store, query, answer))
    st.markdown(page.plain(_sentence(found)))
    if not found.total:
        return
    page.table(table(found, page.lang()), alt=page.t("members.alt", n=len(found.members)))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _files(store, query, key)
        _save(store, query, key)


def cohort_names(store: Store) -> list[str]:
    """The names of the cohorts on record, for a filter; a funnel's `cohort` takes one of them.

    Args:
        store: the open store.
    """
    return list(cohorts(store))


def table(found: MembersAnswer, lang: str) -> pd.DataFrame:
    """The units that are shown, one a row.

    Args:
        found: The answer.
        lang: `en` or `ja`.
    """
    names = [name for name in SCHEMA.names if name != "unit" or found.unit != "user"]
    zone = ZoneInfo(found.timezone)
    rows = [
        [
            value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else value
            for value in (getattr(one, name) for name in names)
        ]
        for one in found.members
    ]
    return pd.DataFrame(rows, columns=[words.t(f"members.column.{name}", lang) for name in names])


def _sentence(found: MembersAnswer) -> str:
    return sentence(found.step, found.name, found.outcome, asdict(found.outcomes), page.lang())


def _files(store: Store, query: MembersQuery, key: str) -> None:
    for kind, mime in MIME.items():
        st.download_button(
            page.t(f"members.{kind}"),
            data=partial(as_bytes, store, query, kind),
            file_name=f"kazasu-{query.outcome}-{query.place}.{kind}",
            mime=mime,
            on_click="ignore",
            icon=":material/download:",
            key=f"{key}.{kind}",
        )


def _save(store: Store, query: MembersQuery, key: str) -> None:
    with (
        st.popover(page.t("members.save"), icon=":material/group_add:"),
        st.form(f"{key}.form", border=False),
    ):
        name = st.text_input(page.t("members.save.name"), key=f"{key}.name", help=page.t("members.save.tip"))
        if not st.form_submit_button(page.t("members.save.now"), key=f"{key}.save"):
            return
        try:
            made = freeze(store, name.strip(), query, WHO)
        except ValueError as refused:
            st.warning(page.plain(str(refused)))
            return
        lang = page.lang()
        facts = {"name": made.name, "n": words.count(made.persons, lang, "person"), "version": made.version}
        st.success(page.plain(page.t("cohort.added", **facts)))
