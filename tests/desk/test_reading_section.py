"""The reading section of the copies page on the sample, whose readme plants: one attempt teaches nothing for the next."""

import pytest

from analysis import words
from analysis.words import t
from tests.desk.test_rooms import page_of, said


@pytest.mark.parametrize("lang", words.LANGS)
@pytest.mark.parametrize("arms", ["together", "copy-and-button"])
def test_nobody_tires_in_the_sample_and_the_page_does_not_say_so(at_home, lang, arms):
    at_home("sample")
    tab = page_of("copies", lang, arms=arms)
    told = said(tab)
    for key in ("reading.title", "reading.timeouts.title", "reading.turns.title", "reading.turns.why"):
        assert t(key, lang) in told
    chance = {"en": "no change from the first time", "ja": "1回目との差は偶然の範囲"}[lang]
    assert told.count(chance) == 3
    assert "recommended\\_timeout\\_ms" in told
    table = next(one.value for one in tab.dataframe if "reading_verdict" in one.value.columns)
    assert {"en", "ja"} <= set(table["reading_language"])
    assert t("reading.verdict.barely", lang) in set(table["reading_verdict"])
