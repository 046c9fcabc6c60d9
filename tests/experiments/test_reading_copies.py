"""Characters as people count them, words, and the time that reading takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.reading import SPEEDS, amount, characters, clusters, per_second, words
from experiments.stats.effects import NoEffect

ONE = {
    "half-width kana with its voicing": "ｶﾞ",
    "kana with a combining mark": "か\u3099",
    "composed kana": "が",
    "Latin with two accents": "e\u0301\u0323",
    "family": "👩\u200d👩\u200d👧",
    "thumb with a skin tone": "👍🏽",
    "flag": "🇯🇵",
    "flag of a region": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "red heart": "❤\ufe0f",
    "key cap": "1\ufe0f\u20e3",
    "Hangul in parts": "\u1112\u1161\u11ab",
    "Hangul syllable with a trailing consonant": "가\u11a8",
    "Thai with a vowel after it": "ก\u0e33",
    "ideograph outside the first plane": "𠮷",
    "ideograph with a variant": "葛\U000e0100",
}


@pytest.mark.parametrize("text", ONE.values(), ids=ONE)
def test_what_people_see_as_one_is_one(text):
    assert clusters(text) == [text]
    assert characters(text) == 1
    assert characters(f"あ{text}い") == 3


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (" \n\t\u3000", 0),
        ("本・CD・DVD・ゲームは、\nバーコードで出品できます。", 22),
        ("ＡＢＣ１２３", 6),
        ("「本ですか？」…！", 4),
        ("ﾊﾞｰｺｰﾄﾞ", 5),
        ("¥1,000 + 5%", 7),
        ("🇯🇵🇫🇷🇯", 3),
        ("👩👧", 2),
        ("\r\n", 0),
        ("x\u200by", 2),
    ],
)
def test_spaces_and_punctuation_are_no_characters(text, count):
    assert characters(text) == count


@pytest.mark.parametrize(
    ("text", "language", "count"),
    [
        ("For books, CDs, DVDs and games\nyou can list by barcode", "en", 11),
        ("It's a state-of-the-art app — really!", "en", 5),
        ("3 items & more", "en-GB", 3),
        ("", "en", 0),
        ("本ですか", "ja", None),
        ("本 です", "ja-JP", None),
        ("是书吗", "zh-Hant", None),
    ],
)
def test_words_stand_between_spaces_where_a_language_has_them(text, language, count):
    assert words(text, language) == count


def test_seconds_follow_from_the_cited_speeds():
    english = amount("one two three four", "en")
    assert english.needed_s == pytest.approx(4 * 60 / 238)
    japanese = amount("バーコードを読み取る", "ja-JP")
    assert (japanese.characters, japanese.words) == (10, None)
    assert japanese.needed_s == pytest.approx(10 * 60 / 357)
    assert (english.readable(1009), english.readable(1008)) == (True, False)
    assert "Brysbaert" in SPEEDS["en"].source
    assert "Trauzettel" in SPEEDS["ja"].source


def test_without_a_study_nothing_is_said_about_time():
    found = amount("un deux trois", "fr")
    assert (found.characters, found.words, found.readable(4000)) == (11, 3, None)
    assert isinstance(found.needed_s, NoEffect)
    assert found.needed_s.code == "reading.no_speed"
    assert "fr" in found.needed_s.sentence


def test_units_are_spread_over_the_time_on_the_screen():
    assert per_second(12, 4000) == 3
    with pytest.raises(ValueError, match="shown_ms"):
        per_second(12, 0)


@given(st.text())
def test_clusters_are_the_text(text):
    found = clusters(text)
    assert "".join(found) == text
    assert all(found)
    assert 0 <= characters(text) <= len(found) <= len(text)


@given(st.lists(st.sampled_from([*ONE.values(), "本", "a", "、", " "]), max_size=12))
def test_spaced_out_characters_add_up(parts):
    assert characters(" ".join(parts)) == sum(characters(part) for part in parts)


@given(st.text(alphabet="ab c\n.", max_size=30), st.text(alphabet="ab c\n.", max_size=30))
def test_more_text_never_takes_less_time(text, more):
    for language in ("en", "ja"):
        shorter, longer = (amount(one, language).needed_s for one in (text, f"{text} {more}"))
        assert shorter <= longer + 1e-12
