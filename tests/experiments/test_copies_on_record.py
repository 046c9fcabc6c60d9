"""What a copy may be, and what is refused with a sentence."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.refusals import sentences
from experiments.copies import Copies, Copy, copy_key

SAMPLE = Path(__file__).parents[2] / "sample_data" / "copies"
WORDS = {"copy_id": "v1", "language": "en", "text": "one\ntwo"}


def test_words_stand_as_they_were_written():
    copy = Copy.model_validate({**WORDS, "title": " A <b> ", "button": "Use", "button_style": "link"})
    assert copy.text == "one\ntwo"
    assert copy.words == " A <b> \none\ntwo\nUse"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"colour": "red"}, "`colour` is not a key of a copy"),
        ({"button_style": "blink", "button": "x"}, "must be 'button', 'outlined', 'text', 'link' or 'none'"),
        ({"button": "Use"}, "must both be given"),
        ({"button_style": "link"}, "must both be given"),
        ({"button": " ", "button_style": "link"}, "must both be given"),
        ({"language": "English"}, "`language` is 'English'; must be a language tag"),
        ({"text": " \n "}, "`text` is blank"),
        ({"text": "a\x1b[2Jb"}, "control character"),
        ({"text": "x" * 4001}, "at most 4000"),
        ({"copy_id": ""}, "at least 1"),
    ],
)
def test_what_cannot_be_shown_is_refused(change, sentence):
    with pytest.raises(ValueError) as refused:
        Copies.model_validate({"copies": [{**WORDS, **change}]})
    assert sentence in sentences(refused.value)


def test_a_file_has_each_copy_once_and_at_least_one():
    with pytest.raises(ValueError, match="twice"):
        Copies.model_validate({"copies": [WORDS, {**WORDS, "text": "other"}]})
    with pytest.raises(ValueError, match="at least 1"):
        Copies.model_validate({"copies": []})
    several = [WORDS, {**WORDS, "language": "ja"}, {**WORDS, "design_id": "link"}]
    assert len(Copies.model_validate({"copies": several}).copies) == 3


NAMES = st.text(min_size=1, max_size=8)


@given(st.tuples(NAMES, NAMES, NAMES | st.none()), st.tuples(NAMES, NAMES, NAMES | st.none()))
def test_two_copies_share_a_key_only_if_they_are_one(one, other):
    assert (copy_key(*one) == copy_key(*other)) == (one == other)


def test_the_sample_says_what_its_log_shows_in_both_languages():
    (file,) = SAMPLE.glob("*.toml")
    copies = Copies.model_validate(tomllib.loads(file.read_text("utf-8"))).copies
    told = {(one.copy_id, one.design_id, one.language) for one in copies}
    assert told == {(c, d, lang) for c, d in (("v1", "link"), ("v2", "button")) for lang in ("en", "ja")}
    assert {one.design_id: one.button_style for one in copies} == {"link": "link", "button": "button"}
    assert all(("Synthetic" in one.note) or ("合成データ" in one.note) for one in copies)
