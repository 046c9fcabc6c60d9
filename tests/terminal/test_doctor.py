"""The doctor on healthy, empty, locked, broken and unwritable stores: what is wrong, and how to mend it."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from processes import Kazasu, process

HOLD = "import sys, time\nfrom ingest import Store\nwith Store.open():\n    print('held', flush=True)\n    time.sleep(60)\n"


def findings(kazasu: Kazasu, code: str, *, exit_code: int) -> list[dict]:
    told = kazasu("doctor", "--json")
    assert told.exit == exit_code, told.err
    assert told.json["healthy"] is (exit_code == 0)
    return [one for one in told.json["findings"] if one["code"] == code]


def landed_part(home: Path) -> Path:
    manifest = next((home / "landed").glob("*.json"))
    return manifest.with_suffix(".parquet")


def damage(path: Path, at: int) -> None:
    """Overwrite 80 bytes of a file."""
    content = bytearray(path.read_bytes())
    content[at : at + 80] = bytes(80)
    path.write_bytes(content)


def test_no_store_yet_is_no_illness_and_makes_none(kazasu: Kazasu, home: Path) -> None:
    (store,) = findings(kazasu, "store", exit_code=0)
    assert store["mend"] == "Run `kazasu ingest FILES` or `kazasu demo`."
    assert not home.exists()


def test_an_empty_store_is_healthy(kazasu: Kazasu) -> None:
    kazasu("quarantine", "list")
    (empty,) = findings(kazasu, "empty", exit_code=0)
    assert empty["sentence"] == "Nothing has landed yet."


def test_a_store_with_a_log_is_accounted_for(kazasu: Kazasu, popup_log: Path) -> None:
    kazasu("ingest", popup_log)
    (balance,) = findings(kazasu, "balance", exit_code=0)
    assert balance["sentence"] == "All 8 lines are accounted for."
    (rejects,) = findings(kazasu, "rejects", exit_code=0)
    assert (rejects["level"], rejects["sentence"]) == ("warn", "1 of 8 lines (12.50%) are in quarantine.")
    (age,) = findings(kazasu, "age", exit_code=0)
    assert "2026-04-01 03:00 UTC" in age["sentence"]


def test_words_put_the_worst_first_and_say_how_to_mend_it(
    kazasu: Kazasu, popup_log: Path, home: Path
) -> None:
    kazasu("ingest", popup_log)
    (home / "kazasu.duckdb").write_bytes(b"not an index")
    told = kazasu("doctor")
    assert told.exit == 1
    assert told.out.splitlines()[0].startswith("FAIL")
    assert "kazasu rebuild" in told.out.splitlines()[1]


def test_a_broken_index_is_mended_by_what_the_doctor_says(
    kazasu: Kazasu, popup_log: Path, home: Path
) -> None:
    kazasu("ingest", popup_log)
    (home / "kazasu.duckdb").write_bytes(b"not an index")
    (broken,) = findings(kazasu, "store_unavailable", exit_code=1)
    assert "`kazasu rebuild`" in broken["mend"]
    assert kazasu("rebuild").exit == 0
    findings(kazasu, "balance", exit_code=0)


@pytest.mark.parametrize("place", ["its rows", "its description"])
def test_a_damaged_landed_file_is_found_and_named_with_its_source(
    kazasu: Kazasu, popup_log: Path, home: Path, place: str
) -> None:
    kazasu("ingest", popup_log)
    part = landed_part(home)
    damage(part, 10 if place == "its rows" else part.stat().st_size - 200)
    (landed,) = [one for one in findings(kazasu, "landed", exit_code=1) if one["level"] == "fail"]
    assert str(part) in landed["sentence"]
    assert str(popup_log) in landed["sentence"]


def test_a_damaged_landed_file_that_a_question_needs_is_exit_3(
    kazasu: Kazasu, popup_log: Path, home: Path
) -> None:
    kazasu("ingest", popup_log)
    landed_part(home).write_bytes(b"PAR1 and nothing more")
    (home / "kazasu.duckdb").unlink()
    refused = kazasu("quarantine", "list")
    assert (refused.exit, "Traceback" in refused.err) == (3, False)
    assert "kazasu doctor" in refused.err


def test_a_missing_landed_file_is_found(kazasu: Kazasu, popup_log: Path, home: Path) -> None:
    kazasu("ingest", popup_log)
    next((home / "landed").glob("*.rejects.parquet")).unlink()
    assert any(one["level"] == "fail" for one in findings(kazasu, "landed", exit_code=1))


def test_an_illegible_manifest_is_found(kazasu: Kazasu, popup_log: Path, home: Path) -> None:
    kazasu("ingest", popup_log)
    manifest = next((home / "landed").glob("*.json"))
    manifest.write_text("{", "utf-8")
    (landed,) = [one for one in findings(kazasu, "landed", exit_code=1) if one["level"] == "fail"]
    assert str(manifest) in landed["sentence"]


def test_an_index_whose_landed_files_are_gone_is_found(kazasu: Kazasu, popup_log: Path, home: Path) -> None:
    kazasu("ingest", popup_log)
    for path in (home / "landed").iterdir():
        path.unlink()
    (vanished,) = findings(kazasu, "vanished", exit_code=1)
    assert str(popup_log) in vanished["sentence"]


def test_a_broken_record_is_found(kazasu: Kazasu, home: Path) -> None:
    kazasu("experiment", "list")
    (home / "records" / "experiment.ndjson").write_text("{\n", "utf-8")
    (record,) = findings(kazasu, "records", exit_code=1)
    assert "experiment.ndjson` line 1" in record["sentence"]


def test_leftovers_of_an_interrupted_load_are_found(kazasu: Kazasu, popup_log: Path, home: Path) -> None:
    kazasu("ingest", popup_log)
    (home / "spool" / "load-1").mkdir()
    (leftover,) = findings(kazasu, "leftovers", exit_code=0)
    assert leftover["level"] == "warn"


def test_a_store_held_by_a_process_that_answers_nobody_is_a_failure(kazasu: Kazasu, home: Path) -> None:
    with process("-c", HOLD, home=home) as holder:
        with ThreadPoolExecutor() as both:  # each waits for its 5 s
            asked = both.submit(kazasu, "quarantine", "list")
            (busy,) = findings(kazasu, "store_busy", exit_code=1)
            told = asked.result()
        assert str(holder.pid) in busy["sentence"]
        assert (told.exit, told.out) == (3, "")
        assert "Another process is using the store; waiting up to 5 s." in told.err
        assert f"owned by process {holder.pid}" in told.err


def test_a_stale_announcement_is_told(kazasu: Kazasu, home: Path) -> None:
    kazasu("quarantine", "list")
    secret = home / "owner.json"
    secret.write_text(json.dumps({"url": "http://127.0.0.1:9", "token": "t", "pid": 2**22 + 1}), "utf-8")
    secret.chmod(0o600)
    (owner,) = findings(kazasu, "owner", exit_code=0)
    assert owner["level"] == "warn"
    assert kazasu("quarantine", "list").exit == 0
    with process("-c", HOLD, home=home):
        told = kazasu("quarantine", "list")
        assert told.exit == 3
        assert "owner.json is stale" in told.err


def test_a_secret_that_others_can_read_is_a_failure(kazasu: Kazasu, home: Path) -> None:
    kazasu("quarantine", "list")
    secret = home / "owner.json"
    secret.write_text(json.dumps({"url": "http://127.0.0.1:9", "token": "t", "pid": os.getpid()}), "utf-8")
    secret.chmod(0o644)
    (owner,) = findings(kazasu, "owner", exit_code=1)
    assert "chmod 600" in owner["mend"]


def test_a_store_open_to_other_users_is_told(kazasu: Kazasu, home: Path) -> None:
    kazasu("quarantine", "list")
    home.chmod(0o755)
    (private,) = findings(kazasu, "private", exit_code=0)
    assert (private["level"], private["mend"]) == ("warn", f"Run `chmod 700 {home}`.")


def test_a_folder_that_cannot_be_written_is_a_failure_and_exit_3(
    kazasu: Kazasu, popup_log: Path, home: Path
) -> None:
    kazasu("ingest", popup_log)
    home.chmod(0o500)
    (home / "kazasu.duckdb").chmod(0o400)
    told = kazasu("doctor", "--json", mortal=True)
    assert told.exit == 1
    assert [one["level"] for one in told.json["findings"] if one["code"] == "writable"] == ["fail"]
    refused = kazasu("quarantine", "list", mortal=True)
    home.chmod(0o700)
    assert (refused.exit, "Traceback" in refused.err) == (3, False)


def test_a_taken_port_is_told(kazasu: Kazasu) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = kazasu("doctor", "--json", "--port", taken.getsockname()[1])
    assert [one["level"] for one in told.json["findings"] if one["code"] == "port"] == ["warn"]


@pytest.mark.parametrize("harm", ["gone", "damaged", "another"])
def test_a_cohort_whose_persons_are_not_there_is_named(
    kazasu: Kazasu, popup_log: Path, home: Path, harm: str
) -> None:
    kazasu("ingest", popup_log)
    (popup_log.parent / "ids.csv").write_text("ann\nbob\n")
    (popup_log.parent / "other.csv").write_text("cay\n")
    for name in ("ids", "other"):
        kazasu("cohort", "add", name, "--from", f"{name}.csv")
    (whole,) = findings(kazasu, "cohorts", exit_code=0)
    assert whole["sentence"] == "2 cohorts are whole."
    listed = {one["name"]: one for one in kazasu("cohort", "list", "--json").json["cohorts"]}
    sizes = {path: pq.read_table(path).num_rows for path in (home / "cohorts").glob("*.parquet")}
    two, one = sorted(sizes, key=sizes.__getitem__, reverse=True)
    assert [sizes[two], sizes[one]] == [listed["ids"]["persons"], listed["other"]["persons"]]
    if harm == "gone":
        two.unlink()
    elif harm == "damaged":
        damage(two, 4)
    else:
        two.write_bytes(one.read_bytes())
    (found,) = findings(kazasu, "cohorts", exit_code=1)
    assert (found["level"], "the cohort 'ids'" in found["sentence"]) == ("fail", True)
    assert "kazasu cohort refresh" in found["mend"]
