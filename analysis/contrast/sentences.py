"""Comparisons in words: the sides by name, the clearest difference, and how to read the figures."""

from analysis import words
from analysis.contrast.answers import ContrastAnswer, Difference, Side
from analysis.words import t
from experiments.stats.effects import Effect, Estimate, NoEffect

_UNITS = {"user": "person", "session": "session", "attempt": "attempt", "impression": "impression"}
_CLEAR = 0.05


def side_name(side: Side, lang: str) -> str:
    """A side by name: a group, conditions or an event as they are, everything else in words."""
    return side.name or t(f"contrast.side.{side.key}", lang)


def counted(n: int | None, unit: str, lang: str) -> str:
    """A number of units with its word."""
    return words.count(n, lang, _UNITS.get(unit, "other"))


def step_name(found: ContrastAnswer, one: Difference, lang: str) -> str:
    """A step by name; by its number where the two sides ask for different events."""
    name = found.sides[one.side].steps[one.step - 1].name
    same = name == found.sides[one.other].steps[one.step - 1].name
    return name if same else t("contrast.step", lang, n=one.step)


def step_label(found: ContrastAnswer, one: Difference, lang: str) -> str:
    """A step with its number."""
    name, number = step_name(found, one, lang), t("contrast.step", lang, n=one.step)
    return name if name == number else f"{one.step}. {name}"


def sentence(found: ContrastAnswer, lang: str) -> str:
    """The clearest difference with its interval, or that none can be told, or why there is nothing to compare."""
    if found.cannot_say is not None:
        return words.reason(found.cannot_say, lang)
    told = [one for one in found.differences if isinstance(one.absolute, Effect)]
    if not told:
        return next(
            words.reason(one.absolute, lang)
            for one in found.differences
            if isinstance(one.absolute, NoEffect)
        )
    one = min(told, key=lambda each: (each.p_adjusted is None, each.p_adjusted, -each.step))
    side, other = found.sides[one.side], found.sides[one.other]
    facts = {
        "side": side_name(side, lang),
        "other": side_name(other, lang),
        "step": step_name(found, one, lang),
        "share": _rate(side, one.step, lang),
        "other_share": _rate(other, one.step, lang),
        "effect": effect(one, lang),
    }
    clear = one.p_adjusted is not None and one.p_adjusted < _CLEAR
    return t("contrast.finding" if clear else "contrast.finding.none", lang, **facts)


def effect(one: Difference, lang: str) -> str:
    """A difference in words: percentage points with interval and the adjusted p-value; or why there is none."""
    if isinstance(one.absolute, NoEffect):
        return words.reason(one.absolute, lang)
    interval = one.absolute.interval
    ends = words.between(words.points(interval.low, lang), words.points(interval.high, lang), lang)
    p = words.p_value(1.0 if one.p_adjusted is None else one.p_adjusted)
    return t("contrast.effect", lang, value=words.points(one.absolute.value, lang), interval=ends, p=p)


def relative(one: Difference, lang: str) -> str:
    """The relative change in words, with its interval; a dash where there is none."""
    if isinstance(one.relative, NoEffect):
        return words.NOTHING
    low, high = (
        words.percent(end, lang, signed=True)
        for end in (one.relative.interval.low, one.relative.interval.high)
    )
    value = words.percent(one.relative.value, lang, signed=True)
    return t("contrast.relative.told", lang, value=value, interval=words.between(low, high, lang))


def notes(found: ContrastAnswer, lang: str) -> list[str]:
    """How it is counted, what was left out, and what the figures do not say."""
    told = [t(f"contrast.note.{name}", lang) for name in ("denominator", "holm", "observed", "previous_step")]
    told.append(t("contrast.note.clustered" if found.clustered else "contrast.note.independent", lang))
    young = [side.young for side in found.sides if side.young] + ([found.young] if found.young else [])
    if young:
        within = words.seconds(found.within_s, lang)
        told.append(t("contrast.note.young", lang, n=counted(sum(young), found.unit, lang), within=within))
    told += [_corrected(side, lang) for side in found.sides if isinstance(side.corrected, Estimate)]
    if found.shared:
        told.append(t("contrast.note.shared", lang, n=counted(found.shared, found.unit, lang)))
    return told


def _corrected(side: Side, lang: str) -> str:
    said = side.corrected
    known = said.interval if isinstance(said, Estimate) else None
    ends = () if known is None else (words.percent(known.low, lang), words.percent(known.high, lang))
    facts = {
        "side": side_name(side, lang),
        "step": side.steps[-1].name,
        "share": words.percent(said.value if isinstance(said, Estimate) else None, lang),
        "interval": words.between(*ends, lang) if ends else words.NOTHING,
    }
    return t("contrast.note.corrected", lang, **facts)


def _rate(side: Side, step: int, lang: str) -> str:
    said = side.steps[step - 1].rate
    return words.percent(said.value if isinstance(said, Estimate) else None, lang)
