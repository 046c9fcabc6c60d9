"""The answer in words: do the arms agree, where does their difference come from, what did the last second bring."""

from analysis import words
from analysis.display_change.answers import Added, DisplayChangeAnswer, LastSecond, Pair
from analysis.words import t
from experiments.stats.effects import Effect, Estimate, Interval, NoEffect
from experiments.stats.survival.hazard_agreement import Agreement
from experiments.stats.survival.hazard_ratio import HazardRatio


def name_of(found: DisplayChangeAnswer, name: str | None, lang: str) -> str:
    """An arm's name as readers see it."""
    if name is None:
        return t("common.unknown", lang)
    return _s(int(name), lang) if found.by == "display_ms" else name


def agreement(found: DisplayChangeAnswer, pair: Pair, lang: str) -> str:
    """Whether the two arms behaved alike as long as they saw the same."""
    said = pair.agreement
    names = {"arm": name_of(found, pair.arm, lang), "control": name_of(found, pair.control, lang)}
    if isinstance(said, NoEffect):
        return t("display_change.agreement.none", lang, why=words.reason(said, lang), **names)
    facts = {**names, "until": _s(said.until_ms + 1, lang), "worst": ratio(said.worst, lang)}
    if said.state == "differ":
        facts["when"] = _when(said, lang)
    state = said.state if found.randomised or said.state != "differ" else "differ.observational"
    return t(f"display_change.agreement.{state}", lang, **facts)


def decomposition(found: DisplayChangeAnswer, pair: Pair, lang: str) -> str | None:
    """Where the difference of taps comes from; None where nothing of it can be told."""
    if isinstance(pair.total, NoEffect) or isinstance(pair.before, NoEffect):
        return None
    if isinstance(pair.added, NoEffect) or isinstance(pair.added.taps, NoEffect) or pair.longer is None:
        return None
    limits = [limit for limit in (pair.limit_ms, pair.control_limit_ms) if limit is not None]
    return t(
        "display_change.decomposition",
        lang,
        arm=name_of(found, pair.arm, lang),
        control=name_of(found, pair.control, lang),
        total=points(pair.total, lang),
        before=points(pair.before, lang),
        shorter=_s(min(limits), lang),
        longer_limit=_s(max(limits), lang),
        longer=name_of(found, pair.longer, lang),
        added=_share(pair.added.taps, lang),
        price=_price(pair.added, lang),
    )


def last_second(found: DisplayChangeAnswer, one: LastSecond, lang: str) -> str | None:
    """What the last second of an arm brought; None where nothing can be said."""
    if not isinstance(one.taps, Estimate) or one.of_taps is None:
        return None
    return t(
        "display_change.last_second",
        lang,
        arm=name_of(found, one.arm, lang),
        limit=_s(one.limit_ms, lang),
        taps=_share(one.taps, lang),
        of_taps=words.percent(one.of_taps, lang),
        price=_price(Added(one.taps, one.dismissals, one.leaves), lang),
    )


def ratio(one: HazardRatio, lang: str) -> str:
    """A ratio of hazards with its interval."""
    cause = t(f"time_to_tap.fate.{one.cause}", lang)
    if isinstance(one.ratio, NoEffect):
        return t("display_change.ratio.none", lang, cause=cause, why=words.reason(one.ratio, lang))
    return t(
        "display_change.ratio", lang, cause=cause, value=one.ratio.value, interval=_times(one.ratio.interval, lang)
    )  # fmt: skip


def points(effect: Effect, lang: str) -> str:
    """A difference of shares with its interval, in percentage points."""
    low, high = words.points(effect.interval.low, lang), words.points(effect.interval.high, lang)
    told = t("common.interval", lang, level=effect.interval.level, range=words.between(low, high, lang))
    return t("display_change.with_interval", lang, value=words.points(effect.value, lang), interval=told)


def _when(said: Agreement, lang: str) -> str:
    worst = said.worst
    if worst.from_ms == 0 and worst.to_ms > said.until_ms:
        return t("display_change.when.always", lang)
    key = "display_change.when.end" if worst.to_ms > said.until_ms else "display_change.when.part"
    return t(key, lang, begin=worst.from_ms / 1000, end=_s(worst.to_ms, lang))


def _share(said: Estimate, lang: str) -> str:
    if said.interval is None:
        return words.percent(said.value, lang)
    low, high = words.percent(said.interval.low, lang), words.percent(said.interval.high, lang)
    told = t("common.interval", lang, level=said.interval.level, range=words.between(low, high, lang))
    return t("display_change.with_interval", lang, value=words.percent(said.value, lang), interval=told)


def _price(added: Added, lang: str) -> str:
    known = [
        t("display_change.price.one", lang, cause=t(f"time_to_tap.fate.{cause}", lang), share=_share(said, lang))
        for cause, said in (("dismiss", added.dismissals), ("leave", added.leaves))
        if isinstance(said, Estimate)
    ]  # fmt: skip
    return words.listed(known, lang)


def _times(interval: Interval | None, lang: str) -> str:
    if interval is None:
        return words.NOTHING
    low, high = (t("display_change.times", lang, value=end) for end in (interval.low, interval.high))
    return t("common.interval", lang, level=interval.level, range=words.between(low, high, lang))


def _s(ms: int, lang: str) -> str:
    return words.seconds(ms / 1000, lang)
