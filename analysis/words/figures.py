"""Figures: numbers, rates, durations and dates as a reader of each language writes them."""

import math
from collections.abc import Iterable
from datetime import datetime
from numbers import Integral
from zoneinfo import ZoneInfo

from analysis.words.sentences import has, known, t

ZONE = "Asia/Tokyo"
NOTHING = "—"

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEKDAYS_JA = "月火水木金土日"
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400


def number(value: float | None, lang: str, *, digits: int = 1) -> str:
    """A number with thousands separators: whole numbers whole, others with `digits` decimals."""
    known(lang)
    if value is None:
        return NOTHING
    if isinstance(value, Integral):
        return _minus(f"{int(value):,}")
    return _minus(f"{_finite(value):,.{digits}f}")


def compact(value: float | None, lang: str) -> str:
    """A number for a headline: 12,345 is 12.3k in English and 1.2万 in Japanese; below 10,000 as it is."""
    if value is None or abs(value) < 10_000:
        return number(value, lang)
    steps = (("B", 1e9), ("M", 1e6), ("k", 1e3)) if known(lang) == "en" else (("億", 1e8), ("万", 1e4))
    name, size = next(step for step in steps if abs(value) >= step[1])
    return _minus(f"{value / size:,.1f}".removesuffix(".0") + name)


def count(n: int | None, lang: str, unit: str) -> str:
    """A count with its unit: `count(2, "en", "person")` is "2 people".

    Args:
        n: how many; None is a dash.
        lang: `en` or `ja`.
        unit: a unit of the catalogue (`unit.<unit>` and, for one in English, `unit.<unit>.one`).
    """
    if n is None:
        return NOTHING
    one = f"unit.{unit}.one"
    return t(one if n == 1 and has(one) else f"unit.{unit}", lang, n=number(n, lang))


def percent(rate: float | None, lang: str, *, digits: int = 1, signed: bool = False) -> str:
    """A rate in 0..1 as a percentage: 0.123 is 12.3%."""
    known(lang)
    if rate is None:
        return NOTHING
    return _minus(f"{_finite(rate):{'+' if signed else ''}.{digits}%}")


def points(difference: float | None, lang: str, *, digits: int = 1) -> str:
    """A difference of two rates, in percentage points and signed: 0.031 is +3.1 pp or +3.1%ポイント."""
    if difference is None:
        return NOTHING
    shown = _minus(f"{_finite(difference) * 100:+.{digits}f}")
    return f"{shown} pp" if known(lang) == "en" else f"{shown}%ポイント"


def seconds(value: float | None, lang: str) -> str:
    """A duration as words: 34 ms, 2.3 s, 1 min 15 s, 3 h 5 min, 2 d 4 h (and in Japanese)."""
    if value is None:
        return NOTHING
    sign = "−" if _finite(value) < 0 else ""
    size = abs(value)
    if round(size * 1000) < 1000:
        return sign + t("unit.ms", lang, n=f"{size * 1000:.0f}")
    if round(size, 1) < _MINUTE_S:
        return sign + t("unit.s", lang, n=f"{size:.1f}")
    parts = _two_largest(round(size))
    space = " " if known(lang) == "en" else ""
    return sign + space.join(t(f"unit.{unit}", lang, n=str(n)) for unit, n in parts)


def milliseconds(value: float | None, lang: str) -> str:
    """A latency in ms, whole: 34.2 is "34 ms"."""
    return NOTHING if value is None else t("unit.ms", lang, n=number(round(_finite(value)), lang))


def date(moment: datetime | None, lang: str, *, zone: str = ZONE) -> str:
    """A day in the reporting zone: Sun 22 Nov 2026, 2026年11月22日(日)."""
    if moment is None:
        return NOTHING
    at = _local(moment, zone)
    if known(lang) == "ja":
        return f"{at.year}年{at.month}月{at.day}日({_WEEKDAYS_JA[at.weekday()]})"
    return f"{_WEEKDAYS_EN[at.weekday()]} {at.day} {_MONTHS[at.month - 1]} {at.year}"


def moment(at: datetime | None, lang: str, *, zone: str = ZONE) -> str:
    """A day with its minute and zone: Sun 22 Nov 2026, 14:03 JST; 2026年11月22日(日) 14:03 JST."""
    if at is None:
        return NOTHING
    clock = _local(at, zone).strftime("%H:%M %Z")
    return f"{date(at, lang, zone=zone)}{',' if lang == 'en' else ''} {clock}"


def between(low: str, high: str, lang: str) -> str:
    """A range of two texts: "10.1% to 12.3%", 10.1%〜12.3%."""
    return f"{low} to {high}" if known(lang) == "en" else f"{low}〜{high}"


def listed(names: Iterable[str], lang: str) -> str:
    """Several names in a sentence: "a, b and c", a、b、c."""
    all_names = list(names)
    if known(lang) == "ja":
        return "、".join(all_names)
    *head, last = all_names or [NOTHING]
    return f"{', '.join(head)} and {last}" if head else last


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError(f"`value` is {value}; must be finite; say why it is unknown with a NoEffect.")
    return value


def _minus(text: str) -> str:
    return text.replace("-", "−")


def _local(at: datetime, zone: str) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"`moment` is {at!r}; must carry its time zone; read it as UTC first.")
    return at.astimezone(ZoneInfo(zone))


def _two_largest(whole_s: int) -> list[tuple[str, int]]:
    days, rest = divmod(whole_s, _DAY_S)
    hours, rest = divmod(rest, _HOUR_S)
    minutes, left_s = divmod(rest, _MINUTE_S)
    units = [("d", days), ("h", hours), ("min", minutes), ("whole_s", left_s)]
    first = next(place for place, (_, n) in enumerate(units) if n)
    return [(unit, n) for unit, n in units[first : first + 2] if n]
