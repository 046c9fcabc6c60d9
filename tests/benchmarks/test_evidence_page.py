"""The page of evidence: a part that is run again takes its own place, and the others stay."""

from benchmarks.evidence.page import put

ORDER = ("First", "Second")


def test_a_part_takes_its_place_and_the_others_stay(tmp_path):
    path = tmp_path / "evidence.md"
    put(path, ORDER, "Second", [{"figure": "b", "value": 0.5}], "make b", 9.6)
    put(path, ORDER, "First", [{"figure": "a | x", "met": True}, {"figure": "c", "n": 3}], "make a", 1)
    before = path.read_text("utf-8")
    assert before.index("## First") < before.index("## Second")
    assert "`make b`, 10 s." in before
    assert "| b | 0.5000 |" in before
    put(path, ORDER, "Second", [{"figure": "b", "value": 0.25}], "make b", 2)
    after = path.read_text("utf-8")
    assert after.count("## ") == 2
    assert "0.5000" not in after
    assert after.split("## Second")[0] == before.split("## Second")[0]
