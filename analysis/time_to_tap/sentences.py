"""The answer in words of the reader's language: the finding, the differences, names of arms."""

from analysis import words
from analysis.time_to_tap.answers import Arm, Difference, Point, TapsAnswer
from analysis.words import t
from experiments.stats.effects import Effect, Estimate, Interval, NoEffect


def name_of(found: TapsAnswer, name: str | None, lang: str) -> str:
    """An arm's name as readers see it."""
    if name is None:
        return t("common.unknown", lang)
    if found.experiment is None and found.by is None:
        return t("time_to_tap.all", lang)
    return words.seconds(int(name) / 1000, lang) if found.by == "display_ms" else name


def finding(found: TapsAnswer, lang: str) -> str:
    """The page's one sentence: the headline if there is one, else the weightiest thing that can be said."""
    tail = found.tail
    if not isinstance(tail, NoEffect) and isinstance(tail.share, Estimate):
        return t(
            "time_to_tap.finding.tail", lang, arm=name_of(found, tail.arm, lang),
            limit=_s(tail.limit_ms, lang), shortest=_s(tail.shortest_ms, lang),
            share=words.percent(tail.share.value, lang), interval=range_of(tail.share.interval, lang),
        )  # fmt: skip
    known = [d for d in found.differences if d.scope == "own_limit" and isinstance(d.effect, Effect)]
    if known:
        return difference(found, max(known, key=_size), lang)
    arm = found.arms[0]
    last = last_point(arm)
    if last is not None and isinstance(last.tap, Estimate):
        return t(
            "time_to_tap.finding.curve", lang, limit=_s(last.ms, lang),
            share=words.percent(last.tap.value, lang), interval=range_of(last.tap.interval, lang),
        )  # fmt: skip
    share = next(outcome.share for outcome in arm.outcomes if outcome.fate == "tap")
    if isinstance(share, NoEffect):
        return words.reason(share, lang)
    return t(
        "time_to_tap.finding.share", lang, n=arm.n,
        share=words.percent(share.value, lang), interval=range_of(share.interval, lang),
    )  # fmt: skip


def difference(found: TapsAnswer, entry: Difference, lang: str) -> str:
    """One difference of an arm to control."""
    arm, control = name_of(found, entry.arm, lang), name_of(found, entry.control, lang)
    if isinstance(entry.effect, NoEffect):
        return f"{arm}: {words.reason(entry.effect, lang)}"
    return t(
        f"time_to_tap.difference.{entry.scope}", lang, arm=arm, control=control, ms=_s(entry.ms, lang),
        points=words.points(entry.effect.value, lang), interval=points_range(entry.effect.interval, lang),
        verdict=t(f"time_to_tap.verdict.{_verdict(found, entry.effect)}", lang),
    )  # fmt: skip


def reading(found: TapsAnswer, arm: Arm, ms: int, lang: str) -> str | None:
    """What an arm's taps would be if the suggestion were taken away at `ms`; None beyond its curve."""
    here, last = point_at(arm, ms), last_point(arm)
    if here is None or last is None or isinstance(here.tap, NoEffect) or isinstance(last.tap, NoEffect):
        return None
    return t(
        "time_to_tap.reading", lang, arm=name_of(found, arm.name, lang), at=_s(ms, lang), limit=_s(last.ms, lang),
        share=words.percent(here.tap.value, lang), interval=range_of(here.tap.interval, lang),
        of_all=words.percent(here.tap.value / last.tap.value if last.tap.value else 0.0, lang),
        none=words.percent(here.none, lang),
    )  # fmt: skip


def tapped(arm: Arm, lang: str) -> tuple[str, str]:
    """The share of an arm's impressions that were tapped, and what stands behind it."""
    share = next(outcome.share for outcome in arm.outcomes if outcome.fate == "tap")
    if isinstance(share, NoEffect):
        return words.NOTHING, words.reason(share, lang)
    told = range_of(share.interval, lang)
    return words.percent(share.value, lang), t(
        "time_to_tap.card", lang, taps=arm.count("tap"), n=arm.n, interval=told
    )


def last_point(arm: Arm) -> Point | None:
    """The last drawn point of an arm's curve."""
    return None if isinstance(arm.curves, NoEffect) else arm.curves.points[-1]


def point_at(arm: Arm, ms: int) -> Point | None:
    """The drawn point at a time, or the last one before it; None without a curve or beyond it."""
    if isinstance(arm.curves, NoEffect) or ms > arm.curves.last_ms:
        return None
    return max((point for point in arm.curves.points if point.ms <= ms), key=lambda point: point.ms)


def range_of(interval: Interval | None, lang: str) -> str:
    """An interval of a share with its level, or a dash."""
    if interval is None:
        return words.NOTHING
    low, high = words.percent(interval.low, lang), words.percent(interval.high, lang)
    return t("common.interval", lang, level=interval.level, range=words.between(low, high, lang))


def points_range(interval: Interval, lang: str) -> str:
    """An interval of a difference of shares, in percentage points."""
    low, high = words.points(interval.low, lang), words.points(interval.high, lang)
    return t("common.interval", lang, level=interval.level, range=words.between(low, high, lang))


def _verdict(found: TapsAnswer, effect: Effect) -> str:
    if not found.randomised:
        return "observational"
    return "open" if effect.interval.contains(0.0) else "differs"


def _size(entry: Difference) -> float:
    return abs(entry.effect.value) if isinstance(entry.effect, Effect) else 0.0


def _s(ms: int, lang: str) -> str:
    return words.seconds(ms / 1000, lang)
