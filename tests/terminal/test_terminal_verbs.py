"""Journeys through `kazasu` as people type it: real processes, a real store, exit codes and words."""

from pathlib import Path

import pytest
from processes import Kazasu, environment, forked, logged, started

BAD = [
    (["ingest", "nowhere.ndjson"], "`source` is "),
    (["funnel", "nowhere.toml"], "`nowhere.toml` is not readable"),
    (["experiment", "add", "nowhere.toml"], "`nowhere.toml` is not readable"),
    (["readout"], "`experiment` and `table` are both"),
    (["readout", "nothing-on-record"], "`experiment` is 'nothing-on-record'"),
    (["readout", "--table", "nowhere.csv"], "`nowhere.csv` is not readable"),
    (["taps", "--where", "ios"], "`--where` is 'ios'; must be NAME=VALUE"),
    (["taps", "--where", "colour=red"], "`colour` is not known here"),
    (["taps", "--from", "2026-04-01"], "`from` is '2026-04-01'; must have timezone info."),
    (["taps", "--experiment", "x", "--by", "copy_id"], "`by` is 'copy_id'"),
    (["models", "--budget-ms", "-3"], "`budgets_ms.0` is -3.0; must be greater than 0."),
    (["quarantine", "replay", "nowhere.ndjson"], "`"),
    (["quarantine", "list", "--out", "/nowhere/x"], "`/nowhere/x` is not usable"),
]

NOT_IN_THE_README = [
    ("cohort", "add", "tappers", "--from", "ids.csv"),
    ("cohort", "list"),
    ("members", "funnel.toml", "--outcome", "reached", "--json"),
    ("quarantine", "replay"),
    ("rebuild",),
    ("taps", "--where", "ios"),
]
"""The verbs that no other test starts as people do, and one that is refused."""


def test_a_forked_process_says_what_a_started_one_says(popup_log: Path, tmp_path: Path) -> None:
    """Every process here and in tests/real is a forked one unless it says otherwise: its output and exit are the same."""
    (tmp_path / "ids.csv").write_text("ann\n", "utf-8")
    (tmp_path / "funnel.toml").write_text('within = "30s"\n[[steps]]\nevent = "photo_taken"\n', "utf-8")
    homes = [tmp_path / "one", tmp_path / "other"]
    for run, home in zip((started, forked), homes, strict=True):
        assert run("ingest", popup_log, cwd=tmp_path, env=environment(home)).exit == 0
    for words in NOT_IN_THE_README:
        one, other = (
            run(*words, cwd=tmp_path, env=environment(home))
            for run, home in zip((started, forked), homes, strict=True)
        )
        assert one == other, words
        assert one.exit == (2 if "ios" in words else 0), words
        assert one.out or one.err


def test_a_log_lands_and_every_line_is_told(kazasu: Kazasu, popup_log: Path) -> None:
    told = kazasu("ingest", popup_log)
    assert told.exit == 0
    assert "1 file: 8 lines = 7 landed + 0 duplicates + 1 rejected" in told.out
    assert "bad_ts" in told.out
    answer = kazasu("ingest", popup_log, "--json").json
    assert (answer["landed"], answer["files"][0]["already"], answer["files"][0]["landed"]) == (0, True, 7)


def test_a_relative_path_a_folder_and_a_glob_are_the_same_log(kazasu: Kazasu, popup_log: Path) -> None:
    for path in (popup_log.name, ".", "*.ndjson"):
        answer = kazasu("ingest", path, "--json").json
        assert [file["source"] for file in answer["files"]] == [str(popup_log)]


def test_one_unreadable_log_is_bad_input_and_the_others_land(kazasu: Kazasu, popup_log: Path) -> None:
    (popup_log.parent / "empty.ndjson").touch()
    told = kazasu("ingest", popup_log.parent, "--json")
    assert (told.exit, told.json["landed"]) == (2, 7)
    assert "empty.ndjson, which is empty" in told.err


def test_the_quarantine_says_where_and_why(kazasu: Kazasu, popup_log: Path) -> None:
    kazasu("ingest", popup_log)
    (reject,) = kazasu("quarantine", "list", "--json").json["rejects"]
    assert (reject["source"], reject["line"], reject["code"]) == (str(popup_log), 8, "bad_ts")
    assert '"yesterday"' in reject["raw"]
    assert kazasu("quarantine", "list", "--code", "no_unit", "--json").json["total"] == 0
    assert kazasu("quarantine", "list", "--source", "popup", "--json").json["total"] == 1
    assert f"{popup_log}:8  bad_ts" in kazasu("quarantine", "list").out


def test_a_rejected_line_cannot_command_the_terminal(kazasu: Kazasu, tmp_path: Path) -> None:
    (tmp_path / "evil.ndjson").write_bytes(
        b'{"event": "\x1b[2J", \n' + logged("a", "2026-04-01T00:00:00Z", "u").encode()
    )
    kazasu("ingest", tmp_path / "evil.ndjson")
    told = kazasu("quarantine", "list")
    assert "\x1b" not in told.out
    assert "\ufffd[2J" in told.out


def test_an_experiment_goes_on_record_once_and_a_change_again(kazasu: Kazasu, tmp_path: Path) -> None:
    file = tmp_path / "display.toml"
    text = 'key = "display-8s"\nstart = 2026-04-01T00:00:00+09:00\n[[variants]]\nkey = "control"\n[[variants]]\nkey = "8s"\n'
    file.write_text(text, "utf-8")
    assert [kazasu("experiment", "add", file, "--json").json["added"] for _ in range(2)] == [True, False]
    file.write_text(f'name = "Eight seconds"\n{text}', "utf-8")
    assert kazasu("experiment", "add", file, "--json").json["added"] is True
    (record,) = kazasu("experiment", "list", "--json").json["experiments"]
    assert record["key"] == "display-8s"
    assert record["body"]["name"] == "Eight seconds"
    assert record["body"]["start"] == "2026-04-01T00:00:00+09:00"
    assert "Eight seconds" in kazasu("experiment", "list").out


def test_rebuild_gives_the_same_answers_and_mends_a_broken_index(
    kazasu: Kazasu, popup_log: Path, home: Path
) -> None:
    kazasu("ingest", popup_log)
    before = kazasu("quarantine", "list", "--json").json
    (home / "kazasu.duckdb").write_bytes(b"no index at all" * 1000)
    refused = kazasu("quarantine", "list")
    assert refused.exit == 3
    assert "run: kazasu" in refused.err
    mended = kazasu("rebuild", "--json")
    assert (mended.exit, mended.json["loads"]) == (0, 1)
    assert len(mended.json["set_aside"]) == 1
    assert Path(mended.json["set_aside"][0]).exists()
    assert kazasu("quarantine", "list", "--json").json == before


def test_home_can_be_given_instead_of_the_environment(
    kazasu: Kazasu, popup_log: Path, tmp_path: Path
) -> None:
    kazasu("--home", tmp_path / "elsewhere", "ingest", popup_log)
    assert (tmp_path / "elsewhere" / "landed").is_dir()
    assert kazasu("quarantine", "list", "--json").json["total"] == 0


@pytest.mark.parametrize(("words", "sentence"), BAD)
def test_bad_input_is_one_sentence_and_exit_2(kazasu: Kazasu, words: list[str], sentence: str) -> None:
    told = kazasu(*words)
    assert told.exit == 2
    assert told.err.startswith(sentence)
    assert "Traceback" not in told.err
    assert told.out == ""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("steps = [", "is not readable TOML"),
        ('name = "no steps"', "`steps` is missing"),
        ('within = "30s"\ncolour = 1\n[[steps]]\nevent = "a"', "`colour` is not a key of"),
        ('within = "never"\n[[steps]]\nevent = "a"', "`within` is 'never'"),
    ],
)
def test_a_funnel_that_cannot_be_understood_says_why(
    kazasu: Kazasu, tmp_path: Path, text: str, sentence: str
) -> None:
    (tmp_path / "funnel.toml").write_text(text, "utf-8")
    told = kazasu("funnel", "funnel.toml")
    assert (told.exit, "Traceback" in told.err) == (2, False)
    assert sentence in told.err


def test_with_json_a_refusal_is_json_too(kazasu: Kazasu, tmp_path: Path) -> None:
    (tmp_path / "funnel.toml").write_text('name = "no steps"', "utf-8")
    told = kazasu("funnel", "funnel.toml", "--json")
    assert told.exit == 2
    assert told.json["error"]["code"] == "bad_input"
    assert told.err.strip() == told.json["error"]["sentence"]


def test_words_come_in_japanese_on_request(kazasu: Kazasu, popup_log: Path) -> None:
    assert "取り込み 7" in kazasu("ingest", popup_log, "--lang", "ja").out


def test_an_unknown_verb_is_bad_input(kazasu: Kazasu) -> None:
    assert kazasu("dance").exit == 2


def test_a_mended_line_is_replayed_and_leaves_the_quarantine(
    kazasu: Kazasu, popup_log: Path, tmp_path: Path
) -> None:
    kazasu("ingest", popup_log)
    assert kazasu("quarantine", "list", "--out", "mend.ndjson", "--json").json["written"] == 1
    text = (tmp_path / "mend.ndjson").read_text("utf-8")
    (tmp_path / "mend.ndjson").write_text(text.replace("yesterday", "2026-03-31T12:00:00+09:00"), "utf-8")
    answer = kazasu("quarantine", "replay", "mend.ndjson", "--json").json
    assert (answer["replayed"], answer["landed"], answer["still_rejected"]) == (1, 1, [])
    assert kazasu("quarantine", "list", "--json").json["total"] == 0


def test_a_line_that_was_not_mended_stays(kazasu: Kazasu, popup_log: Path) -> None:
    kazasu("ingest", popup_log)
    told = kazasu("quarantine", "replay")
    assert told.exit == 0
    assert "1 lines sent in again: 0 landed, 0 duplicates, 1 still rejected." in told.out
    assert kazasu("quarantine", "list", "--json").json["total"] == 1


def test_only_by_code_can_lines_be_written_out(kazasu: Kazasu) -> None:
    told = kazasu("quarantine", "list", "--out", "mend.ndjson", "--source", "popup")
    assert (told.exit, told.err.startswith("`--out` stands with `--source`")) == (2, True)
