"""The answer as plain JSON; docs/json/reading.md explains every key."""

from analysis import plain
from analysis.reading.answers import ReadingAnswer, Text, Timeouts, Turn
from experiments.reading import SPEEDS
from experiments.stats.effects import NoEffect

Json = dict[str, object]


def to_json(found: ReadingAnswer) -> Json:
    """The answer as plain JSON: times in ms, seconds as *_s, shares 0..1, intervals [low, high], null with a reason."""
    together = found.timeouts
    return {
        "texts": [_text(one) for one in found.texts],
        "without_text": [{"copy_id": copy, "design_id": design} for copy, design in found.without_text],
        "timeouts": None if isinstance(together, NoEffect) else _timeouts(together),
        "no_timeouts": plain.reason(together) if isinstance(together, NoEffect) else None,
        "timeouts_by_limit": [_timeouts(one) for one in found.timeouts_by_limit],
        "turns": [_turn(one) for one in found.turns],
        "by_ms": found.by_ms,
        "experiment": found.experiment,
        "cannot_say": plain.reason(found.cannot_say),
        "observed_until": plain.moment(found.observed_until),
        "data_version": found.data_version,
        "synthetic": found.synthetic,
    }


def _text(one: Text) -> Json:
    needed, speed = one.amount.needed_s, SPEEDS.get(one.copy.language.split("-")[0])
    return {
        "copy_id": one.copy.copy_id,
        "language": one.copy.language,
        "design_id": one.design_id,
        "characters": one.amount.characters,
        "words": one.amount.words,
        "needed_s": None if isinstance(needed, NoEffect) else needed,
        "speed": None if speed is None else f"{speed.per_minute:g} {speed.unit} a minute: {speed.source}",
        "no_effect": plain.reason(needed) if isinstance(needed, NoEffect) else None,
        "paces": [
            {
                "limit_ms": pace.limit_ms,
                "n": pace.n,
                "people": pace.people,
                "characters_per_s": pace.characters_per_s,
                "words_per_s": pace.words_per_s,
                "readable": pace.readable,
            }
            for pace in one.paces
        ],
    }


def _timeouts(one: Timeouts) -> Json:
    return {
        "limit_ms": one.limit_ms,
        "people": one.people,
        "known": one.known,
        "longer": one.longer,
        **plain.estimate(one.share),
    }


def _turn(one: Turn) -> Json:
    return {
        "turn": one.turn,
        "n": one.n,
        "people": one.people,
        "points": [[point.ms, point.value, point.low, point.high] for point in one.points],
        "tapped": plain.estimate(one.tapped),
        "change": None if one.change is None else plain.effect(one.change),
        "pairs": one.pairs,
    }
