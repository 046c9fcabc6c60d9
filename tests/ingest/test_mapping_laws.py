"""Laws of mapping: events written out under odd names come back the same; ids depend on content alone."""

import csv
import gzip
import io
import json
import os
import random
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.mapped import LEAST, mapped, written

pytestmark = pytest.mark.slow
EVIDENCE = os.environ.get("HYPOTHESIS_PROFILE") == "evidence"

texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=12)
odd_texts = st.one_of(
    texts,
    st.sampled_from(['"', '""', ",", "\n", "\r\n", "a\rb", "NA", "null", "{}", "'", "\\", " x ", "ソ", "﻿"]),
)
odd_names = st.lists(
    st.one_of(texts.filter(str.strip), st.sampled_from(["a.b", "a[0]", "#line", "Line", "line", "x=y", "~/", '"', "select"])),
    min_size=5, max_size=5, unique_by=str.strip,
)  # fmt: skip
moments = st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31))  # noqa: DTZ001
rows = st.lists(
    st.tuples(
        odd_texts,
        odd_texts,
        moments,
        st.one_of(st.none(), odd_texts),
        st.floats(allow_nan=False, allow_infinity=False),
    ),
    min_size=1,
    max_size=6,
)


def toml_text(text: str) -> str:
    return '"' + "".join(f"\\U{ord(character):08x}" for character in text) + '"'


def mapping_for(names: list[str], time: str) -> str:
    user, event, ts, session, number = map(toml_text, (name.strip() for name in names))
    return f"""
    [time]
    {time}
    [fields]
    user_id = {{ column = {user} }}
    event = {{ column = {event} }}
    ts = {{ column = {ts} }}
    session_id = {{ column = {session} }}
    latency_ms = {{ column = {number}, type = "number" }}
    """


def as_told(event: dict) -> tuple:
    return (
        event["user_id"], event["event"], datetime.fromisoformat(event["ts"]), event.get("session_id"),
        event["properties"]["latency_ms"],
    )  # fmt: skip


def expected(told: list[tuple]) -> list[tuple]:
    return [
        (user, event, ts.replace(tzinfo=UTC), session, number) for user, event, ts, session, number in told
    ]


def as_csv(names, told, delimiter):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(names)
    writer.writerows(
        (user, event, ts.isoformat(), session or "", repr(number))
        for user, event, ts, session, number in told
    )
    return text.getvalue()


@settings(max_examples=60 if EVIDENCE else 25, deadline=None)
@given(odd_names, rows, st.sampled_from([",", ";", "\t"]), st.booleans())
def test_events_come_back_the_same_from_csv_with_odd_names(names, told, delimiter, packed):
    with TemporaryDirectory() as folder:
        content = as_csv(names, told, delimiter).encode()
        path = written(Path(folder), gzip.compress(content) if packed else content)
        toml = f"[source]\ndelimiter = {toml_text(delimiter)}\n" + mapping_for(names, "zone = 'UTC'")
        outcome = mapped(path, toml)
    assert outcome.file.rejects == []
    assert [as_told(event) for event in outcome.events] == expected(told)


@settings(max_examples=40 if EVIDENCE else 15, deadline=None)
@given(odd_names, rows)
def test_events_come_back_the_same_from_parquet_with_odd_names(names, told):
    types = (pa.string(), pa.string(), pa.timestamp("us"), pa.string(), pa.float64())
    columns = [pa.array(column, dtype) for column, dtype in zip(zip(*told, strict=True), types, strict=True)]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.parquet"
        pq.write_table(pa.Table.from_arrays(columns, [name.strip() for name in names]), path)
        outcome = mapped(path, mapping_for(names, "zone = 'UTC'"))
    finite = [(*event[:4], number) for *event, number in expected(told)]
    assert [as_told(event) for event in outcome.events] == finite


@settings(max_examples=40 if EVIDENCE else 15, deadline=None)
@given(odd_names, rows)
def test_events_come_back_the_same_from_foreign_ndjson_with_odd_names(names, told):
    names = [name.strip() for name in names]
    lines = [
        json.dumps(
            dict(zip(names, (user, event, ts.isoformat(), session, number), strict=True)), ensure_ascii=False
        )
        for user, event, ts, session, number in told
        if abs(number) < 1e300
    ]
    with TemporaryDirectory() as folder:
        path = written(Path(folder), "\n".join(lines) + "\n", "log.ndjson")
        outcome = mapped(path, mapping_for(names, "zone = 'UTC'"))
    assert [as_told(event) for event in outcome.events] == [e for e in expected(told) if abs(e[4]) < 1e300]


ONE = "ann,opened,2026-04-01T10:00:00Z\n"
TWO = "bob,opened,2026-04-01T10:00:00Z\n"
HEADER = "user,event,ts\n"


def ids(tmp_path, *lines):
    return sorted(
        event["event_id"] for event in mapped(written(tmp_path, HEADER + "".join(lines)), LEAST).events
    )


def test_identical_rows_are_told_apart_by_their_ordinal_and_their_order_does_not_matter(tmp_path):
    first = ids(tmp_path, ONE, TWO, ONE)
    assert len(set(first)) == 3
    assert ids(tmp_path, TWO, ONE, ONE) == first
    assert set(ids(tmp_path, ONE, TWO)) < set(first)


@settings(max_examples=25 if EVIDENCE else 12, deadline=None)
@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=9), st.integers(0, 99))
def test_ids_follow_from_content_whatever_the_order_and_the_packing(users, seed):
    lines = [f"{user},opened,2026-04-01T10:00:00Z\n" for user in users]
    shuffled = random.Random(seed).sample(lines, len(lines))
    with TemporaryDirectory() as folder:
        plain = mapped(written(Path(folder), HEADER + "".join(lines)), LEAST)
        packed = mapped(
            written(Path(folder), gzip.compress((HEADER + "".join(shuffled)).encode()), "b.csv.gz"), LEAST
        )
    assert sorted(e["event_id"] for e in plain.events) == sorted(e["event_id"] for e in packed.events)
    assert len({event["event_id"] for event in plain.events}) == len(users)


def test_an_id_from_the_log_is_taken_and_a_row_without_one_gets_its_digest(tmp_path):
    path = written(tmp_path, "id,user,event,ts\ne1," + ONE + "," + TWO)
    first, second = mapped(path, LEAST + 'event_id = "id"\n').events
    assert first["event_id"] == "e1"
    assert second["event_id"].endswith("-1")


def test_several_events_of_a_row_keep_different_ids_unless_they_name_their_own(tmp_path):
    path = written(tmp_path, "id,user,event,ts\ne1," + ONE)
    two = LEAST + 'event_id = "id"\n[[events]]\n[[events]]\n'
    assert [event["event_id"] for event in mapped(path, two).events] == ["e1:1", "e1:2"]
    own = two + 'fields = { event_id = { template = "{id}-again" } }\n'
    assert [event["event_id"] for event in mapped(path, own).events] == ["e1-again", "e1:1"]
