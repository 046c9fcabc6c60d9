"""Step times in words."""

from analysis import words
from analysis.timing.answers import Group, TimingAnswer
from analysis.words import t
from experiments.stats.effects import NoEffect

_UNITS = {"user": "person", "session": "session", "attempt": "attempt", "impression": "impression"}


def counted(n: int | None, unit: str, lang: str) -> str:
    """A number of units with its word."""
    return words.count(n, lang, _UNITS.get(unit, "other"))


def group_name(group: Group, lang: str) -> str:
    """A group by name; missing and the rest in words."""
    if group.kind == "value":
        return " · ".join("∅" if one is None else one for one in group.by)
    return t(f"timing.group.{group.kind}", lang)


def sentence(found: TimingAnswer, lang: str) -> str:
    """How long half and nine of ten took, of how many; or why there are no times."""
    times = found.everybody.time
    if found.cannot_say is not None or times is None:
        return words.reason(found.cannot_say, lang) if found.cannot_say is not None else words.NOTHING
    return t(
        "timing.finding",
        lang,
        after=found.after_name,
        step=found.name,
        p50=words.seconds(times.p50_s, lang),
        p90=words.seconds(times.p90_s, lang),
        n=counted(found.everybody.reached, found.unit, lang),
        of=counted(found.everybody.started, found.unit, lang),
    )


def notes(found: TimingAnswer, lang: str) -> list[str]:
    """Who is not in the times, what the curve says instead, and how the bins are chosen."""
    everybody = found.everybody
    told = [
        t("timing.note.lost", lang, n=counted(everybody.lost, found.unit, lang), step=found.name),
        t("timing.note.bins", lang, bin=words.seconds(found.bin_s, lang)),
        t("timing.note.curve", lang, step=found.name),
    ]
    if everybody.maturing:
        told.append(t("timing.note.maturing", lang, n=counted(everybody.maturing, found.unit, lang)))
    if isinstance(found.at_window, NoEffect) or found.at_window.interval is None:
        return told
    ends = found.at_window.interval
    facts = {
        "share": words.percent(found.at_window.value, lang),
        "interval": words.between(words.percent(ends.low, lang), words.percent(ends.high, lang), lang),
        "within": words.seconds(found.within_s, lang),
        "step": found.name,
    }
    return [*told, t("timing.note.window", lang, **facts)]
