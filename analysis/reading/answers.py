"""The nouns of the answer: what there is to read for how long, who needs longer, and first against later impressions."""

from dataclasses import dataclass
from datetime import datetime

from experiments.copies import Copy
from experiments.reading import Amount
from experiments.stats.effects import Effect, Estimate, NoEffect

Said = Estimate | NoEffect


@dataclass(frozen=True, slots=True)
class Pace:
    """A wording at one display limit.

    Args:
        limit_ms: How long it stood.
        n, people: Impressions and people that it stood so long for.
        characters_per_s, words_per_s: What there is to read in each second; words None where they cannot be counted.
        readable: Whether an average adult reads it to the end; None where that cannot be said.
    """

    limit_ms: int
    n: int
    people: int
    characters_per_s: float
    words_per_s: float | None
    readable: bool | None


@dataclass(frozen=True, slots=True)
class Text:
    """What one wording gives to read.

    Args:
        copy: The wording as it is on record.
        design_id: The design that the log shows it in.
        amount: Its characters and words, and the seconds that an average adult takes.
        paces: At each display limit used, shortest first.
    """

    copy: Copy
    design_id: str | None
    amount: Amount
    paces: tuple[Pace, ...]


@dataclass(frozen=True, slots=True)
class Timeouts:
    """People whose platform recommends to show things longer than the suggestion stood.

    Args:
        limit_ms: The display limit of their first impression; None for all limits together.
        people: People.
        known: Those of whom the log has the platform's recommendation.
        longer: Those of them to whom it recommends more than the limit.
        share: longer / known.
    """

    limit_ms: int | None
    people: int
    known: int
    longer: int
    share: Said


@dataclass(frozen=True, slots=True)
class TurnPoint:
    """The share of a turn's impressions tapped within `ms`; low and high are None where people repeat."""

    ms: int
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Turn:
    """A person's first, second, third, or every later impression.

    Args:
        turn: 1, 2, 3; 4 is the fourth and every later one.
        n: Impressions with a known ending.
        people: People who have one.
        points: The tap curve up to the shortest usual display limit.
        tapped: The share tapped by then; people as clusters.
        change: tapped minus the share of the first impressions of the same people; None for the first itself.
        pairs: People who stand on both sides of it.
    """

    turn: int
    n: int
    people: int
    points: tuple[TurnPoint, ...]
    tapped: Said
    change: Effect | NoEffect | None
    pairs: int


@dataclass(frozen=True, slots=True)
class ReadingAnswer:
    """Whether people can read a suggestion while it stands, and whether they tire of it.

    Args:
        texts: Every wording shown that is on record, in order of copy, design and language.
        without_text: (copy, design) shown without words on record.
        timeouts: All display limits together.
        timeouts_by_limit: Each of them, shortest first.
        turns: First, second, third and later impressions, as far as they showed the same words and design for the same
            time as their person's first; those that nobody had are left out.
        by_ms: The time that `tapped` and `change` are read at, the shortest usual display limit; None without any.
        experiment: Key of the experiment asked for.
        cannot_say: Why there is nothing to read; None if there is.
        observed_until: End of observation; None if nothing has landed.
        sql: The SQL that ran.
        data_version: Version of the data.
        synthetic: Whether any load was declared synthetic.
    """

    texts: tuple[Text, ...]
    without_text: tuple[tuple[str | None, str | None], ...]
    timeouts: Timeouts | NoEffect
    timeouts_by_limit: tuple[Timeouts, ...]
    turns: tuple[Turn, ...]
    by_ms: int | None
    experiment: str | None
    cannot_say: NoEffect | None
    observed_until: datetime | None
    sql: str
    data_version: str
    synthetic: bool
