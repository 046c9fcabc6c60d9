"""One query, one answer: what there is to read at the limits used, who needs longer, and who tires of it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from analysis.ask import ask, sql_of
from analysis.on_record import experiment_on_record
from analysis.outcomes import Selection
from analysis.reading.answers import Pace, ReadingAnswer, Text, Timeouts
from analysis.reading.turns import shared_limit, turns_of
from analysis.steps.cohorts import on_record
from analysis.wordings import copies_on_record, languages_of
from experiments.copies import Copy
from experiments.reading import Amount, amount, per_second
from experiments.stats.effects import NoEffect
from experiments.stats.proportions import rate
from experiments.stats.samples import Count

if TYPE_CHECKING:
    from ingest import Store

_FOLDER = Path(__file__).parent
_PICKED, _SHOWN, _TIMEOUTS, _ENDINGS, _PERSONS = (
    _FOLDER.joinpath(f"{name}.sql").read_text(encoding="utf-8")
    for name in ("picked", "shown", "timeouts", "endings", "persons")
)
_PARAMS = ("experiment", "platform", "device", "os_version", "app_version", "copy_id", "design_id", "display_ms",
           "cohort", "from", "to")  # fmt: skip
Rows = Sequence[Mapping[str, Any]]


class ReadingQuery(Selection):
    """Which impressions; all of a person's, because first and later ones are told apart.

    Args:
        impressions: Every one.
        by: Nothing: wordings, display limits and turns are told apart by themselves.
    """

    impressions: Literal["all"] = "all"
    by: None = None


def answer(store: "Store", query: ReadingQuery) -> ReadingAnswer:
    """Say how fast people would have to read, whose platform asks for longer, and how taps change when it comes again.

    Args:
        store: An open store.
        query: Which impressions.

    Returns:
        The answer. Later impressions are observational: who sees a suggestion again is chosen by what they do.

    Raises:
        ValueError: There is no such cohort, or a record breaks a rule that holds now.
    """
    on_record(store, query.cohort)
    declared = experiment_on_record(store, query.experiment)
    until = query.observed_until or store.observed_until()
    given = query.model_dump(by_alias=True)
    params = {name: given[name] for name in _PARAMS} | {
        "observed_until": until,
        "exposed_from": None if declared is None else declared.start,
    }
    ran: list[str] = []

    def rows(sql: str, **more: object) -> Rows:
        whole = _PICKED + sql
        ran.append(sql_of(whole, params | more))
        found: Rows = ask(store, whole, params | more).to_pylist()
        return found

    shown: Rows = () if until is None else rows(_SHOWN)
    timeouts = _timeouts(() if until is None else rows(_TIMEOUTS))
    endings: Rows = () if until is None else rows(_ENDINGS)
    by_ms = shared_limit(endings)
    texts, without = _texts(shown, copies_on_record(store))
    return ReadingAnswer(
        texts=texts,
        without_text=without,
        timeouts=_together(timeouts),
        timeouts_by_limit=timeouts,
        turns=() if by_ms is None else turns_of(endings, rows(_PERSONS, by_ms=by_ms), by_ms),
        by_ms=by_ms,
        experiment=query.experiment,
        cannot_say=None if shown else _silent(),
        observed_until=until,
        sql="\n\n".join(ran),
        data_version=store.data_version(),
        synthetic=store.synthetic(),
    )


def _texts(
    shown: Rows, copies: Sequence[Copy]
) -> tuple[tuple[Text, ...], tuple[tuple[str | None, str | None], ...]]:
    """What was shown with words on record, in each language that people may have seen, and what was shown without."""
    texts, without = [], []
    for key in dict.fromkeys(_seen(row) for row in shown):
        rows = [row for row in shown if _seen(row) == key and row["limit_ms"]]
        known = languages_of(copies, *key)
        if not known:
            without.append(key[:2])
        for one in known:
            there = amount(one.words, one.language)
            texts.append(Text(one, key[1], there, tuple(_pace(there, row) for row in rows)))
    return tuple(texts), tuple(dict.fromkeys(without))


def _seen(row: Mapping[str, Any]) -> tuple[str | None, str | None, str | None]:
    return row["copy_id"], row["design_id"], row["language"]


def _pace(there: Amount, row: Mapping[str, Any]) -> Pace:
    limit = row["limit_ms"]
    words = None if there.words is None else per_second(there.words, limit)
    return Pace(
        limit, row["n"], row["people"], per_second(there.characters, limit), words, there.readable(limit)
    )


def _timeouts(rows: Rows) -> tuple[Timeouts, ...]:
    return tuple(_share(row["limit_ms"], row["people"], row["known"], row["longer"]) for row in rows)


def _together(rows: Sequence[Timeouts]) -> Timeouts | NoEffect:
    people, known, longer = (
        sum(getattr(one, name) for one in rows) for name in ("people", "known", "longer")
    )
    if not known:
        return NoEffect(
            "reading.no_timeouts",
            "The log has no recommended_timeout_ms in suggestion_shown, so nobody knows whose platform asks for "
            "longer; log what AccessibilityManager.getRecommendedTimeoutMillis answers.",
        )
    return _share(None, people, known, longer)


def _share(limit_ms: int | None, people: int, known: int, longer: int) -> Timeouts:
    return Timeouts(limit_ms, people, known, longer, rate(Count(known, longer)))


def _silent() -> NoEffect:
    return NoEffect("taps.no_impressions", "No suggestion was shown under these conditions.")
