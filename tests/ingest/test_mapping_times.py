"""How times are read: formats, zones, epochs, days, and one row whose events lie at different times."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.formats.tabular.rows import SourceError
from tests.ingest.mapped import mapped, written

FIELDS = '[fields]\nuser_id = { constant = "ann" }\nevent = { constant = "opened" }\nts = "ts"\n'


def read(tmp_path, text, time):
    return mapped(written(tmp_path, f'ts\n"{text}"\n'), f"[time]\n{time}\n{FIELDS}")


@pytest.mark.parametrize(
    ("text", "time", "utc"),
    [
        ("2026-04-01T10:00:00Z", "", "2026-04-01T10:00:00.000000Z"),
        ("2026-04-01 10:00:00.5+09:00", "", "2026-04-01T01:00:00.500000Z"),
        ("2026-04-01 10:00:00", 'zone = "Asia/Tokyo"', "2026-04-01T01:00:00.000000Z"),
        ("2026-04-01T10:00Z", 'zone = "Asia/Tokyo"', "2026-04-01T10:00:00.000000Z"),
        ("2026-04-01", 'zone = "UTC"', "2026-04-01T00:00:00.000000Z"),
        (
            "01/04/2026 10:00",
            'format = "%d/%m/%Y %H:%M"\nzone = "Europe/Rome"',
            "2026-04-01T08:00:00.000000Z",
        ),
        (
            "2026年4月1日 19時05分",
            'format = "%Y年%m月%d日 %H時%M分"\nzone = "Asia/Tokyo"',
            "2026-04-01T10:05:00.000000Z",
        ),
        ("10/Oct/2025:13:55:36 -0700", 'format = "%d/%b/%Y:%H:%M:%S %z"', "2025-10-10T20:55:36.000000Z"),
        ("1775037600", 'format = "epoch_s"', "2026-04-01T10:00:00.000000Z"),
        ("1775037600.123456", 'format = "epoch_s"', "2026-04-01T10:00:00.123456Z"),
        ("1775037600.123456999", 'format = "epoch_s"', "2026-04-01T10:00:00.123456Z"),
        ("1775037600123", 'format = "epoch_ms"', "2026-04-01T10:00:00.123000Z"),
        ("1775037600123456", 'format = "epoch_us"', "2026-04-01T10:00:00.123456Z"),
        ("1.4.2026", 'format = ["%Y-%m-%d", "%d.%m.%Y"]\nzone = "UTC"', "2026-04-01T00:00:00.000000Z"),
    ],
)
def test_a_time_is_read_by_the_format_and_zone_that_the_mapping_names(tmp_path, text, time, utc):
    assert read(tmp_path, text, time).event["ts"] == utc


@pytest.mark.parametrize(
    ("text", "time", "code"),
    [
        ("", "", "no_ts"),
        ("2026-04-01 10:00:00", "", "ts_without_zone"),
        ("soon", "", "bad_ts"),
        ("2026-02-30", 'zone = "UTC"', "bad_ts"),
        ("2026-04-01 25:00:00", 'zone = "UTC"', "bad_ts"),
        ("1850-01-01", 'zone = "UTC"', "bad_ts"),
        ("31/31/2026", 'format = "%d/%m/%Y"\nzone = "UTC"', "bad_ts"),
        ("1775037600", 'zone = "UTC"', "bad_ts"),
        ("12:00", 'format = "epoch_s"', "bad_ts"),
        ("99999999999999999", 'format = "epoch_s"', "bad_ts"),
    ],
)
def test_a_time_that_cannot_be_read_rejects_its_row_with_what_stood_there(tmp_path, text, time, code):
    outcome = read(tmp_path, text, time)
    assert outcome.reject == (1, code)
    assert text in outcome.file.rejects[0].sentence


def test_local_times_follow_the_zone_through_summer_time(tmp_path):
    """Beside the zone's own table; the doubled hour counts as the second one, the skipped one as the hour after."""
    rome = ZoneInfo("Europe/Rome")
    outcome = mapped(
        written(tmp_path, "ts\n2026-01-01 12:00\n2026-07-01 12:00\n2026-10-25 02:30\n2026-03-29 02:30\n"),
        f'[time]\nzone = "Europe/Rome"\n{FIELDS}',
    )
    expected = [
        datetime(2026, 1, 1, 12, tzinfo=rome),
        datetime(2026, 7, 1, 12, tzinfo=rome),
        datetime(2026, 10, 25, 2, 30, tzinfo=rome, fold=1),
        datetime(2026, 3, 29, 3, 30, tzinfo=rome),
    ]
    assert [event["ts"] for event in outcome.events] == [
        f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}" for moment in expected
    ]


def parquet(folder, **columns):
    pq.write_table(pa.table(columns), folder / "log.parquet")
    return folder / "log.parquet"


def test_parquet_times_without_offset_need_a_zone(tmp_path):
    path = parquet(tmp_path, ts=pa.array([datetime(2026, 4, 1, 10)], pa.timestamp("ns")))  # noqa: DTZ001
    with pytest.raises(SourceError, match="must have a zone"):
        mapped(path, FIELDS)
    assert mapped(path, f'[time]\nzone = "Asia/Tokyo"\n{FIELDS}').event["ts"] == "2026-04-01T01:00:00.000000Z"
    days = parquet(tmp_path, ts=pa.array([date(2026, 4, 1)]))
    assert mapped(days, f'[time]\nzone = "UTC"\n{FIELDS}').event["ts"] == "2026-04-01T00:00:00.000000Z"


def test_numbers_need_to_say_what_they_count(tmp_path):
    path = parquet(tmp_path, ts=pa.array([1_775_037_600_123]))
    with pytest.raises(SourceError, match="must say what they count"):
        mapped(path, FIELDS)
    assert mapped(path, f'[time]\nformat = "epoch_ms"\n{FIELDS}').event["ts"] == "2026-04-01T10:00:00.123000Z"


def test_each_time_field_can_be_written_its_own_way(tmp_path):
    rows = "ts,sent,got\n2026-04-01T10:00:00Z,1775037601,whenever\n"
    toml = FIELDS + 'sent_at = { column = "sent", format = "epoch_s" }\nreceived_at = "got"\n'
    event = mapped(written(tmp_path, rows), toml).event
    assert event["sent_at"] == "2026-04-01T10:00:01.000000Z"
    assert event["received_at"] == "whenever"  # not required: landing counts it as a bad value


PROMPT = """
[fields]
user_id = "who"
ts = "ended"
impression_id = { template = "{row_id}" }
[[events]]
event = "suggestion_shown"
SHIFT
[[events]]
[events.fields]
event = { column = "choice", values = { yes = "suggestion_tapped", timeout = "suggestion_expired" } }
"""


def test_one_row_becomes_several_events_and_a_shift_moves_one_of_them(tmp_path):
    path = written(tmp_path, "who,ended,choice\nann,2026-04-01T10:00:30Z,timeout\n")
    shown, expired = mapped(path, PROMPT.replace("SHIFT", 'shift = "-30s"')).events
    assert (shown["event"], shown["ts"]) == ("suggestion_shown", "2026-04-01T10:00:00.000000Z")
    assert (expired["event"], expired["ts"]) == ("suggestion_expired", "2026-04-01T10:00:30.000000Z")
    assert shown["properties"]["impression_id"] == expired["properties"]["impression_id"]
    assert shown["event_id"].endswith(":1")
    assert expired["event_id"] == shown["event_id"][:-1] + "2"


@pytest.mark.parametrize(
    ("unit", "moved"), [("ms", timedelta(milliseconds=2500)), ("s", timedelta(seconds=2500))]
)
def test_a_column_can_hold_the_length_of_the_shift(tmp_path, unit, moved):
    path = written(tmp_path, "who,ended,choice,took\nann,2026-04-01T10:00:30Z,yes,2500\n")
    shift = f'shift = {{ column = "took", unit = "{unit}", back = true }}'
    shown, tapped = mapped(path, PROMPT.replace("SHIFT", shift)).events
    assert datetime.fromisoformat(tapped["ts"]) - datetime.fromisoformat(shown["ts"]) == moved


def test_a_row_with_a_length_that_is_none_is_rejected_whole(tmp_path):
    path = written(tmp_path, "who,ended,choice,took\nann,2026-04-01T10:00:30Z,yes,long\n")
    outcome = mapped(path, PROMPT.replace("SHIFT", 'shift = { column = "took" }'))
    assert outcome.events == []
    assert outcome.reject == (1, "bad_shift")


WHEN = """
[fields]
user_id = "who"
ts = "ts"
[[events]]
event = "seen"
when = { n = { ge = 2 }, kind = ["a", "b"] }
[[events]]
event = "odd"
when = { kind = { not_in = ["a", "b"] } }
[[events]]
event = "bare"
when = { kind = { is_null = true } }
"""


def test_events_are_made_only_where_their_conditions_hold_and_rows_without_any_are_counted(tmp_path):
    rows = [("a", 2), ("b", 1), ("c", 5), ("", 2), ("a", 10)]
    text = "".join(f"w,2026-04-01T10:00:00Z,{kind},{n}\n" for kind, n in rows)
    outcome = mapped(written(tmp_path, "who,ts,kind,n\n" + text), WHEN)
    made = list(zip(outcome.lines, [event["event"] for event in outcome.events], strict=True))
    assert made == [(1, "seen"), (3, "odd"), (4, "bare"), (5, "seen")]
    assert (outcome.file.rows, outcome.file.events, outcome.file.skipped) == (5, 4, 1)


def test_what_is_wrong_with_an_event_that_is_not_made_does_not_matter(tmp_path):
    toml = WHEN + '[[events]]\nevent = "late"\nwhen = { kind = "late" }\nfields = { ts = "other" }\n'
    rows = "who,ts,kind,n,other\nw,2026-04-01T10:00:00Z,a,2,\nw,2026-04-01T10:00:00Z,late,2,\n"
    outcome = mapped(written(tmp_path, rows), toml)
    assert [event["event"] for event in outcome.events] == ["seen"]
    assert outcome.reject == (2, "no_ts")
    assert (outcome.file.rows, outcome.file.skipped) == (2, 0)
