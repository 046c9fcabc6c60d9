"""The first page, read in five seconds: what landed, what each experiment says, what needs somebody today."""

import pandas as pd
import streamlit as st

from analysis import page, words
from analysis.alerts import alerting
from analysis.ask import cached
from analysis.health import HealthAnswer, HealthQuery
from analysis.health import answer as health
from analysis.home.page.gathering import Attention, Line, age_of, attention, experiments, in_words
from analysis.readout import ReadoutAnswer
from experiments.verdict import Verdict

ADD_EXPERIMENT = "kazasu experiment add my-experiment.toml"


def render() -> None:
    """The home page."""
    page.header("home")
    store = page.store()
    landed = page.answered(lambda: cached(store, HealthQuery(samples=0, attempts=False), health))
    page.synthetic_banner(landed)
    lines, older = page.answered(lambda: experiments(store))
    waiting = attention(landed, lines, page.answered(lambda: alerting(store)))
    _figures(landed, len(waiting))
    _needs(waiting)
    _readouts(lines, older)
    page.footer(_rows(lines), _sql(landed, lines), "home", landed)


def _figures(landed: HealthAnswer, waiting: int) -> None:
    lang, age = page.lang(), age_of(landed)
    people = landed.identities
    fresh = words.NOTHING if age is None else page.t("home.ago", age=in_words(age))
    page.cards(
        [
            (
                page.t("home.freshness"),
                fresh,
                words.moment(landed.observed_until, lang),
            ),
            (
                page.t("home.people"),
                words.compact(people.persons, lang),
                page.t("home.people.help", anonymous=people.anonymous_persons),
            ),
            (
                page.t("home.events"),
                words.compact(landed.landed, lang),
                page.t("home.events.help", n=landed.landed, files=len(landed.loads)),
            ),
            (page.t("home.attention"), words.number(waiting, lang), page.t("home.attention.help")),
        ]
    )


def _needs(waiting: list[Attention]) -> None:
    st.header(page.t("home.attention"), anchor=False)
    if not waiting:
        st.markdown(f":material/check_circle: {page.t('home.nothing')}")
    for one in waiting:
        page.link(one.room, one.sentence, dict(one.question), icon=":material/flag:")


def _readouts(lines: list[Line], older: int) -> None:
    st.header(page.t("home.experiments"), anchor=False)
    if not lines:
        st.markdown(page.t("home.experiments.none"))
        st.code(ADD_EXPERIMENT, language="bash")
    for line in lines:
        with st.container(border=True, gap="small"):
            _one_line(line)
    if older:
        page.link("readout", page.t("home.older", n=older), icon=":material/arrow_forward:")


def _one_line(line: Line) -> None:
    read = line.found if isinstance(line.found, ReadoutAnswer) else None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if read and isinstance(read.verdict, Verdict):
            page.decision_badge(read.verdict.decision)
        st.markdown(f"**{page.plain(line.name)}**")
        if read:
            people = words.count(read.units, page.lang(), "person")
            st.markdown(f":gray[{page.t('home.units', n=people)}]", width="content")
        page.link("readout", page.t("home.read"), {"experiment": line.key}, icon=":material/arrow_forward:")
    st.markdown(page.plain(_why(read) if read else str(line.found)))


def _why(found: ReadoutAnswer) -> str:
    said = found.verdict.reasons[0] if isinstance(found.verdict, Verdict) else found.verdict
    return words.reason(said, page.lang())


def _rows(lines: list[Line]) -> pd.DataFrame:
    read = [(line, line.found) for line in lines if isinstance(line.found, ReadoutAnswer)]
    return pd.DataFrame(
        {
            "experiment": [line.key for line, _ in read],
            "name": [line.name for line, _ in read],
            "decision": [
                found.verdict.decision if isinstance(found.verdict, Verdict) else "" for _, found in read
            ],
            "units": [found.units for _, found in read],
            "reason": [
                found.verdict.reasons[0].code if isinstance(found.verdict, Verdict) else found.verdict.code
                for _, found in read
            ],
        }
    )


def _sql(landed: HealthAnswer, lines: list[Line]) -> str:
    read = [line.found.sql for line in lines if isinstance(line.found, ReadoutAnswer)]
    return "\n\n".join([landed.sql, *read])
