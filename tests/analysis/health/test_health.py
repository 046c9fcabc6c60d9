"""What landed, what did not and why: told from log lines through a real store."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.health import HealthAnswer, HealthQuery, answer, to_json
from analysis.health.answers import Sender
from analysis.health.compute import at_fault
from experiments.stats.effects import NoEffect, Reason
from ingest import Store, load
from tests.journeys import store_in


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with store_in(tmp_path / "home") as opened:
        yield opened


def line(event_id: str, event: str = "suggestion_shown", at: str = "10:00:00", **more: object) -> str:
    said = {"event_id": event_id, "event": event, "ts": f"2026-04-01T{at}+09:00", "user_id": "ann"}
    return json.dumps({name: value for name, value in {**said, **more}.items() if value is not None})


def landed(store: Store, lines: list[str], name: str = "log.ndjson") -> None:
    path = store.home.parent / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    load(store, path)


def health(store: Store, **asked: object) -> HealthAnswer:
    return answer(store, HealthQuery.model_validate(asked))


def test_every_line_is_accounted_for_and_every_reject_says_where_and_why(store: Store) -> None:
    landed(store, [line("1"), line("2"), line("2"), line("3", ts=None), "{broken", line("4", user_id=None)])

    found = health(store)

    assert (found.lines, found.landed, found.duplicates, found.rejected) == (6, 2, 1, 3)
    assert found.balanced
    assert found.in_quarantine == 3
    places = {(code.code, sample.line) for code in found.codes for sample in code.samples}
    assert places == {("no_ts", 4), ("not_json", 5), ("no_unit", 6)}
    assert all(
        sample.sentence and sample.source.endswith("log.ndjson") for c in found.codes for sample in c.samples
    )


def test_a_code_shows_as_many_samples_as_asked_and_counts_them_all(store: Store) -> None:
    landed(store, ["{broken"] * 7 + [line("1")])

    (code,) = health(store, samples=2).codes

    assert code.lines == 7
    assert [sample.line for sample in code.samples] == [1, 2]
    assert health(store, samples=0).codes[0].samples == ()


def test_codes_come_most_frequent_first(store: Store) -> None:
    landed(store, ["{broken", line("1", ts=None), line("2", ts=None), line("3")])
    assert [code.code for code in health(store).codes] == ["no_ts", "not_json"]


def test_one_id_with_two_contents_is_a_conflict_and_not_a_duplicate(store: Store) -> None:
    landed(store, [line("1"), line("1", event="suggestion_tapped", at="10:00:02")])

    found = health(store)

    assert (found.landed, found.duplicates, found.rejected, found.id_conflicts) == (1, 0, 1, 1)


def test_values_of_the_wrong_type_are_named_by_property(store: Store) -> None:
    wrong = {"display_ms": "soon", "latency_ms": [1], "copy_id": {"a": 1}}
    landed(store, [line("1", properties=wrong), line("2", properties={"display_ms": "later", "copy_id": ""})])

    found = health(store)

    assert found.bad_values == 4
    assert [(bad.property, bad.events) for bad in found.bad_properties] == [
        ("display_ms", 2),
        ("copy_id", 1),
        ("latency_ms", 1),
    ]
    assert found.bad_properties[0].example == "later"  # the smallest, whatever the order of the log


def test_the_app_version_that_sends_the_bad_lines_is_named(store: Store) -> None:
    good = [line(f"g{n}", platform="ios", app_version="3.1") for n in range(8)]
    bad = [line(f"b{n}", platform="ios", app_version="3.2", ts=None) for n in range(2)]
    landed(store, [*good, *bad, "{broken"])

    found = health(store)

    assert isinstance(found.at_fault, Reason)
    # both rejects whose sender is known, and 2 of the 10 lines whose sender is known
    assert dict(found.at_fault.facts) == {
        "sender": "ios 3.2",
        "of_rejects": 1.0,
        "of_lines": 0.2,
        "rejected": 2,
    }


@pytest.mark.parametrize(
    ("senders", "code"),
    [
        ([Sender("ios", "3.1", 10, 0)], "health.no_rejects"),
        ([Sender("ios", "3.1", 10, 0), Sender(None, None, 0, 4)], "health.sender_unknown"),
        ([Sender("ios", "3.1", 90, 9), Sender("android", "3.1", 10, 1)], "health.senders_alike"),
        (
            [Sender("ios", "3.1", 50, 4), Sender("android", "3.1", 50, 3), Sender("web", "1", 0, 3)],
            "health.senders_alike",
        ),
        # the rejects name a platform only, and that platform writes most lines anyway
        (
            [Sender("ios", "3.1", 60, 0), Sender("ios", None, 0, 9), Sender("web", "1", 40, 0)],
            "health.senders_alike",
        ),
    ],
)
def test_nobody_is_blamed_without_grounds(senders: list[Sender], code: str) -> None:
    said = at_fault(senders)
    assert isinstance(said, NoEffect)
    assert said.code == code


def test_a_platform_is_named_where_its_rejects_hide_their_version() -> None:
    said = at_fault([Sender("ios", "3.1", 90, 0), Sender("web", None, 0, 9), Sender(None, None, 0, 50)])
    assert isinstance(said, Reason)
    assert dict(said.facts)["sender"] == "web"


def test_days_are_labelled_in_the_asked_zone_and_move_no_event(store: Store) -> None:
    # 23:30 in Tokyo is the same day at 14:30 UTC; 00:30 in Tokyo is the day before at 15:30 UTC.
    landed(store, [line("1", at="23:30:00"), line("2", at="00:30:00")])

    def days(zone: str) -> list[str]:
        return [day.day.isoformat() for day in health(store, timezone=zone).days]

    assert days("Asia/Tokyo") == ["2026-04-01"]
    assert days("UTC") == ["2026-03-31", "2026-04-01"]


def test_lateness_and_the_correction_of_the_clock_are_measured_where_both_stamps_stand(store: Store) -> None:
    def stamped(event_id: str, sent: str, received: str) -> str:
        stamps = {"sent_at": f"2026-04-01T{sent}+09:00", "received_at": f"2026-04-01T{received}+09:00"}
        return line(event_id, at="10:00:00", **stamps)

    # The phone's clock is 10 minutes slow: it says 10:00:00 and sends at 10:00:30, received at 10:10:30.
    landed(store, [stamped("1", "10:00:30", "10:10:30"), line("2")])

    clocks = health(store).clocks

    assert (clocks.received, clocks.corrected, clocks.over_five_minutes_off) == (1, 1, 1)
    assert clocks.skew_max_s == 600
    assert clocks.late_max_s == 30  # it waited half a minute on the phone; the clock's error is no lateness


def test_merged_people_and_unit_less_events_are_counted(store: Store) -> None:
    signed_in = line("2", anonymous_id="a", at="10:00:05")
    before = line("1", user_id=None, anonymous_id="a")
    stranger = line("3", user_id=None, anonymous_id="b", attempt_id="try", session_id="s")
    landed(store, [before, signed_in, stranger])

    people = health(store).identities

    assert (people.persons, people.anonymous_persons, people.merged_ids) == (2, 1, 1)
    assert (people.events_without_session_id, people.events_without_attempt_id) == (2, 2)


def test_what_the_rules_of_impressions_set_aside_is_counted(store: Store) -> None:
    def shown(event_id: str, impression: str, at: str = "10:00:00") -> str:
        return line(event_id, at=at, properties={"impression_id": impression, "display_ms": 4000})

    def tapped(event_id: str, impression: str, ms: float) -> str:
        said = {"impression_id": impression, "elapsed_ms": ms}
        return line(event_id, "suggestion_tapped", at="10:00:05", properties=said)

    landed(
        store,
        [
            shown("1", "a"), shown("2", "a", "10:00:01"),  # shown twice under one id
            shown("3", "b"), tapped("4", "b", 4251),  # 251 ms after the limit
            shown("5", "c"), tapped("6", "c", 1000),
            tapped("7", "nowhere", 1000),
        ],
    )  # fmt: skip

    said = health(store).impressions

    assert (said.impressions, said.conflicts, said.after_limit) == (3, 1, 1)
    assert (said.without_ending, said.endings_without_impression) == (2, 1)


def test_an_empty_store_has_an_answer_too(store: Store) -> None:
    found = health(store)

    assert (found.lines, found.loads, found.days, found.observed_until) == (0, (), (), None)
    assert found.balanced
    assert isinstance(found.at_fault, NoEffect)


def test_the_json_is_plain_and_the_documented_keys_are_the_keys(store: Store) -> None:
    landed(store, [line("1"), "{broken"])

    said = to_json(health(store))

    json.dumps(said, allow_nan=False)
    documented = (Path(__file__).parents[3] / "docs/json/health.md").read_text(encoding="utf-8")
    assert [key for key in said if f"`{key}`" not in documented] == []


def test_an_unknown_zone_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"`timezone` is 'Mars/Base'; must be an IANA name"):
        HealthQuery(timezone="Mars/Base")
