"""The answer in words: whether there is time to read, who needs longer, and what changes when it comes again."""

from typing import Literal

from analysis import words
from analysis.reading.answers import Pace, ReadingAnswer, Text, Timeouts, Turn
from analysis.words import t
from experiments.reading import SPEEDS
from experiments.stats.effects import Effect, Estimate, Interval, NoEffect

Verdict = Literal["yes", "barely", "no"]
BARELY = 1.25
"""Between 1/BARELY and BARELY times the display limit an average says little about one reader: it is called "only just"."""
_NAMED = 3


def name_of(one: Text, lang: str) -> str:
    """A wording's name: copy, design and language."""
    known = [part for part in (one.copy.copy_id, one.design_id, one.copy.language) if part]
    return " · ".join(known) or t("common.unknown", lang)


def verdict(one: Text, pace: Pace) -> Verdict | None:
    """Whether an average adult can read it to the end; None where that cannot be said."""
    needed = one.amount.needed_s
    if isinstance(needed, NoEffect):
        return None
    ratio = needed * 1000 / pace.limit_ms
    return "no" if ratio > BARELY else "yes" if ratio < 1 / BARELY else "barely"


def finding(found: ReadingAnswer, lang: str) -> str:
    """The section's one sentence."""
    told = [(one, pace, verdict(one, pace)) for one in found.texts for pace in one.paces]
    if not told:
        return t("reading.finding.no_text", lang)
    if not any(said for *_, said in told):
        return t("reading.finding.unknown", lang)
    for kind, key in (("no", "short"), ("barely", "barely")):
        names = [_named(one, pace, lang) for one, pace, said in told if said == kind]
        if names:
            more = [t("reading.more", lang, n=len(names) - _NAMED)] if len(names) > _NAMED else []
            return t(f"reading.finding.{key}", lang, names=words.listed([*names[:_NAMED], *more], lang))
    return t("reading.finding.all", lang)


def timeouts(found: ReadingAnswer, lang: str) -> list[str]:
    """Whose platform asks for longer, all together and at each display limit; or why nobody knows."""
    together = found.timeouts
    if isinstance(together, NoEffect):
        return [words.reason(together, lang)]
    told = [t("reading.timeouts", lang, **_counted(together, lang))]
    known = [one for one in found.timeouts_by_limit if one.known]
    if len(known) > 1:
        told += [
            t("reading.timeouts.at", lang, limit=_seconds(one.limit_ms or 0, lang), **_counted(one, lang))
            for one in known
        ]
    unknown = together.people - together.known
    return [*told, t("reading.timeouts.unknown", lang, n=unknown)] if unknown else told


def turn_name(turn: int, lang: str) -> str:
    """First, second, third, fourth and later."""
    return t(f"reading.turn.{turn}", lang)


def turns(found: ReadingAnswer, lang: str) -> list[str]:
    """One line a turn: the share tapped; then, within the same people, what changed from their first."""
    if len(found.turns) < 2:
        return [t("reading.turns.none", lang)]
    return [*(_tapped(found, one, lang) for one in found.turns), *changes(found, lang)]


def changes(found: ReadingAnswer, lang: str) -> list[str]:
    """What changed from the first time, one line a later turn."""
    return [_changed(one, one.change, lang) for one in found.turns if one.change is not None]


def method(lang: str) -> list[str]:
    """How reading and repeats are counted, with the sources of the speeds."""
    speeds = [
        t("reading.method.speed", lang, language=t(f"reading.language.{language}", lang), per_minute=speed.per_minute,
          unit=t(f"reading.unit.{speed.unit}", lang), source=speed.source)
        for language, speed in SPEEDS.items()
    ]  # fmt: skip
    return [
        t("reading.method.count", lang),
        *speeds,
        *(t(f"reading.method.{what}", lang) for what in ("people", "turns")),
    ]


def _named(one: Text, pace: Pace, lang: str) -> str:
    needed = one.amount.needed_s
    told = words.NOTHING if isinstance(needed, NoEffect) else words.seconds(needed, lang)
    return t("reading.text", lang, name=name_of(one, lang), shown=_seconds(pace.limit_ms, lang), needed=told)


def _counted(one: Timeouts, lang: str) -> dict[str, object]:
    share = one.share
    value = share.value if isinstance(share, Estimate) else None
    interval = share.interval if isinstance(share, Estimate) else None
    return {
        "known": one.known,
        "longer": one.longer,
        "share": words.percent(value, lang),
        "interval": _interval(interval, lang),
    }


def _tapped(found: ReadingAnswer, one: Turn, lang: str) -> str:
    said = one.tapped
    if isinstance(said, NoEffect):
        return t("reading.change.unknown", lang, turn=turn_name(one.turn, lang), why=words.reason(said, lang))
    return t(
        "reading.tapped", lang, turn=turn_name(one.turn, lang), share=words.percent(said.value, lang),
        by=_seconds(found.by_ms or 0, lang), interval=_interval(said.interval, lang),
        n=words.count(one.n, lang, "impression"),
    )  # fmt: skip


def _changed(one: Turn, change: Effect | NoEffect, lang: str) -> str:
    turn = turn_name(one.turn, lang)
    if isinstance(change, NoEffect):
        return t("reading.change.unknown", lang, turn=turn, why=words.reason(change, lang))
    low, high = change.interval.low, change.interval.high
    kind = "less" if high < 0 else "more" if low > 0 else "none"
    ends = words.between(words.points(low, lang), words.points(high, lang), lang)
    return t(
        f"reading.change.{kind}", lang, turn=turn, change=words.points(change.value, lang),
        interval=t("common.interval", lang, level=change.interval.level, range=ends),
        people=words.count(one.pairs, lang, "person"),
    )  # fmt: skip


def _interval(interval: Interval | None, lang: str) -> str:
    if interval is None:
        return words.NOTHING
    ends = words.between(words.percent(interval.low, lang), words.percent(interval.high, lang), lang)
    return t("common.interval", lang, level=interval.level, range=ends)


def _seconds(ms: int, lang: str) -> str:
    return words.seconds(ms / 1000, lang)
