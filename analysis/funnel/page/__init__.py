"""The funnel page: where people stop on the way, step by step."""

import json

import streamlit as st

from analysis import page, words
from analysis.ask import cached
from analysis.funnel.answers import FunnelAnswer
from analysis.funnel.chart import groups_chart, steps_chart
from analysis.funnel.choices import choices
from analysis.funnel.compute import FunnelQuery, answer
from analysis.funnel.page.editing import edited
from analysis.funnel.rows import group_table, plain_rows, step_table
from analysis.funnel.rules import rules
from analysis.funnel.sentences import (
    conditions,
    fields_name,
    finding,
    largest_loss,
    notes,
    question,
    unit_name,
)


def render() -> None:
    """The funnel page."""
    page.header("funnel")
    store = page.store()
    offered = page.answered(lambda: choices(store))
    if not offered.funnels:
        page.empty("funnel.empty")
    asked = page.linked(FunnelQuery) or offered.funnels[0][1]
    edited(asked, offered)
    found = page.answered(lambda: cached(store, asked, answer))
    page.synthetic_banner(found)
    page.finding(finding(found, page.lang()))
    st.markdown(page.plain(_question(asked)))
    if found.cannot_say is None:
        _figures(found)
        _steps(found)
        _groups(found)
    page.link("why", page.t("funnel.why"), {"q": page.link_text(asked)}, icon=":material/help_center:")
    _know(found, asked)
    page.footer(plain_rows(found), found.sql, "funnel", found)


def _question(asked: FunnelQuery) -> str:
    """The question as a sentence, with the conditions that the widgets do not show."""
    lang = page.lang()
    held = [(step.label, conditions(step, lang)) for step in asked.steps if step.where]
    told = [page.t("funnel.held", step=name, where=where) for name, where in held]
    return " ".join([question(asked, lang), *rules(asked, lang), *told])


def _figures(found: FunnelAnswer) -> None:
    lang, first, last = page.lang(), found.steps[0], found.steps[-1]
    cards: list[tuple[str, str, str | None]] = [
        (
            page.t("funnel.entered", unit=unit_name(found.unit, lang)),
            words.number(first.units, lang),
            page.plain(first.name),
        )
    ]
    if len(found.steps) > 1:
        before, after = largest_loss(found.steps)
        lost = words.percent(1 - (after.from_previous or 0.0), lang)
        cards += [
            (page.t("funnel.finished"), words.number(last.units, lang), page.plain(last.name)),
            (page.t("funnel.overall"), words.percent(last.from_start, lang), page.t("funnel.overall.tip")),
            (page.t("funnel.largest_loss"), lost, page.plain(f"{before.name} → {after.name}")),
        ]
    page.cards(cards)


def _steps(found: FunnelAnswer) -> None:
    lang, last = page.lang(), found.steps[-1]
    share = words.percent(last.from_start, lang)
    page.chart(
        steps_chart(found, lang), alt=page.t("funnel.alt", n=len(found.steps), last=last.name, share=share)
    )
    page.table(step_table(found, lang), alt=page.t("funnel.steps.alt"))


def _groups(found: FunnelAnswer) -> None:
    if not found.groups:
        return
    st.subheader(page.plain(page.t("funnel.by_field", field=fields_name(found.by))), anchor=False)
    alt = page.t("funnel.groups.alt", n=len(found.groups), field=fields_name(found.by))
    page.chart(groups_chart(found, page.lang()), alt=alt)
    page.table(group_table(found, page.lang()), alt=alt)


def _know(found: FunnelAnswer, asked: FunnelQuery) -> None:
    with st.expander(page.t("funnel.know"), icon=":material/info:"):
        st.markdown("\n".join(f"- {page.plain(told)}" for told in notes(found, page.lang())))
    with st.expander(page.t("funnel.file"), icon=":material/code:"):
        st.markdown(page.t("funnel.file.body"))
        st.code(
            json.dumps(asked.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False, indent=2),
            language="json",
        )
