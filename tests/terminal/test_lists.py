"""Lists and cohorts as people type them: real processes, files on disk, exit codes and words."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from processes import Kazasu

FUNNEL = 'within = "30s"\n[[steps]]\nevent = "photo_taken"\n[[steps]]\nevent = "suggestion_tapped"\n'


@pytest.fixture
def funnel(kazasu: Kazasu, popup_log: Path, tmp_path: Path) -> Path:
    kazasu("ingest", popup_log)
    file = tmp_path / "taps.toml"
    file.write_text(FUNNEL, "utf-8")
    return file


def test_who_dropped_is_listed_written_and_saved(kazasu: Kazasu, funnel: Path, tmp_path: Path) -> None:
    told = kazasu("members", funnel, "--step", 2, "--outcome", "dropped")
    assert (told.exit, "bob" in told.out, "ann" in told.out) == (0, True, False)
    assert "2026-04-01 11:00:00" in told.out  # in the funnel's zone, Asia/Tokyo
    assert "1 of the 3 that got to the step before did not reach suggestion_tapped" in told.out
    answer = kazasu("members", funnel, "--outcome", "maturing", "--json").json
    assert [one["person"] for one in answer["members"]] == ["cay"]

    assert "1 unit written" in kazasu("members", funnel, "--csv", "lost.csv").out
    assert "bob" in (tmp_path / "lost.csv").read_text("utf-8-sig")
    kazasu("members", funnel, "--step", 1, "--outcome", "reached", "--parquet", "all.parquet")
    assert pq.read_table(tmp_path / "all.parquet")["person"].to_pylist() == ["cay", "bob", "ann"]

    assert "Cohort lost saved: 1 person " in kazasu("cohort", "add", "lost", funnel).out
    (tmp_path / "ids.csv").write_text("ann\nstranger\n")
    assert "1 person of it not in the store" in kazasu("cohort", "add", "typed", "--from", "ids.csv").out
    listed = kazasu("cohort", "list")
    assert "dropped before suggestion_tapped" in listed.out
    kazasu("rebuild")
    assert [one["persons"] for one in kazasu("cohort", "list", "--json").json["cohorts"]] == [1, 2]
    assert kazasu("cohort", "refresh", "lost", "--json").json["cohort"]["version"] == 2
    assert "withdrawn" in kazasu("cohort", "remove", "lost").out
    assert kazasu("cohort", "remove", "typed", "--lang", "ja").out.startswith("コホート typed を取り下げ")
    assert "No cohort is on record." in kazasu("cohort", "list").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("members", "taps.toml", "--step", "3"), "`step` is 3; must be 1 to 2"),
        (("members", "taps.toml", "--csv", "a", "--parquet", "b"), "`--csv` stands with `--parquet`"),
        (("members", "taps.toml", "--csv", "/nowhere/a.csv"), "is not usable"),
        (("members", "taps.toml", "--group", "old"), "`group` is ['old']"),
        (("cohort", "add", "x"), "`FILE` and `--from` are both given or both left out"),
        (("cohort", "refresh", "x"), "`cohort` is 'x'; must be one on record (none yet)"),
    ],
)
def test_what_cannot_be_done_is_bad_input(
    kazasu: Kazasu, funnel: Path, words: tuple[str, ...], said: str
) -> None:
    told = kazasu(*words)
    assert (told.exit, said in told.err) == (2, True), told.err
