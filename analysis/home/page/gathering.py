"""What the home page is about: every experiment with its readout, and what needs a person today."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from analysis import page, words
from analysis.ask import cached
from analysis.funnel import FunnelQuery
from analysis.health import HealthAnswer
from analysis.readout import ReadoutAnswer, ReadoutQuery
from analysis.readout import answer as readout
from ingest.store import Store

STALE = timedelta(days=2)
SHOWN = 12


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


def experiments(store: Store) -> tuple[list[Line], int]:
    """The experiments on record with their readouts, and how many older ones there are.

    The newest come first; a broken record does not hide the others; a long list is cut, for each line is a reading.
    """
    newest = {str(record["key"]): record["body"] for record in store.records.all("experiment")}
    latest = list(reversed(newest.items()))
    return [_line(store, key, body) for key, body in latest[:SHOWN]], max(len(latest) - SHOWN, 0)


def _line(store: Store, key: str, body: dict[str, object]) -> Line:
    name = str(body.get("name") or key)
    try:
        found = cached(store, ReadoutQuery(experiment=key), readout)
    except ValueError as refused:
        return Line(key, name, str(refused))
    return Line(key, name, found if isinstance(found, ReadoutAnswer) else "")


def attention(
    landed: HealthAnswer, lines: list[Line], alerts: Iterable[Mapping[str, Any]] = ()
) -> list[Attention]:
    """What a person should look at today: alerts, untrusted experiments, unfinished loads, rejected lines, silence."""
    found = [_alert(body) for body in alerts]
    for line in lines:
        if isinstance(line.found, str) or not line.found.trusted:
            sentence = page.t("home.untrusted", name=line.name)
            found.append(Attention(sentence, "readout", (("experiment", line.key),)))
    unfinished = sum(not load.complete for load in landed.loads)
    if unfinished:
        found.append(Attention(page.t("home.unfinished", n=unfinished), "health"))
    if landed.rejected:
        found.append(Attention(page.t("home.rejected", n=landed.rejected, lines=landed.lines), "health"))
    age = age_of(landed)
    if age is not None and age > STALE and not landed.synthetic:
        found.append(Attention(page.t("home.stale", age=in_words(age)), "health"))
    return found


def _alert(body: Mapping[str, Any]) -> Attention:
    lang = page.lang()
    low, high = (words.percent(end, lang) for end in body["interval"])
    facts = {
        "name": body["name"] or body["key"],
        "step": body["step"],
        "rate": words.percent(body["rate"], lang),
        "interval": words.between(low, high, lang),
        "threshold": words.percent(body["threshold"], lang),
        "n": words.number(body["entered"], lang),
    }
    sentence = page.t(f"home.alert.{body['side']}", **facts)
    return Attention(sentence, "funnel", (("q", page.link_text(FunnelQuery.model_validate(body["funnel"]))),))


def age_of(landed: HealthAnswer) -> timedelta | None:
    """How long ago the latest event happened, by this machine's clock; None without events."""
    until = landed.observed_until
    return None if until is None else max(datetime.now(UTC) - until, timedelta())


def in_words(age: timedelta) -> str:
    """An age in whole days, below a day in hours and minutes."""
    if age.days >= 1:
        return page.t("unit.d", n=age.days)
    return words.seconds(age.total_seconds(), page.lang())
