"""The gallery in words of the reader's language: names of variants, the finding, brackets."""

import json
from string import ascii_uppercase

from analysis import words
from analysis.copies.answers import CopiesAnswer, Variant
from analysis.words import t
from experiments.copies import Copy
from experiments.stats.effects import Estimate, Interval

_NAMED = 2


def name_of(one: Variant, lang: str) -> str:
    """A variant's name: the experiment's arm, or its copy, design and language as logged."""
    if one.arm is not None:
        return one.arm
    seen = [part for part in (one.copy_id, one.design_id, one.language) if part is not None]
    return " · ".join(seen) or t("common.unknown", lang)


def saw(one: Variant, lang: str) -> str:
    """What people saw: copy, design, language, how long."""
    parts = [
        t(f"copies.saw.{what}", lang, value=value)
        for what, value in (("copy", one.copy_id), ("design", one.design_id), ("language", one.language))
        if value is not None
    ]
    shown = [words.seconds(limit / 1000, lang) for limit, _ in one.limits[:_NAMED]]
    if shown:
        parts.append(t("copies.saw.limits", lang, limits=words.listed(shown, lang)))
    return " · ".join(parts)


def rate_of(one: Variant, lang: str) -> str:
    """The tap rate's interval, and how many taps of how many people stand behind it."""
    interval = one.rate.interval if isinstance(one.rate, Estimate) else None
    return t("copies.rate", lang, taps=one.taps, n=one.n, interval=_range(interval, lang))


def finding(found: CopiesAnswer, lang: str) -> str:
    """The page's one sentence: which is best, or that the best are not told apart."""
    best = found.variants[0]
    rate = words.percent(best.taps / best.n, lang)
    if len(found.variants) == 1:
        return t("copies.finding.one", lang, name=name_of(best, lang), rate=rate)
    tied = sorted({place for group in found.ties if 0 in group for place in group} - {0})
    if not tied:
        kind = "randomised" if found.randomised else "observed"
        return t(f"copies.finding.best.{kind}", lang, name=name_of(best, lang), rate=rate)
    names = [name_of(found.variants[place], lang) for place in tied]
    more = len(names) - _NAMED
    listed = names[:_NAMED] + ([t("copies.more", lang, n=more)] if more > 0 else [])
    return t(
        "copies.finding.tied", lang, name=name_of(best, lang), rate=rate, others=words.listed(listed, lang)
    )


def letters(found: CopiesAnswer, place: int) -> str:
    """The brackets of a variant as letters, "" where it is told apart from every other."""
    return " ".join(letter(number) for number in found.brackets(place))


def letter(number: int) -> str:
    """A bracket's letter: A to Z, then A1, B1 and so on."""
    again, place = divmod(number, len(ascii_uppercase))
    return ascii_uppercase[place] + (str(again) if again else "")


def wording_for(one: Variant, lang: str) -> Copy | None:
    """The words to show first: in the reader's language where the log does not say which one people saw."""
    ours = [copy for copy in one.wordings if copy.language.split("-", 1)[0] == lang]
    return next(iter([*ours, *one.wordings]), None)


def to_fill_in(one: Variant, lang: str) -> str:
    """A file for `kazasu copy add` that lacks only the words."""
    kept = {"copy_id": one.copy_id, "language": one.language or lang, "design_id": one.design_id}
    lines = [f"{key} = {_toml(value)}" for key, value in kept.items() if value is not None]
    return "\n".join(["[[copies]]", *lines, 'text = """', t("copies.missing.words", lang) + '"""'])


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _range(interval: Interval | None, lang: str) -> str:
    if interval is None:
        return words.NOTHING
    low, high = words.percent(interval.low, lang), words.percent(interval.high, lang)
    return t("common.interval", lang, level=interval.level, range=words.between(low, high, lang))
