"""The gallery on real wordings: four of a prompt, counted by hand from the file, and 1 531 headlines as they were written."""

import csv
import gzip
import html
import re
from collections import Counter

import pytest

from analysis.copies.preview import html_of
from experiments.copies import Copy
from experiments.reading import amount
from tests.real.desk import LOGS

pytestmark = pytest.mark.real


def rows(*parts: str, delimiter: str = ","):
    with gzip.open(LOGS.joinpath(*parts), "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter=delimiter)


def test_four_wordings_by_each_sessions_first_prompt(desk_of, tmp_path):
    desk = desk_of("survey_prompts")
    log = LOGS / "survey_prompts" / "prompts_60s_delay.tsv.gz"
    desk("ingest", log, "--mapping", "mapping.toml")
    words = tmp_path / "copies.toml"
    prompts = list(rows("survey_prompts", log.name, delimiter="\t"))
    wordings = sorted({row["question"] for row in prompts})
    words.write_text(
        "".join(f'[[copies]]\ncopy_id = "{text}"\nlanguage = "en"\ntext = "{text}"\n' for text in wordings)
    )
    assert len(desk("copy", "add", words)["added"]) == 4
    found = desk("copies")
    firsts: dict[str, list[dict]] = {}
    for row in sorted(prompts, key=lambda row: row["ts"]):
        mine = firsts.setdefault(row["session_id"], [])
        if not mine or mine[0]["ts"] == row["ts"]:
            mine.append(row)
    at_once = sum(len(mine) > 1 for mine in firsts.values())
    shown = Counter(mine[0]["question"] for mine in firsts.values())
    answered = Counter(
        mine[0]["question"] for mine in firsts.values() if mine[0]["choice"] in ("yes", "no", "unsure")
    )
    assert sum(one["n"] for one in found["variants"]) == len(firsts) == 7_828
    assert at_once < 10
    for one in found["variants"]:
        assert abs(one["n"] - shown[one["copy_id"]]) <= at_once
        assert abs(one["taps"] - answered[one["copy_id"]]) <= at_once
        assert [copy["text"] for copy in one["wordings"]] == [one["copy_id"]]
        assert [limit["display_ms"] for limit in one["limits"]] == [30_000]
    rates = [one["rate"] for one in found["variants"]]
    assert rates == sorted(rates, reverse=True)
    assert "would they want to read" in found["variants"][0]["copy_id"]
    assert "Would you click" in found["variants"][3]["copy_id"]
    assert found["randomised"] is False


def test_every_real_headline_is_shown_as_it_was_written():
    headlines = [row["headline"] for row in rows("headline_tests", "headline_tests.csv.gz")]
    assert len(headlines) == 1_531
    for text in headlines:
        shown = html_of(Copy(copy_id=text, language="en", text=text), "x", shown_ms=8000, plays=0)
        (inside,) = re.findall(r'<div class="kz-text">(.*?)</div>', shown, re.DOTALL)
        assert "<" not in inside
        assert html.unescape(inside) == text
        found = amount(text, "en")
        assert 0 < found.words <= found.characters <= len(text)
