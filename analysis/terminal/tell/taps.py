"""Time to tap, in words: what became of the suggestions, the histogram of taps, and what differs between arms."""

from collections.abc import Mapping
from typing import Any

from analysis import words
from analysis.terminal.screen import table, write
from analysis.terminal.tell.pieces import banner, bar, because, change, footer, p_value, share
from analysis.words import t

Answer = Mapping[str, Any]
FATES = ("tap", "dismiss", "leave", "expired", "open", "lost")


def taps(answer: Answer, lang: str) -> None:
    """Tell an answer of the room time_to_tap."""
    banner(answer, lang)
    if not answer["randomised"] and answer["by"]:
        write(t("terminal.observational", lang))
    tail = answer["after_shortest_limit"]
    if tail["no_effect"]:
        write(because(tail["no_effect"], lang))
    elif tail["share"] is not None:
        write(t("terminal.tail", lang, arm=_name(tail["arm"]), limit=_s(tail["shortest_ms"], lang),
                share=share(tail["share"], tail["interval"], lang)))  # fmt: skip
    if answer["arms"]:
        _outcomes(answer, lang)
        for arm in answer["arms"]:
            _histogram(arm, lang)
        _differences(answer, lang)
    for note in answer["notes"]:
        write(because(note, lang))
    footer(answer, lang)


def _outcomes(answer: Answer, lang: str) -> None:
    heads = [t("terminal.head.arm", lang), "n", *(t(f"terminal.fate.{fate}", lang) for fate in FATES)]
    rows = []
    for arm in answer["arms"]:
        shares = [arm["outcomes"][fate] for fate in FATES]
        cells = [share(said["share"], said["interval"] if said["n"] else None, lang) for said in shares]
        rows.append((_name(arm["arm"]), words.number(arm["n"], lang), *cells))
    table(heads, rows)


def _histogram(arm: Answer, lang: str) -> None:
    curve = arm["incidence"]["no_effect"]
    if curve:
        write(f"{_name(arm['arm'])}: {because(curve, lang)}")
        return
    most = max((entry["tap"] for entry in arm["histogram"]), default=0)
    if not most:
        return
    write(t("terminal.taps_by_time", lang, arm=_name(arm["arm"])))
    for entry in arm["histogram"]:
        span = f"{entry['from_ms'] / 1000:5.1f}–{entry['to_ms'] / 1000:.1f} s"
        write(f"  {span} {entry['tap']:6,} {bar(entry['tap'], most)}")


def _differences(answer: Answer, lang: str) -> None:
    if not answer["differences"]:
        return
    heads = [t(f"terminal.head.{name}", lang) for name in ("arm", "against", "until", "taps_differ", "p")]
    rows, reasons = [], []
    for one in answer["differences"]:
        told = change(one["difference"], one["interval"], "share", lang)
        arms = (_name(one["arm"]), _name(one["control"]), _s(one["ms"], lang))
        rows.append((*arms, told, p_value(one["p_value"])))
        reasons.append(because(one["no_effect"], lang))
    table(heads, rows, left=2)
    for reason in dict.fromkeys(filter(None, reasons)):
        write(reason)


def _name(arm: str | None) -> str:
    return words.NOTHING if arm is None else str(arm)


def _s(ms: float, lang: str) -> str:
    return words.seconds(ms / 1000, lang)
