"""Lists as files: spreadsheets open them, nothing in them runs, and they hold every unit."""

import csv
import io

import pyarrow.parquet as pq
import pytest

from analysis.members import MembersQuery
from analysis.members.export import as_bytes, write
from tests.analysis.members.test_members import FUNNEL, STORY
from tests.journeys import journeys

EVIL = {**STORY, "=cmd()": ["camera_opened 09:00:00 device='@x,\"y\"'"]}


@pytest.fixture
def store(tmp_path):
    with journeys(tmp_path, EVIL) as opened:
        yield opened


def query(step, outcome, **more):
    return MembersQuery.model_validate({"funnel": FUNNEL, "step": step, "outcome": outcome, **more})


def test_a_csv_holds_every_unit_whatever_the_limit_and_nothing_that_runs(store):
    text = as_bytes(store, query(1, "reached", limit=1), "csv")
    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))
    assert [row["person"] for row in rows] == ["dan", "cid", "ben", "ann", "'=cmd()"]
    assert rows[-1]["device"] == '\'@x,"y"'
    assert rows[2]["entered"] == "2026-04-06T11:00:00+00:00"
    assert rows[2]["reach"] == "2"
    assert rows[2]["platform"] == ""


def test_a_parquet_file_holds_the_same_as_it_is(store, tmp_path):
    path = tmp_path / "list.parquet"
    assert write(store, query(1, "reached"), "parquet", path) == 5
    table = pq.read_table(path)
    assert table["person"].to_pylist() == ["dan", "cid", "ben", "ann", "=cmd()"]
    assert table["entered"][2].as_py().isoformat() == "2026-04-06T11:00:00+00:00"
    assert sorted(path.parent.glob("list*")) == [path]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_an_empty_list_is_a_file_with_columns(store, tmp_path, kind):
    path = tmp_path / f"list.{kind}"
    empty = {"funnel": {**FUNNEL, "where": {"device": "nowhere"}}, "step": 1, "outcome": "reached"}
    assert write(store, MembersQuery.model_validate(empty), kind, path) == 0
    first = (
        path.read_text("utf-8-sig").splitlines()[0] if kind == "csv" else ",".join(pq.read_schema(path).names)
    )
    assert first == "unit,person,entered,reach,last_step,platform,device,app_version"


def test_a_long_list_is_written_in_several_parts(store, tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.members.query._ROWS", 2)
    path = tmp_path / "list.csv"
    write(store, query(1, "reached"), "csv", path)
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    assert [row["person"] for row in rows] == ["dan", "cid", "ben", "ann", "'=cmd()"]


def test_what_cannot_be_written_leaves_nothing(store, tmp_path):
    with pytest.raises(OSError, match="No such file"):
        write(store, query(1, "reached"), "csv", tmp_path / "nowhere" / "list.csv")
    old = tmp_path / "list.csv"
    old.write_text("old")
    wrong = MembersQuery.model_validate(
        {"funnel": {**FUNNEL, "where": {"ts": {"ge": "x"}}}, "step": 1, "outcome": "reached"}
    )
    with pytest.raises(ValueError, match="must be"):
        write(store, wrong, "csv", old)
    assert old.read_text() == "old"
    assert sorted(tmp_path.glob("list*")) == [old]
