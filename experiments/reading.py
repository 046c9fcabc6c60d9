"""What there is to read: characters as people count them, words, and how long reading takes.

A character is an extended grapheme cluster (Unicode Standard Annex 29) that holds a letter, a number or a symbol: ｶﾞ, が with a
combining mark, 👩‍👩‍👧 and 🇯🇵 are one each; spaces and punctuation are none. Prepended signs and Indic conjuncts are counted by
their parts. Words are counted where a language puts spaces between them; Japanese, Chinese and Thai do not, and where a
word ends there is a matter of the dictionary chosen, so those are counted in characters only.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from experiments.stats.effects import NoEffect

Unit = Literal["words", "characters"]
_JOINER, _EMOJI_SKIN = "\u200d", range(0x1F3FB, 0x1F400)
_REGIONAL, _TAGS = range(0x1F1E6, 0x1F200), range(0xE0020, 0xE0080)
_HALF_WIDTH_VOICE, _VOWEL_AM, _NON_JOINER = "\uff9e\uff9f", "\u0e33\u0eb3", "\u200c"
_LEADING, _VOWELS, _TRAILING = range(0x1100, 0x1160), range(0x1160, 0x11A8), range(0x11A8, 0x1200)
_SYLLABLES = range(0xAC00, 0xD7A4)
_UNSPACED = {"ja", "zh", "yue", "th", "lo", "km", "my"}
_PICTURES_TOO = "\u203c\u2049\u2194\u3030\u303d"
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast adults read on average, with the study that says so.

    Args:
        unit: What is counted.
        per_minute: Units a minute.
        source: The study.
    """

    unit: Unit
    per_minute: float
    source: str


SPEEDS = {
    "en": Speed(
        "words",
        238,
        "Brysbaert 2019, J. Mem. Lang. 109:104047: silent reading of English non-fiction, 190 studies",
    ),
    "ja": Speed(
        "characters",
        357,
        "Trauzettel-Klosinski & Dietz 2012, Invest. Ophthalmol. Vis. Sci. 53:5452–5461: Japanese read aloud, 36 adults",
    ),
}
"""Averages: half of the readers are slower. Silent reading is faster than reading aloud, so the Japanese one is cautious."""


@dataclass(frozen=True, slots=True)
class Amount:
    """What one wording gives to read.

    Args:
        characters: Letters, numbers and symbols, as people count them.
        words: Words; None in a language without spaces between them.
        needed_s: Seconds that an average adult takes, or why that cannot be said.
    """

    characters: int
    words: int | None
    needed_s: float | NoEffect

    def readable(self, shown_ms: float) -> bool | None:
        """Whether an average adult can read it to the end in so many ms; None where that cannot be said.

        Args:
            shown_ms: How long it is shown, in ms, above 0.
        """
        return None if isinstance(self.needed_s, NoEffect) else self.needed_s * 1000 <= shown_ms


def amount(text: str, language: str) -> Amount:
    """How much there is to read, and how long an average adult takes: units · 60 / (units a minute).

    Args:
        text: The words as they were shown.
        language: A language tag; only what stands before the first hyphen counts.

    Returns:
        Characters, words and seconds. Not a test of legibility or of understanding: people skim, and a glance at an
        unexpected pop-up comes first.
    """
    found, spaced = characters(text), words(text, language)
    speed = SPEEDS.get(_base(language))
    if speed is None:
        return Amount(found, spaced, _no_speed(language))
    units = found if speed.unit == "characters" or spaced is None else spaced
    return Amount(found, spaced, units * 60 / speed.per_minute)


def per_second(units: int, shown_ms: float) -> float:
    """Units to be read in each second on the screen: units · 1000 / ms.

    Args:
        units: Words or characters.
        shown_ms: How long they are shown, in ms.

    Raises:
        ValueError: If the time is not above 0.
    """
    if not shown_ms > 0:
        raise ValueError(f"`shown_ms` is {shown_ms}; must be above 0; give the display limit.")
    return units * 1000 / shown_ms


def characters(text: str) -> int:
    """Letters, numbers and symbols as people count them; spaces, line breaks and punctuation are none.

    Args:
        text: Any text, full width or half width, composed or not.
    """
    return sum(any(_counts(char) for char in cluster) for cluster in clusters(text))


def words(text: str, language: str) -> int | None:
    """Words between spaces that hold a letter, a number or a symbol; None in a language without spaces.

    Args:
        text: Any text.
        language: A language tag.
    """
    if _base(language) in _UNSPACED:
        return None
    return sum(any(_counts(char) for char in word) for word in _WORD.findall(text))


def clusters(text: str) -> list[str]:
    """The text in extended grapheme clusters; joined together they are the text.

    Args:
        text: Any text.
    """
    found: list[str] = []
    for char in text:
        if found and _continues(found[-1], char):
            found[-1] += char
        else:
            found.append(char)
    return found


def _continues(cluster: str, char: str) -> bool:
    """Whether no boundary stands before the character (rules GB3 to GB13 of the annex)."""
    last = cluster[-1]
    if last == "\r" and char == "\n":
        return True
    if _controls(last) or _controls(char):
        return False
    if _extends(char) or unicodedata.category(char) == "Mc":
        return True
    if last == _JOINER and _pictures(char):
        return _pictures(_base_of(cluster[:-1]))
    if ord(char) in _REGIONAL:
        return all(ord(one) in _REGIONAL for one in cluster) and len(cluster) % 2 == 1
    return _same_syllable(ord(last), ord(char))


def _same_syllable(last: int, char: int) -> bool:
    """Hangul: leading consonants, vowels and trailing consonants of one syllable."""
    if last in _LEADING:
        return char in _LEADING or char in _VOWELS or char in _SYLLABLES
    open_syllable = last in _SYLLABLES and (last - _SYLLABLES.start) % 28 == 0
    if last in _VOWELS or open_syllable:
        return char in _VOWELS or char in _TRAILING
    return (last in _TRAILING or last in _SYLLABLES) and char in _TRAILING


def _extends(char: str) -> bool:
    return (
        unicodedata.category(char) in ("Mn", "Me")
        or char in _HALF_WIDTH_VOICE
        or char in _VOWEL_AM
        or char in (_JOINER, _NON_JOINER)
        or ord(char) in _EMOJI_SKIN
        or ord(char) in _TAGS
    )


def _controls(char: str) -> bool:
    kind = unicodedata.category(char)
    return kind in ("Cc", "Zl", "Zp") or (kind == "Cf" and not _extends(char))


def _base_of(cluster: str) -> str:
    """The last character that does not extend the one before it."""
    return next((char for char in reversed(cluster) if not _extends(char)), " ")


def _pictures(char: str) -> bool:
    return (unicodedata.category(char) == "So" and ord(char) not in _REGIONAL) or char in _PICTURES_TOO


def _counts(char: str) -> bool:
    return unicodedata.category(char)[0] in "LNS"


def _base(language: str) -> str:
    return language.split("-", 1)[0].lower()


def _no_speed(language: str) -> NoEffect:
    return NoEffect(
        "reading.no_speed",
        f"No study of reading speed is on hand for the language {language}.",
        (("language", language),),
    )
