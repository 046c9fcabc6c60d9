"""What pages say: one catalogue of English and Japanese sentences, and numbers, dates and seconds as words.

Sentences live in `catalogue/<area>.toml`, one table a sentence:

    ["funnel.biggest_loss"]
    en = "The largest loss is {before} to {after}: {lost:.1%} leave."
    ja = "最大の離脱は「{before}」→「{after}」で、{lost:.1%} が離れています。"

`t("funnel.biggest_loss", "ja", before="表示", after="タップ", lost=0.58)` fills one in.
No screen and no clock here.
"""

import math
import tomllib
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from numbers import Integral
from pathlib import Path
from typing import Literal, Protocol, cast, get_args
from zoneinfo import ZoneInfo

Lang = Literal["en", "ja"]
LANGS: tuple[Lang, ...] = get_args(Lang)
ZONE = "Asia/Tokyo"
NOTHING = "—"

_CATALOGUE = Path(__file__).with_name("catalogue")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEKDAYS_JA = "月火水木金土日"
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400


class _Said(Protocol):
    """A `Reason` or a `NoEffect`."""

    @property
    def code(self) -> str: ...
    @property
    def sentence(self) -> str: ...
    @property
    def facts(self) -> Iterable[tuple[str, str | int | float]]: ...


def t(key: str, lang: str, /, **facts: object) -> str:
    """One sentence of the catalogue, its `{placeholders}` filled in.

    Args:
        key: the sentence's name, such as `common.download`.
        lang: `en` or `ja`.
        facts: the values of its placeholders.

    Raises:
        KeyError: no such sentence, or a placeholder without a value.
        ValueError: an unknown language.
    """
    sentences = catalogue()
    if key not in sentences:
        raise KeyError(f"`key` is {key!r}; must be in analysis/catalogue; add it in English and Japanese.")
    try:
        return sentences[key][_known(lang)].format(**facts)
    except KeyError as missing:
        raise KeyError(f"`{key}` needs the fact {missing}; must be given; pass it to `t`.") from missing


def preferred(asked: str) -> Lang:
    """The language to greet with: the best known one of an Accept-Language header, else Japanese.

    Args:
        asked: such as `en-GB,en;q=0.9,ja;q=0.8`; weights are honoured, nonsense is ignored.
    """
    best: tuple[float, Lang] = (0.0, "ja")
    for entry in asked.lower().split(","):
        name, _, weight = entry.strip().partition(";q=")
        known = next((lang for lang in LANGS if lang == name.split("-")[0]), None)
        share = float(weight) if weight.replace(".", "", 1).isdecimal() else float(not weight)
        if known and share > best[0]:
            best = (share, known)
    return best[1]


def has(key: str) -> bool:
    """Whether the catalogue holds this sentence."""
    return key in catalogue()


def reason(said: _Said, lang: str) -> str:
    """A reason or a "cannot say" in the reader's language.

    Args:
        said: a `Reason` or a `NoEffect`; translated by `reason.<code>` and its facts.
        lang: `en` or `ja`.

    Returns:
        The catalogue's sentence, or the English one it carries if the catalogue has no such code.
    """
    key = f"reason.{said.code}"
    return t(key, lang, **dict(said.facts)) if has(key) else said.sentence


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Every sentence by key and language, read once from `catalogue/*.toml`.

    Raises:
        ValueError: a sentence stands twice or lacks a language.
    """
    sentences: dict[str, dict[str, str]] = {}
    for path in sorted(_CATALOGUE.glob("*.toml")):
        for key, body in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if key in sentences:
                raise ValueError(f"`{key}` is in {path.name} again; must stand once; remove one.")
            if not isinstance(body, dict) or set(body) != set(LANGS):
                raise ValueError(f"`{key}` in {path.name} must have `en` and `ja` and nothing else.")
            sentences[key] = cast("dict[str, str]", body)
    return sentences


def number(value: float | None, lang: str, *, digits: int = 1) -> str:
    """A number with thousands separators: whole numbers whole, others with `digits` decimals."""
    _known(lang)
    if value is None:
        return NOTHING
    if isinstance(value, Integral):
        return _minus(f"{int(value):,}")
    return _minus(f"{_finite(value):,.{digits}f}")


def compact(value: float | None, lang: str) -> str:
    """A number for a headline: 12,345 is 12.3k in English and 1.2万 in Japanese; below 10,000 as it is."""
    if value is None or abs(value) < 10_000:
        return number(value, lang)
    steps = (("B", 1e9), ("M", 1e6), ("k", 1e3)) if _known(lang) == "en" else (("億", 1e8), ("万", 1e4))
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
    _known(lang)
    if rate is None:
        return NOTHING
    return _minus(f"{_finite(rate):{'+' if signed else ''}.{digits}%}")


def points(difference: float | None, lang: str, *, digits: int = 1) -> str:
    """A difference of two rates, in percentage points and signed: 0.031 is +3.1 pp or +3.1%ポイント."""
    if difference is None:
        return NOTHING
    shown = _minus(f"{_finite(difference) * 100:+.{digits}f}")
    return f"{shown} pp" if _known(lang) == "en" else f"{shown}%ポイント"


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
    space = " " if _known(lang) == "en" else ""
    return sign + space.join(t(f"unit.{unit}", lang, n=str(n)) for unit, n in parts)


def milliseconds(value: float | None, lang: str) -> str:
    """A latency in ms, whole: 34.2 is "34 ms"."""
    return NOTHING if value is None else t("unit.ms", lang, n=number(round(_finite(value)), lang))


def date(moment: datetime | None, lang: str, *, zone: str = ZONE) -> str:
    """A day in the reporting zone: Sun 22 Nov 2026, 2026年11月22日(日)."""
    if moment is None:
        return NOTHING
    at = _local(moment, zone)
    if _known(lang) == "ja":
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
    return f"{low} to {high}" if _known(lang) == "en" else f"{low}〜{high}"


def listed(names: Iterable[str], lang: str) -> str:
    """Several names in a sentence: "a, b and c", a、b、c."""
    all_names = list(names)
    if _known(lang) == "ja":
        return "、".join(all_names)
    *head, last = all_names or [NOTHING]
    return f"{', '.join(head)} and {last}" if head else last


def _known(lang: str) -> Lang:
    if lang not in LANGS:
        raise ValueError(f"`lang` is {lang!r}; must be one of {', '.join(LANGS)}; choose one of them.")
    return lang


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
