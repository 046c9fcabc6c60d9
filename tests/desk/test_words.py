"""Numbers, dates and seconds as a reader of each language writes them; sentences from one catalogue."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import words
from experiments.stats.effects import NoEffect, Reason


@pytest.mark.parametrize(
    ("said", "en", "ja"),
    [
        (lambda lang: words.number(12345, lang), "12,345", "12,345"),
        (lambda lang: words.number(-0.25, lang, digits=2), "−0.25", "−0.25"),
        (lambda lang: words.number(None, lang), "—", "—"),
        (lambda lang: words.compact(9_999, lang), "9,999", "9,999"),
        (lambda lang: words.compact(12_345, lang), "12.3k", "1.2万"),
        (lambda lang: words.compact(12_000_000, lang), "12M", "1,200万"),
        (lambda lang: words.compact(250_000_000, lang), "250M", "2.5億"),
        (lambda lang: words.count(1, lang, "person"), "1 person", "1人"),
        (lambda lang: words.count(20_000, lang, "person"), "20,000 people", "20,000人"),
        (lambda lang: words.percent(0.1234, lang), "12.3%", "12.3%"),
        (lambda lang: words.percent(-0.05, lang, signed=True), "−5.0%", "−5.0%"),
        (lambda lang: words.points(0.031, lang), "+3.1 pp", "+3.1%ポイント"),
        (lambda lang: words.seconds(0.034, lang), "34 ms", "34ミリ秒"),
        (lambda lang: words.seconds(0.9996, lang), "1.0 s", "1.0秒"),
        (lambda lang: words.seconds(2.34, lang), "2.3 s", "2.3秒"),
        (lambda lang: words.seconds(59.96, lang), "1 min", "1分"),
        (lambda lang: words.seconds(75, lang), "1 min 15 s", "1分15秒"),
        (lambda lang: words.seconds(3 * 3600 + 5 * 60 + 9, lang), "3 h 5 min", "3時間5分"),
        (lambda lang: words.seconds(26 * 3600, lang), "1 d 2 h", "1日2時間"),
        (lambda lang: words.milliseconds(1234.4, lang), "1,234 ms", "1,234ミリ秒"),
        (lambda lang: words.between("10%", "12%", lang), "10% to 12%", "10%〜12%"),
        (lambda lang: words.listed(["a", "b", "c"], lang), "a, b and c", "a、b、c"),
        (lambda lang: words.listed(["a"], lang), "a", "a"),
    ],
)
def test_a_reader_of_each_language_reads_the_figure_as_written_there(said, en, ja):
    assert (said("en"), said("ja")) == (en, ja)


def test_a_day_is_told_in_the_reporting_zone_not_in_utc():
    late_in_utc = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)  # 00:30 the next day in Tokyo
    assert words.date(late_in_utc, "ja") == "2026年11月22日(日)"
    assert words.date(late_in_utc, "en") == "Sun 22 Nov 2026"
    assert words.moment(late_in_utc, "en") == "Sun 22 Nov 2026, 00:30 JST"
    assert words.date(late_in_utc, "en", zone="UTC") == "Sat 21 Nov 2026"


def test_a_moment_without_its_zone_is_refused():
    with pytest.raises(ValueError, match="must carry its time zone"):
        words.date(datetime(2026, 11, 21), "en")  # noqa: DTZ001


def test_not_a_number_never_reaches_a_screen():
    for say in (words.number, words.percent, words.points, words.seconds, words.milliseconds):
        with pytest.raises(ValueError, match="must be finite"):
            say(float("nan"), "en")


@given(st.floats(min_value=0, max_value=1e9, allow_nan=False))
def test_longer_never_reads_as_zero_and_every_duration_has_a_unit(length_s):
    said = words.seconds(length_s, "en")
    assert said.rstrip("0123456789. ") != ""
    assert said[0].isdigit()
    if length_s >= 0.001:
        assert not said.startswith("0 ")


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_a_whole_number_survives_its_separators(n):
    assert int(words.number(n, "en").replace(",", "").replace("−", "-")) == n


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("ja,en-US;q=0.9,en;q=0.8", "ja"),
        ("en-GB,en;q=0.9,ja;q=0.8", "en"),
        ("fr-FR,fr;q=0.9,en;q=0.4,ja;q=0.2", "en"),
        ("ja;q=0.2,en;q=0.7", "en"),
        ("de", "ja"),
        ("", "ja"),
        (";;q=,,en;q=oops", "ja"),
        ("en;q=0, ja;q=0.1", "ja"),
    ],
)
def test_the_browser_is_greeted_in_the_language_it_asks_for_else_in_japanese(header, lang):
    assert words.preferred(header) == lang


def test_a_sentence_that_does_not_exist_is_an_error_not_a_blank():
    with pytest.raises(KeyError, match="nowhere"):
        words.t("nowhere.to.be_found", "en")


def test_a_sentence_asks_for_its_facts():
    with pytest.raises(KeyError, match="version"):
        words.t("common.provenance", "en", until="now")


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="must be one of en, ja"):
        words.t("app.name", "fr")


def test_a_reason_without_a_translation_still_says_its_english_sentence():
    assert words.reason(NoEffect("made.up_code", "There are no times."), "ja") == "There are no times."


def test_a_fact_may_bear_any_name_even_key_or_lang():
    said = Reason("made.up_code", "Fine.", (("key", "tapped"), ("lang", "x")))
    assert words.reason(said, "en") == "Fine."
    assert words.t("app.name", "en", key="tapped", lang="x") == "Kazasu"
