"""The page of the models on phones: are they right, and are they fast enough?"""

from typing import get_args

import streamlit as st

from analysis import page, words
from analysis.ask import cached
from analysis.models.answers import ModelsAnswer
from analysis.models.chart import DRAWN_GROUPS, latency_chart, precision_chart
from analysis.models.choices import choices
from analysis.models.compute import ModelsQuery, answer
from analysis.models.query import Column
from analysis.models.rows import latency_table, plain_rows, precision_table
from analysis.models.sentences import columns_of, finding, quantiles_of, share_of, usual
from experiments.stats.effects import NoEffect

USUAL = "usual"
TEMPERATURES = ("warm", "cold", "unknown")


def render() -> None:
    """The models page."""
    page.header("models")
    store = page.store()
    offered = page.answered(lambda: choices(store))
    query = _question(offered)
    found = page.answered(lambda: cached(store, query, answer))
    page.synthetic_banner(found)
    if not found.inferences:
        page.empty("models.empty")
    page.finding(finding(found, page.lang()))
    _figures(found)
    _precision(found)
    _latency(found)
    _know(found)
    page.footer(plain_rows(found), found.sql, "models", found)


def _question(offered: tuple[tuple[str, tuple[str, ...]], ...]) -> ModelsQuery:
    cell = page.side_by_side(4, at_least=160)
    with cell():
        by = page.choice("by", page.t("models.by"), [USUAL, *get_args(Column)],
                         show=lambda name: page.t(f"models.{name}"))  # fmt: skip
    narrowed = {}
    for name, values in offered:
        with cell():
            chosen = page.choice(name, page.t(f"models.{name}"), [page.ALL, *values])
        narrowed[name] = None if chosen == page.ALL else chosen
    among = page.choice("among", page.t("models.among"), ["shown", "all"], style="segments",
                        show=lambda kind: page.t(f"models.among.{kind}"), tip=page.t("models.among.tip"))  # fmt: skip
    return ModelsQuery.model_validate({"by": None if by == USUAL else (by,), "among": among, **narrowed})


def _figures(found: ModelsAnswer) -> None:
    lang, said, row = page.lang(), found.precision_overall.precision, usual(found)
    cards: list[tuple[str, str, str | None]] = []
    if not isinstance(said, NoEffect):
        unverified = words.percent(said.unverified_share, lang)
        cards.append(
            (page.t("models.precision"), share_of(said.estimate, lang), page.t("models.precision.tip"))
        )
        cards.append(
            (page.t("models.unverified"), unverified, page.t("models.unverified.tip", n=said.unverified))
        )
    if row is not None:
        tip = page.t(
            "models.latency.tip",
            n=row.n,
            temperature=page.t(f"models.temperature.{row.temperature or 'unknown'}"),
        )
        budget = row.budget
        cards.append((page.t("models.quantiles"), quantiles_of(row, lang), tip))
        cards.append((page.t("models.within", ms=budget.ms), share_of(budget.within, lang), tip))
    if cards:
        page.cards(cards)


def _precision(found: ModelsAnswer) -> None:
    st.subheader(page.t("models.precision_by", by=columns_of(found.precision_by, page.lang())), anchor=False)
    known = [row for row in found.precision
             if not isinstance(row.precision, NoEffect) and not isinstance(row.precision.estimate, NoEffect)]  # fmt: skip
    if not found.precision or not known:
        said = found.precision_overall.precision
        estimate = said if isinstance(said, NoEffect) else said.estimate
        if isinstance(estimate, NoEffect):
            page.explain(estimate)
    else:
        page.chart(precision_chart(found, page.lang()), alt=page.t("models.precision.alt", n=len(known)))
    if found.precision:
        page.table(precision_table(found, page.lang()), alt=page.t("models.precision_table.alt"))


def _latency(found: ModelsAnswer) -> None:
    st.subheader(page.t("models.latency_by", by=columns_of(found.latency_by, page.lang())), anchor=False)
    offered = [
        name for name in TEMPERATURES if any((row.temperature or "unknown") == name for row in found.latency)
    ]
    if not offered:
        st.markdown(page.t("models.finding.no_latency"))
        return
    shown = page.choice("temperature", page.t("models.temperature"), offered, style="segments",
                        show=lambda name: page.t(f"models.temperature.{name}"))  # fmt: skip
    groups = sum((row.temperature or "unknown") == shown for row in found.latency)
    if groups > DRAWN_GROUPS:
        st.markdown(page.t("models.drawn", n=DRAWN_GROUPS, all=groups))
    picture = latency_chart(found, None if shown == "unknown" else shown, page.lang())
    page.chart(
        picture, alt=page.t("models.latency.alt", n=groups, temperature=page.t(f"models.temperature.{shown}"))
    )
    page.table(latency_table(found, page.lang()), alt=page.t("models.latency_table.alt"))


def _know(found: ModelsAnswer) -> None:
    with st.expander(page.t("models.know"), icon=":material/info:", expanded=False):
        told = [
            page.t("models.method.precision"),
            page.t("models.method.latency"),
            page.t("models.method.independent"),
        ]
        left_out = (("without_latency", found.without_latency), ("without_label", found.without_label),
                    ("groups_left_out", found.groups_left_out))  # fmt: skip
        told += [page.t(f"models.{name}", n=n) for name, n in left_out if n]
        st.markdown("\n".join(f"- {line}" for line in told))
