"""The view of steps: figures, bars, groups, what was left out; and the same as tables."""

import json

import streamlit as st

from analysis import page, words
from analysis.funnel.answers import FunnelAnswer
from analysis.funnel.chart import PICKED, groups_chart, steps_chart
from analysis.funnel.compute import FunnelQuery
from analysis.funnel.page.comparing import compared
from analysis.funnel.page.dropping import dropped
from analysis.funnel.rows import group_table, plain_rows, step_table
from analysis.funnel.rules import rules
from analysis.funnel.sentences import conditions, fields_name, largest_loss, notes, question, unit_name

CHART = "funnel.chart"


def steps(asked: FunnelQuery, found: FunnelAnswer, before: FunnelAnswer | None) -> None:
    """The funnel as bars; a click on one opens the drop-off panel.

    Args:
        asked: The question.
        found: Its answer.
        before: The answer over the period before; None if nobody asked for it.
    """
    st.markdown(page.plain(_question(asked)))
    if found.cannot_say is None:
        _figures(found)
        compared(page.store(), asked, found, before)
        _bars(found, before)
        dropped(asked, found)
        _groups(found)
    _foot(asked, found)


def table(asked: FunnelQuery, found: FunnelAnswer, before: FunnelAnswer | None) -> None:
    """The funnel as tables: steps, groups, and the period before.

    Args:
        asked: The question.
        found: Its answer.
        before: The answer over the period before; None if nobody asked for it.
    """
    st.markdown(page.plain(_question(asked)))
    if found.cannot_say is None:
        page.table(step_table(found, page.lang()), alt=page.t("funnel.steps.alt"))
        compared(page.store(), asked, found, before)
        if before is not None and before.cannot_say is None:
            page.table(step_table(before, page.lang()), alt=page.t("funnel.steps.alt"))
        if found.groups:
            page.table(group_table(found, page.lang()), alt=_groups_alt(found))
    _foot(asked, found)


def _question(asked: FunnelQuery) -> str:
    """The question as a sentence, with the options that have no control."""
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


def _bars(found: FunnelAnswer, before: FunnelAnswer | None) -> None:
    lang, last = page.lang(), found.steps[-1]
    drawn = None if before is None or before.cannot_say is not None else before
    alt = page.t("funnel.alt", n=len(found.steps), last=last.name, share=words.percent(last.from_start, lang))
    page.chart(steps_chart(found, lang, drawn), alt=alt, key=CHART, picked=_picked)


def _picked() -> None:
    """A clicked step goes to the address, which opens its panel."""
    points = st.session_state[CHART].selection.get(PICKED, [])
    if points:
        st.query_params["step"] = str(points[0]["place"])


def _groups(found: FunnelAnswer) -> None:
    if not found.groups:
        return
    st.subheader(page.plain(page.t("funnel.by_field", field=fields_name(found.by))), anchor=False)
    page.chart(groups_chart(found, page.lang()), alt=_groups_alt(found))


def _groups_alt(found: FunnelAnswer) -> str:
    return page.t("funnel.groups.alt", n=len(found.groups), field=fields_name(found.by))


def _foot(asked: FunnelQuery, found: FunnelAnswer) -> None:
    page.link("why", page.t("funnel.why"), {"q": page.link_text(asked)}, icon=":material/help_center:")
    with st.expander(page.t("funnel.know"), icon=":material/info:"):
        st.markdown("\n".join(f"- {page.plain(told)}" for told in notes(found, page.lang())))
    with st.expander(page.t("funnel.file"), icon=":material/code:"):
        st.markdown(page.t("funnel.file.body"))
        body = asked.model_dump(mode="json", exclude_defaults=True)
        st.code(json.dumps(body, ensure_ascii=False, indent=2), language="json")
    page.footer(plain_rows(found), found.sql, "funnel", found)
