"""The first page, read in five seconds: what landed, what each experiment says, what needs somebody today."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pandas as pd
import streamlit as st

from analysis import page, words
from analysis.ask import cached
from analysis.health import HealthAnswer, HealthQuery
from analysis.health import answer as health
from analysis.readout import ReadoutAnswer, ReadoutQuery
from analysis.readout import answer as readout
from experiments.verdict import Verdict
from ingest.store import Store

STALE = timedelta(days=2)
ADD_EXPERIMENT = "kazasu experiment add my-experiment.toml"


@dataclass(frozen=True, slots=True)
class Line:
    """One experiment on one line: its key and name, and the readout or the sentence why there is none."""

    key: str
    name: str
    found: ReadoutAnswer | str


@dataclass(frozen=True, slots=True)
class Attention:
    """Something for a person to do: a sentence and the page that shows it."""

    sentence: str
    room: str
    question: tuple[tuple[str, str], ...] = ()


def render() -> None:
    """The home page."""
    page.header("home")
    store = page.store()
    landed = page.answered(lambda: cached(store, HealthQuery(samples=0, attempts=False), health))
    page.synthetic_banner(landed)
    lines = page.answered(lambda: _experiments(store))
    waiting = _attention(landed, lines)
    _figures(landed, len(waiting))
    _needs(waiting)
    _readouts(lines)
    page.footer(_rows(lines), _sql(landed, lines), "home", landed)


def _experiments(store: Store) -> list[Line]:
    """Every experiment on record with its readout, the newest first; a broken record does not hide the others."""
    newest = {str(record["key"]): record["body"] for record in store.records.all("experiment")}
    return [_line(store, key, body) for key, body in reversed(newest.items())]


def _line(store: Store, key: str, body: dict[str, object]) -> Line:
    name = str(body.get("name") or key)
    try:
        found = cached(store, ReadoutQuery(experiment=key), readout)
    except ValueError as refused:
        return Line(key, name, str(refused))
    return Line(key, name, found if isinstance(found, ReadoutAnswer) else "")


def _attention(landed: HealthAnswer, lines: list[Line]) -> list[Attention]:
    found = []
    for line in lines:
        if isinstance(line.found, str) or not line.found.trusted:
            sentence = page.t("home.untrusted", name=line.name)
            found.append(Attention(sentence, "readout", (("experiment", line.key),)))
    unfinished = sum(not load.complete for load in landed.loads)
    if unfinished:
        found.append(Attention(page.t("home.unfinished", n=unfinished), "health"))
    if landed.rejected:
        found.append(Attention(page.t("home.rejected", n=landed.rejected, lines=landed.lines), "health"))
    age = _age(landed)
    if age is not None and age > STALE and not landed.synthetic:
        found.append(Attention(page.t("home.stale", age=_in_words(age)), "health"))
    return found


def _figures(landed: HealthAnswer, waiting: int) -> None:
    lang, age = page.lang(), _age(landed)
    people = landed.identities
    fresh = words.NOTHING if age is None else page.t("home.ago", age=_in_words(age))
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


def _readouts(lines: list[Line]) -> None:
    st.header(page.t("home.experiments"), anchor=False)
    if not lines:
        st.markdown(page.t("home.experiments.none"))
        st.code(ADD_EXPERIMENT, language="bash")
    for line in lines:
        with st.container(border=True, gap="small"):
            _one_line(line)


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


def _age(landed: HealthAnswer) -> timedelta | None:
    until = landed.observed_until
    return None if until is None else max(datetime.now(UTC) - until, timedelta())


def _in_words(age: timedelta) -> str:
    if age.days >= 1:
        return page.t("unit.d", n=age.days)
    return words.seconds(age.total_seconds(), page.lang())


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
