"""What a mapping makes of a row's columns: names, constants, templates, value maps, types, nested values."""

import json
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.formats.tabular.rows import SourceError
from tests.ingest.mapped import LEAST, mapped, written

ROW = "user,event,ts,os\nann,opened,2026-04-01T10:00:00Z,android\n"


def test_a_column_becomes_the_field_that_names_it_and_the_others_are_kept_as_properties(tmp_path):
    outcome = mapped(written(tmp_path, ROW), LEAST + 'platform = "os"\n')
    event = outcome.event
    assert event.pop("event_id")
    assert event == {
        "event": "opened", "ts": "2026-04-01T10:00:00.000000Z", "user_id": "ann", "platform": "android", "properties": {},
    }  # fmt: skip
    assert mapped(written(tmp_path, ROW), LEAST).properties == {"os": "android"}


def test_the_other_columns_can_be_dropped(tmp_path):
    assert mapped(written(tmp_path, ROW), 'unmapped = "drop"\n' + LEAST).properties == {}


def test_a_constant_keeps_its_type_as_a_property_and_is_text_as_a_field(tmp_path):
    toml = (
        LEAST
        + "app_version = { constant = 7 }\ndisplay_ms = { constant = 30000 }\nnew = { constant = true }\n"
    )
    outcome = mapped(written(tmp_path, ROW), 'unmapped = "drop"\n' + toml)
    assert outcome.event["app_version"] == "7"
    assert outcome.properties == {"display_ms": 30000, "new": True}


def test_a_template_joins_columns_and_is_missing_when_one_of_them_is(tmp_path):
    rows = "user,event,ts,day,n\nann,opened,2026-04-01T10:00:00Z,mon,1\nbob,opened,2026-04-01T10:00:00Z,,2\n"
    outcome = mapped(written(tmp_path, rows), LEAST + 'session_id = { template = "{user}:{{{day}}}" }\n')
    assert [event.get("session_id") for event in outcome.events] == ["ann:{mon}", None]


@pytest.mark.parametrize("template", ["{user", "user}", "{us{er}}"])
def test_a_template_with_a_stray_brace_is_refused(tmp_path, template):
    with pytest.raises(SourceError, match=r"must name columns in braces|is not a column"):
        mapped(written(tmp_path, ROW), LEAST + f'session_id = {{ template = "{template}" }}\n')


CHOICES = "user,event,ts\nann,timeout,2026-04-01T10:00:00Z\nbob,hello,2026-04-01T10:00:01Z\n"


def choices(otherwise):
    return LEAST.replace(
        '"event"', f'{{ column = "event", values = {{ timeout = "suggestion_expired" }}{otherwise} }}'
    )


def test_a_value_map_renames_what_it_lists_and_keeps_the_rest(tmp_path):
    outcome = mapped(written(tmp_path, CHOICES), choices(""))
    assert [event["event"] for event in outcome.events] == ["suggestion_expired", "hello"]
    assert [event["properties"] for event in outcome.events] == [{"event": "timeout"}, {"event": "hello"}]


def test_a_value_map_can_reject_what_it_does_not_list(tmp_path):
    outcome = mapped(written(tmp_path, CHOICES), choices(', otherwise = "reject"'))
    assert [event["event"] for event in outcome.events] == ["suggestion_expired"]
    (reject,) = outcome.file.rejects
    assert (reject.line, reject.code) == (2, "unmapped_value")
    assert reject.sentence.startswith("`event` is 'hello'; must be one of the mapping's `values`")
    assert json.loads(reject.raw) == {"user": "bob", "event": "hello", "ts": "2026-04-01T10:00:01Z"}


def test_a_value_map_can_leave_a_field_empty(tmp_path):
    toml = LEAST + 'platform = { column = "os", values = { ios = "iOS" }, otherwise = "empty" }\n'
    assert "platform" not in mapped(written(tmp_path, ROW), toml).event


def test_mapped_values_keep_their_type(tmp_path):
    toml = LEAST + 'mobile = { column = "os", values = { android = true, web = false } }\n'
    assert mapped(written(tmp_path, ROW), toml).properties["mobile"] is True


def typed(tmp_path, text, rule):
    rows = f'user,event,ts,x\nann,opened,2026-04-01T10:00:00Z,"{text}"\n'
    return mapped(written(tmp_path, rows), LEAST + rule).properties.get("x", "missing")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.10", 0.1),
        ("-3", -3),
        ("007", 7),
        ("1e3", 1000),
        ("", "missing"),
        ("1,5", "1,5"),
        ("NaN", "NaN"),
        ("1e999", "1e999"),
    ],
)
def test_numbers_are_read_when_asked_for_and_what_is_none_stays_text(tmp_path, text, number):
    assert typed(tmp_path, text, 'x = { column = "x", type = "number" }\n') == number
    assert typed(tmp_path, text, 'x = "x"\n') in (text, "missing")


def test_a_large_number_keeps_every_digit(tmp_path):
    rows = "user,event,ts,x\nann,opened,2026-04-01T10:00:00Z,12345678901234567890\n"
    rule = 'x = { column = "x", type = "number" }\n'
    assert mapped(written(tmp_path, rows), LEAST + rule).properties["x"] == 12345678901234567890


@pytest.mark.parametrize(("text", "flag"), [("TRUE", True), ("0", False), ("yes", True), ("maybe", "maybe")])
def test_booleans_are_read_when_asked_for(tmp_path, text, flag):
    assert typed(tmp_path, text, 'x = { column = "x", type = "boolean" }\n') == flag


@pytest.mark.parametrize(
    ("text", "value"),
    [('{""a"": [1, ""x,Nan""]}', {"a": [1, "x,Nan"]}), ("[NaN]", "[NaN]"), ("{oops", "{oops")],
)
def test_json_in_a_column_is_read_when_asked_for(tmp_path, text, value):
    assert typed(tmp_path, text, 'x = { column = "x", type = "json" }\n') == value


def test_a_property_with_a_typed_column_of_its_own_is_read_as_that_type(tmp_path):
    rows = "user,event,ts,took,cold\nann,ran,2026-04-01T10:00:00Z,31.5,true\n"
    outcome = mapped(written(tmp_path, rows), LEAST + 'latency_ms = "took"\ncold = "cold"\n')
    assert outcome.properties == {"latency_ms": 31.5, "cold": True}


def test_only_the_empty_text_is_missing_unless_the_mapping_says_more(tmp_path):
    rows = "user,event,ts\nNA,opened,2026-04-01T10:00:00Z\n"
    assert mapped(written(tmp_path, rows), LEAST).event["user_id"] == "NA"
    assert mapped(written(tmp_path, rows), '[source]\nnull = ["", "NA"]\n' + LEAST).reject == (1, "no_unit")


def test_members_of_json_text_are_found_by_path(tmp_path):
    rows = 'user,event,ts,device\nann,opened,2026-04-01T10:00:00Z,"{""os"": {""name"": ""iOS""}, ""n"": [7, 8]}"\n'
    outcome = mapped(
        written(tmp_path, rows),
        LEAST + 'platform = "device.os.name"\nsecond = "device.n[1]"\nnone = "device.n[9]"\n',
    )
    assert outcome.event["platform"] == "iOS"
    assert outcome.properties["second"] == 8
    assert "none" not in outcome.properties


def test_a_column_whose_name_has_a_dot_comes_before_a_path(tmp_path):
    rows = 'user,event,ts,a.b,a\nann,opened,2026-04-01T10:00:00Z,flat,"{""b"": ""deep""}"\n'
    assert mapped(written(tmp_path, rows), LEAST + 'platform = "a.b"\n').event["platform"] == "flat"


def nested_parquet(folder):
    """Optimizely's shape: lists of structs with names and values, lists of pairs; and a map, a NaN, a float id."""
    table = pa.table(
        {
            "user": pa.array([7.0, None], pa.float64()),
            "anon": ["x", "y"],
            "event": pa.array(["bought", "bought"]).dictionary_encode(),
            "ts": pa.array([datetime(2026, 4, 1, 10, tzinfo=UTC)] * 2, pa.timestamp("ms", "UTC")),
            "attributes": [[{"name": "browser", "value": "safari"}, {"name": "plan", "value": None}], []],
            "tags": pa.array([[["price", "9.5"]], None], pa.list_(pa.list_(pa.string()))),
            "params": pa.array([[("n", 1)], []], pa.map_(pa.string(), pa.int64())),
            "revenue": pa.array([950, None], pa.int64()),
            "ratio": pa.array([float("nan"), 0.25], pa.float64()),
            "scores": [[0.5, float("nan")], [0.25]],
            "at": pa.array([datetime(2026, 4, 1, 9), None], pa.timestamp("us")),  # noqa: DTZ001
        }
    )
    pq.write_table(table, folder / "events.parquet")
    return folder / "events.parquet"


def test_nested_parquet_types_are_kept_and_reached_into(tmp_path):
    toml = """
    [fields]
    user_id = "user"
    anonymous_id = "anon"
    event = "event"
    ts = "ts"
    browser = "attributes[name=browser].value"
    price = { column = "tags[0=price][1]", type = "number" }
    """
    first, second = mapped(nested_parquet(tmp_path), toml).events
    assert first["user_id"] == "7"
    assert first["properties"] == {
        "browser": "safari",
        "price": 9.5,
        "attributes": [{"name": "browser", "value": "safari"}, {"name": "plan", "value": None}],
        "tags": [["price", "9.5"]],
        "params": {"n": 1},
        "revenue": 950,
        "scores": "[0.5,NaN]",  # JSON has no NaN: kept as text, not dropped
        "at": "2026-04-01T09:00:00.000000",
    }
    assert "user_id" not in second
    assert second["properties"] == {"attributes": [], "params": {}, "ratio": 0.25, "scores": [0.25]}


FOREIGN = [
    {
        "who": {"id": 12},
        "name": "opened",
        "time": 1_775_000_000_123,
        "params": {"copy_id": "v2", "n": {"deep": None}},
    },
    {
        "who": {"id": "bob"},
        "name": "closed",
        "time": 1_775_000_001_000,
        "extra": [1, {"a": None}],
        "gone": None,
    },
]
FOREIGN_TOML = """
[time]
format = "epoch_ms"
[fields]
user_id = "who.id"
event = "name"
ts = "time"
properties = "params"
variant = { constant = "b" }
"""


def test_foreign_ndjson_is_mapped_by_path_and_its_properties_are_spread(tmp_path):
    path = written(tmp_path, "\n".join(map(json.dumps, FOREIGN)), "log.ndjson")
    first, second = mapped(path, FOREIGN_TOML).events
    assert (first["user_id"], first["event"], first["ts"]) == ("12", "opened", "2026-03-31T23:33:20.123000Z")
    assert first["properties"] == {"copy_id": "v2", "n": {"deep": None}, "variant": "b", "who": {"id": 12}}
    assert second["properties"] == {"variant": "b", "who": {"id": "bob"}, "extra": [1, {"a": None}]}


def test_what_cannot_be_spread_or_be_an_id_is_rejected(tmp_path):
    path = written(
        tmp_path,
        '{"who":{"id":["a"]},"name":"x","time":1775000000123}\n{"who":{"id":"a"},"name":"x","time":1775000000123,"params":[1]}\n',
        "log.jsonl",
    )
    assert mapped(path, FOREIGN_TOML).rejected == [(1, "id_type"), (2, "properties_type")]
