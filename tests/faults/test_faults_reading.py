"""What there is to read, one fault at a time: known texts must notice each."""

from pathlib import Path

import pytest

from tests.faults.planting import Fault, is_caught, load

SOURCE = Path(__file__).parents[2] / "experiments" / "reading.py"
COUNTS = {
    "ｶﾞ": 1, "か\u3099": 1, "👩\u200d👩\u200d👧": 1, "👍🏽": 1, "🇯🇵🇫🇷": 2, "🇯🇵🇫": 2, "1\ufe0f\u20e3": 1, "👩👧": 2,
    "\u1112\u1161\u11ab": 1, "가\u11a8": 1, "각\u1161": 2, "ก\u0e33": 1, "本、か。 5%": 3, "a\u200bb": 2, "क\u093f": 1,
    "a\u200db": 2, "🏴\U000e0067\U000e007f": 1, "\u1100\u1100\u1161": 1, "\u11a8\u11a8": 1, "a\n\u0301b": 2, "¥+": 2,
}  # fmt: skip


def check(m):
    for text, count in COUNTS.items():
        assert m.characters(text) == count, text
    for text in ("1\ufe0f\u20e3", "क\u093f", "🏴\U000e0067\U000e007f", "か\u3099"):
        assert m.clusters(text) == [text]
    assert m.clusters("\n\u0301") == ["\n", "\u0301"]
    assert m.characters("a\u200d👩") == 2
    assert m.clusters("a\r\nb") == ["a", "\r\n", "b"]
    assert m.words("one, two —\nthree", "en-US") == 3
    assert m.words("one two", "ja-JP") is m.words("one two", "zh") is None
    assert m.per_second(6, 1500) == 4
    english, japanese = m.amount("ab c d e", "en"), m.amount("本 ですか", "ja")
    assert abs(english.needed_s - 4 * 60 / 238) < 1e-12
    assert abs(japanese.needed_s - 4 * 60 / 357) < 1e-12
    assert (english.characters, english.words, japanese.words) == (5, 4, None)
    assert (english.readable(1009), english.readable(1008)) == (True, False)
    exact = m.Amount(1, 1, 1.0)
    assert exact.readable(1000)
    assert m.amount("a", "fr").needed_s.code == "reading.no_speed"
    assert m.amount("a", "fr").readable(1) is None


FAULTS = (
    Fault("_extends", '("Mn", "Me")', '("Mn",)'),
    Fault("_extends", "or char in _HALF_WIDTH_VOICE", "or False"),
    Fault("_extends", "or char in _VOWEL_AM", "or False"),
    Fault("_extends", "or ord(char) in _EMOJI_SKIN", "or False"),
    Fault("_extends", "or ord(char) in _TAGS", "or False"),
    Fault("_continues", "% 2 == 1", "% 2 == 0"),
    Fault("_continues", "_pictures(_base_of(cluster[:-1]))", "True"),
    Fault("_continues", "last == _JOINER and _pictures(char)", "False"),
    Fault("_continues", ' or unicodedata.category(char) == "Mc"', ""),
    Fault("_continues", 'last == "\\r" and char == "\\n"', "False"),
    Fault("_continues", "_controls(last) or _controls(char)", "_controls(char)"),
    Fault("_same_syllable", "% 28 == 0", "% 28 != 0"),
    Fault("_same_syllable", "char in _LEADING or char in _VOWELS", "char in _VOWELS"),
    Fault("_same_syllable", "last in _TRAILING or last in _SYLLABLES", "last in _SYLLABLES"),
    Fault("_counts", '"LNS"', '"LN"'),
    Fault("_counts", '"LNS"', '"LNSP"'),
    Fault("characters", "any(", "all("),
    Fault("words", "any(", "all("),
    Fault("words", "_base(language) in _UNSPACED", "language in _UNSPACED"),
    Fault("words", "return None", "return 1"),
    Fault("per_second", "* 1000 /", "* 60 /"),
    Fault("amount", "units * 60 / speed.per_minute", "units / speed.per_minute"),
    Fault("amount", "units * 60 / speed.per_minute", "found * 60 / speed.per_minute"),
    Fault("Amount.readable", "<= shown_ms", "< shown_ms"),
    Fault("Amount.readable", "* 1000", "* 100"),
    Fault("", "        238,", "        183,"),
    Fault("", "        357,", "        600,"),
)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_fault_is_caught(fault, tmp_path):
    assert is_caught(SOURCE, fault, check, tmp_path)


def test_the_untouched_module_passes(tmp_path):
    check(load(SOURCE, tmp_path))
