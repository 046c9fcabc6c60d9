"""The answer in words: the display time to name, and what any other would bring."""

from collections.abc import Callable

from analysis import words
from analysis.display_limit.answers import DisplayLimitAnswer, LimitPoint, Said
from analysis.words import t
from experiments.stats.effects import Interval, NoEffect

FALLS = 0.01
"""Below this p-value the shares may not be taken never to fall."""


def name_of(found: DisplayLimitAnswer, lang: str) -> str:
    """The name of the arm that is read, as readers see it."""
    return arm_name(found, found.arm, lang)


def arm_name(found: DisplayLimitAnswer, name: str | None, lang: str) -> str:
    """An arm's name as readers see it."""
    if name is None:
        return t("common.unknown", lang)
    if found.experiment is None and found.by is None:
        return t("time_to_tap.all", lang)
    return seconds(int(name), lang) if found.by == "display_ms" else name


def finding(found: DisplayLimitAnswer, lang: str) -> str:
    """The page's one sentence: the shortest display time that keeps nearly all taps, or why none is named."""
    said = found.choice
    if isinstance(said, NoEffect):
        return words.reason(said, lang)
    facts = {
        "ms": seconds(said.ms, lang),
        "interval": words.between(
            seconds(int(said.interval.low), lang), seconds(int(said.interval.high), lang), lang
        ),
        "level": said.interval.level,
        "kept": words.percent(said.taps / said.best_taps, lang),
        "best": seconds(said.best_ms, lang),
        "taps": words.percent(said.taps, lang),
        "best_taps": words.percent(said.best_taps, lang),
    }
    if said.bound:
        most = words.percent(found.most_dismissals or 0.0, lang)
        return t("display_limit.finding.bound", lang, most=most, **facts)
    return t("display_limit.finding", lang, **facts)


def cards(point: LimitPoint, lang: str) -> list[tuple[str, str, str | None]]:
    """(label, figure, what stands behind it) for each thing a display time brings."""
    told = [
        (t(f"display_limit.card.{cause}", lang), *_share(point.of(cause), lang))
        for cause in ("tap", "dismiss", "leave")
    ]
    return [*told, (t("display_limit.card.attention", lang), *_seconds(point.attention_s, lang))]


def intervals(point: LimitPoint, lang: str) -> str:
    """The intervals of everything a display time brings, in one line."""
    told = [
        t("display_limit.interval", lang, label=label, interval=behind)
        for label, _, behind in cards(point, lang)
    ]
    return words.listed(told, lang)


def at(found: DisplayLimitAnswer, point: LimitPoint, lang: str) -> str:
    """What one display time would bring, and where that comes from."""
    key = "display_limit.at.beyond" if point.extrapolated else "display_limit.at.data"
    return t(
        key, lang, at=seconds(point.ms, lang), arm=name_of(found, lang), longest=seconds(found.longest_ms or 0, lang),
        families=sum(one.supported for one in found.families),
    )  # fmt: skip


def fitted(found: DisplayLimitAnswer, lang: str) -> list[str]:
    """One line a family: whether it takes part, and what it says would ever be tapped."""
    told = []
    for one in found.families:
        name = t(f"display_limit.family.{one.family}", lang)
        if one.aic_distance is None or one.would_tap is None:
            why = words.NOTHING if one.why_not is None else words.reason(one.why_not, lang)
            told.append(t("display_limit.family.unfitted", lang, name=name, why=why))
        else:
            key = "supported" if one.supported else "unsupported"
            share = words.percent(one.would_tap, lang)
            told.append(t(f"display_limit.family.{key}", lang, name=name, aic=one.aic_distance, share=share))
    return told


def responses(found: DisplayLimitAnswer, lang: str) -> list[str]:
    """The shares of three or more display times, and whether they may be taken never to fall; empty with fewer."""
    said = found.dose
    if isinstance(said, NoEffect):
        return []
    told = [
        t(
            f"display_limit.dose.{'pooled' if one.pooled else 'own'}", lang, ms=seconds(one.n_ms, lang), n=one.count.n,
            taps=words.percent(one.share.value, lang), interval=_ends(one.share.interval, lang, words.percent),
        )
        for one in said.responses
    ]  # fmt: skip
    key = "falls" if said.falls_p < FALLS else "holds"
    return [*told, t(f"display_limit.dose.{key}", lang, p=words.p_value(said.falls_p))]


def to_test(found: DisplayLimitAnswer, lang: str) -> list[str]:
    """Which display times to test next and with how many people; or why none."""
    said = found.to_test
    if isinstance(said, NoEffect):
        return [words.reason(said, lang)]
    target = t(
        "display_limit.test.target", lang, target=seconds(said.target_ms, lang),
        taps=words.percent(said.now.value, lang), interval=_ends(said.now.interval, lang, words.percent),
    )  # fmt: skip
    tests = [
        t(
            "display_limit.test.one", lang, ms=seconds(one.n_ms, lang), taps=words.percent(one.taps.value, lang),
            less=words.percent(one.reduction, lang), n=one.per_arm,
        )
        for one in said.tests
    ]  # fmt: skip
    return [target, *tests]


def seconds(ms: int, lang: str) -> str:
    """Milliseconds as seconds."""
    return words.seconds(ms / 1000, lang)


def _share(said: Said, lang: str) -> tuple[str, str]:
    if isinstance(said, NoEffect):
        return words.NOTHING, words.reason(said, lang)
    return words.percent(said.value, lang), _ends(said.interval, lang, words.percent)


def _seconds(said: Said, lang: str) -> tuple[str, str]:
    if isinstance(said, NoEffect):
        return words.NOTHING, words.reason(said, lang)
    return words.seconds(said.value, lang), _ends(said.interval, lang, words.seconds)


def _ends(interval: Interval | None, lang: str, show: Callable[[float, str], str]) -> str:
    if interval is None:
        return words.NOTHING
    told = words.between(show(interval.low, lang), show(interval.high, lang), lang)
    return t("common.interval", lang, level=interval.level, range=told)
