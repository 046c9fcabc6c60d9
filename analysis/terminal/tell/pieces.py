"""What every told answer is made of: estimates with intervals, reasons, and where the figures come from."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from analysis import words
from analysis.terminal.screen import write
from analysis.words import t
from experiments.stats.effects import Reason

Answer = Mapping[str, Any]
FULL, MINUS = "█", "−"
EIGHTHS = " ▏▎▍▌▋▊▉"


def banner(answer: Answer, lang: str) -> None:
    """Say first that the data are synthetic, if they are."""
    if answer["synthetic"]:
        write(t("terminal.synthetic", lang))


def footer(answer: Answer, lang: str) -> None:
    """Say last until when was observed, and on which version of the data."""
    until = answer.get("observed_until")
    seen = words.moment(datetime.fromisoformat(until), lang) if until else words.NOTHING
    write(t("common.provenance", lang, until=seen, version=answer["data_version"]))


def share(value: float | None, interval: Sequence[float] | None, lang: str) -> str:
    """A rate with its interval: "8.5% [7.6%, 9.5%]"; a dash where there is none."""
    if value is None:
        return words.NOTHING
    ends = f" [{', '.join(words.percent(end, lang) for end in interval)}]" if interval else ""
    return f"{words.percent(value, lang)}{ends}"


def change(value: float | None, interval: Sequence[float] | None, unit: str, lang: str) -> str:
    """A difference with its interval, in percentage points or in the metric's own unit."""
    if value is None:
        return words.NOTHING
    if unit == "share":
        ends = f" [{interval[0] * 100:+.1f}, {interval[1] * 100:+.1f}]" if interval else ""
        return f"{words.points(value, lang)}{ends.replace('-', MINUS)}"
    ends = f" [{interval[0]:+.4g}, {interval[1]:+.4g}]" if interval else ""
    return f"{value:+.4g}{ends}".replace("-", MINUS)


def level(value: float | None, interval: Sequence[float] | None, unit: str, lang: str) -> str:
    """A metric's value in one arm, as a rate or as a number."""
    if value is None or unit == "share":
        return share(value, interval, lang)
    ends = f" [{interval[0]:.4g}, {interval[1]:.4g}]" if interval else ""
    return f"{value:.4g}{ends}"


def p_value(p: float | None) -> str:
    """A p-value as people write it."""
    if p is None:
        return words.NOTHING
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def because(said: Mapping[str, Any] | None, lang: str) -> str:
    """The sentence of a reason or a "cannot say", in the reader's language where it is known there."""
    if not said:
        return ""
    facts = said.get("facts")
    if lang == "en" or facts is None:
        return str(said["sentence"])
    return words.reason(Reason(str(said["code"]), str(said["sentence"]), tuple(facts.items())), lang)


def bar(value: float, most: float, width: int = 32) -> str:
    """A bar for a histogram: as long, against `most`, as `value` is large."""
    eighths = round(value / most * width * 8) if most > 0 else 0
    return FULL * (eighths // 8) + EIGHTHS[eighths % 8].strip()
