"""The page of copies: each variant as people saw it, best first, with its tap rate, and which are not told apart."""

import streamlit as st

from analysis import page, words
from analysis.ask import cached
from analysis.choices import Choices, choices
from analysis.copies.answers import CopiesAnswer, Variant
from analysis.copies.compute import CopiesQuery, answer
from analysis.copies.preview import STYLE, html_of
from analysis.copies.rows import variant_rows
from analysis.copies.sentences import (
    finding,
    letters,
    name_of,
    rate_of,
    saw,
    to_fill_in,
    wording_for,
)
from analysis.reading import ReadingQuery
from analysis.reading.page import sections

TOGETHER = "together"


def render() -> None:
    """The page of copies."""
    page.header("copies")
    store = page.store()
    query = _question(page.answered(lambda: choices(store)))
    found = page.answered(lambda: cached(store, query, answer))
    page.synthetic_banner(found)
    if found.cannot_say is not None:
        page.explain(found.cannot_say)
        page.empty("copies.empty")
    if found.randomised:
        st.badge(page.t("time_to_tap.randomised"), icon=":material/shuffle:", color="blue")
    elif len(found.variants) > 1:
        st.badge(page.t("time_to_tap.observational"), icon=":material/visibility:", color="gray")
    page.finding(finding(found, page.lang()))
    if found.display_differs is not None:
        st.info(page.plain(words.reason(found.display_differs, page.lang())), icon=":material/timer:")
    st.html(STYLE)
    cell = page.side_by_side(min(len(found.variants), 3), at_least=280)
    for place, one in enumerate(found.variants):
        with cell(), st.container(border=True, height="stretch"):
            _card(found, place, one)
    sections(store, ReadingQuery(experiment=query.experiment, platform=query.platform))
    _know(found)
    page.footer(variant_rows(found), found.sql, "copies", found, percent=["rate", "low", "high"])


def _question(offered: Choices) -> CopiesQuery:
    cell = page.side_by_side(3, at_least=160)
    with cell():
        arms = page.choice("arms", page.t("copies.arms"), [TOGETHER, *offered.experiments], show=_arms_name,
                           default=offered.words_experiment or TOGETHER)  # fmt: skip
    platforms = dict(offered.narrowing)["platform"]
    with cell():
        platform = page.choice("platform", page.t("time_to_tap.platform"), [page.ALL, *platforms])
    return CopiesQuery(
        experiment=None if arms == TOGETHER else arms, platform=None if platform == page.ALL else platform
    )


def _arms_name(arms: str) -> str:
    return (
        page.t("copies.arms.together")
        if arms == TOGETHER
        else page.t("time_to_tap.split.experiment", key=arms)
    )


def _card(found: CopiesAnswer, place: int, one: Variant) -> None:
    lang, name = page.lang(), name_of(one, page.lang())
    st.markdown(f"**{place + 1}. {page.plain(name)}**")
    _preview(place, one, name)
    st.metric(page.t("copies.tapped"), words.percent(one.taps / one.n, lang))
    st.markdown(page.plain(rate_of(one, lang)))
    tied = letters(found, place)
    if tied:
        st.badge(page.t("copies.bracket", letters=tied), icon=":material/join_inner:", color="gray")
    elif len(found.variants) > 1:
        st.badge(page.t("copies.apart"), icon=":material/call_split:", color="blue")
    st.markdown(f":small[{page.plain(saw(one, lang))}]")
    if one.mixed:
        st.markdown(page.plain(page.t("copies.mixed", n=words.number(one.mixed, lang))))
    _record(one, name)


def _preview(place: int, one: Variant, name: str) -> None:
    copy, lang = wording_for(one, page.lang()), page.lang()
    if copy is None:
        st.info(page.t("copies.missing"), icon=":material/edit_note:")
        with st.expander(page.t("copies.missing.how")):
            st.code(to_fill_in(one, lang), language="toml", wrap_lines=True)
            st.code("kazasu copy add copies.toml", language="bash")
        return
    limit = one.limits[0][0] if one.limits else None
    key = f"copies.plays.{place}.{name}"
    plays = st.session_state.get(key, 0)
    label = page.t("copies.preview", name=name)
    if limit is not None:
        shown = words.seconds(limit / 1000, lang)
        if st.button(page.t("copies.play", limit=shown), icon=":material/play_arrow:", key=f"{key}.button"):
            plays = st.session_state[key] = plays + 1
    st.html(html_of(copy, label, shown_ms=limit, plays=plays))


def _record(one: Variant, name: str) -> None:
    """What else is on record: its words in other languages, and the note."""
    first = wording_for(one, page.lang())
    label = page.t("copies.preview", name=name)
    others = [other for other in one.wordings if other is not first]
    if others:
        with st.expander(page.t("copies.other_languages", n=len(others))):
            for other in others:
                st.html(html_of(other, f"{label} · {other.language}", shown_ms=None, plays=0))
    if first is not None and first.note:
        st.markdown(f":small[{page.plain(first.note)}]")


def _know(found: CopiesAnswer) -> None:
    with st.expander(page.t("time_to_tap.know"), icon=":material/info:", expanded=False):
        told = [page.t("copies.method"), page.t("copies.method.ties"), page.t("copies.method.preview")]
        if found.left_out:
            told.append(page.t("copies.left_out", n=found.left_out))
        st.markdown("\n".join(f"- {page.plain(line)}" for line in told))
