"""Text for pictures in lines that fit."""

from hypothesis import given
from hypothesis import strategies as st

from analysis.words import lines, width

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60)


@given(TEXT, st.integers(2, 30))
def test_lines_fit_and_lose_nothing_but_the_spaces_between_them(text, fits):
    found = lines(text, fits)
    assert all(width(line) <= fits for line in found)
    assert "".join(found).replace(" ", "") == text.replace(" ", "")


def test_a_line_is_broken_at_its_last_space_else_where_it_is_full():
    assert lines("one two three", 8) == ["one two", "three"]
    assert lines("camera_opened", 8) == ["camera_o", "pened"]
    assert lines("写真を撮った", 8) == ["写真を撮", "った"]
    assert lines("", 8) == [""]
