"""Events between two steps in words."""

from analysis import words
from analysis.between.answers import BetweenAnswer, Frequency
from analysis.words import t

_UNITS = {"user": "person", "session": "session", "attempt": "attempt", "impression": "impression"}


def counted(n: int | None, unit: str, lang: str) -> str:
    """A number of units with its word."""
    return words.count(n, lang, _UNITS.get(unit, "other"))


def events_name(found: BetweenAnswer, lang: str) -> str:
    """What is counted: the names, or any event."""
    return " | ".join(found.events) or t("between.any", lang)


def times_name(found: BetweenAnswer, one: Frequency, lang: str) -> str:
    """How often: 0, 1, … and "10 or more"."""
    last = one.times == found.came.rows[-1].times
    return t("between.times.most" if last else "between.times.of", lang, n=one.times)


def sentence(found: BetweenAnswer, lang: str) -> str:
    """To how many of those who came it happened, and how often on average; or why there is nothing to count."""
    if found.cannot_say is not None:
        return words.reason(found.cannot_say, lang)
    came, stayed = found.came, found.stayed
    facts = {"event": events_name(found, lang), "after": found.after_name, "step": found.name}
    if not came.units:
        return t("between.finding.stayed", lang, **facts, n=counted(stayed.units, found.unit, lang),
                 mean=words.number(stayed.mean, lang, digits=2))  # fmt: skip
    return t(
        "between.finding",
        lang,
        **facts,
        n=counted(came.units, found.unit, lang),
        share=words.percent(came.some / came.units, lang),
        mean=words.number(came.mean, lang, digits=2),
        other=words.number(stayed.mean, lang, digits=2),
    )


def notes(found: BetweenAnswer, lang: str) -> list[str]:
    """How it is counted, what was left out, and what the rates do not say."""
    told = [t("between.note.stretch", lang), t("between.note.conditions", lang)]
    if found.next_name is not None:
        told.append(t("between.note.next", lang, step=found.next_name))
    if found.young:
        within = words.seconds(found.within_s, lang)
        told.append(t("between.note.young", lang, n=counted(found.young, found.unit, lang), within=within))
    return told
