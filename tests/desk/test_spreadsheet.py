"""A downloaded CSV opens in Excel: Japanese readable, numbers numbers, nothing runs."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.spreadsheet import csv_bytes


def read(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def test_japanese_rows_start_with_the_mark_excel_looks_for():
    body = csv_bytes(pd.DataFrame({"手順": ["表示", "タップ"], "人数": [120, 34]}))
    assert body.startswith(b"\xef\xbb\xbf")
    assert read(body) == [["手順", "人数"], ["表示", "120"], ["タップ", "34"]]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_copy_text_that_looks_like_a_formula_is_kept_as_text(start):
    attack = start + 'HYPERLINK("http://evil","x")'
    [header], [cell] = read(csv_bytes(pd.DataFrame({attack: [attack]})))
    assert header == "'" + attack
    assert cell == "'" + attack


def test_numbers_stay_numbers_also_below_zero_and_unknown_is_blank():
    rows = pd.DataFrame({"effect": [-0.25, None], "n": pd.array([3, None], dtype="Int64")})
    assert read(csv_bytes(rows)) == [["effect", "n"], ["-0.25", "3"], ["", ""]]


ANY_TEXT = st.text(alphabet=st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"))


@given(st.lists(ANY_TEXT, min_size=1))
def test_every_text_comes_back_as_written_apart_from_one_apostrophe(texts):
    rows = read(csv_bytes(pd.DataFrame({"text": texts, "n": range(len(texts))})))[1:]
    assert [text if text == texts[int(n)] else text.removeprefix("'") for text, n in rows] == texts
    assert not any(text.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) for text, _ in rows)
