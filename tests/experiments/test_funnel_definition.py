"""The definition of a funnel: the file people keep in git, the link, and what is refused in which words."""

import json
import tomllib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from experiments.durations import LONGEST_US, SHORTEST_US, microseconds
from experiments.funnel import Funnel

SELL_CHECK = """
name = "Sell-check"
order = "ordered"
within = "30s"
unit = "attempt"
from = 2026-04-01T00:00:00+09:00
where = { app_version = "5.1" }
[[steps]]
event = "camera_opened"
where = { platform = "android", zoom = { ge = 2 }, sent_at = { lt = 2026-05-01T00:00:00Z } }
[[steps]]
event = ["result_shown", "result_cached"]
[breakdown]
by = ["device"]
attribution = "first_touch"
top = 10
"""


def test_a_funnel_is_read_from_its_file():
    funnel = Funnel.model_validate(tomllib.loads(SELL_CHECK))
    assert funnel.within_us == 30_000_000
    assert funnel.from_ == datetime(2026, 3, 31, 15, tzinfo=UTC)
    assert [step.label for step in funnel.steps] == ["camera_opened", "result_shown | result_cached"]
    assert funnel.steps[0].where["zoom"].ge == 2
    assert funnel.steps[0].where["sent_at"].lt == "2026-05-01T00:00:00+00:00"
    assert funnel.breakdown is not None


def test_what_is_left_out_has_a_default_that_shows():
    funnel = Funnel.model_validate({"steps": [{"event": "a"}]})
    assert (funnel.order, funnel.within, funnel.unit, funnel.timezone) == (
        "ordered",
        "7d",
        "user",
        "Asia/Tokyo",
    )
    assert funnel.breakdown is None


def test_the_link_holds_the_same_shape_as_the_file():
    funnel = Funnel.model_validate(tomllib.loads(SELL_CHECK))
    link = json.loads(json.dumps(funnel.model_dump(mode="json")))
    assert Funnel.model_validate(link) == funnel
    assert link["from"] == "2026-04-01T00:00:00+09:00"
    assert link["steps"][0]["where"]["platform"] == "android"
    assert link["steps"][0]["where"]["zoom"] == {"ge": 2}


def test_a_step_matches_one_name_a_list_or_any_event():
    def events(event):
        return Funnel.model_validate({"steps": [{"event": event}]}).steps[0].events

    assert events("a") == ("a",)
    assert events(["a", "b", "a"]) == ("a", "b")
    assert events(["a"]) == ("a",)
    assert events("*") is None


def test_a_definition_cannot_be_changed():
    funnel = Funnel.model_validate({"steps": [{"event": "a"}]})
    with pytest.raises(ValidationError, match="frozen"):
        funnel.within = "1d"


A = {"event": "a"}
REFUSED = [
    ({}, "Field required"),
    ({"steps": []}, "at least 1 item"),
    ({"steps": [A] * 41}, "at most 40 items"),
    (
        {"steps": [A], "witin": "1d"},
        "`witin` is not a key of a funnel; must be one of name, order, within, unit, from",
    ),
    ({"steps": [{**A, "wher": {}}]}, "`wher` is not a key of a step; must be one of event, where, name"),
    ({"steps": [{"event": ""}]}, "`event` is ''; must be a name, a list of names"),
    ({"steps": [{"event": []}]}, "`event` is \\[\\]; must be a name"),
    ({"steps": [{"event": ["a", "*"]}]}, 'must be names, or "\\*" alone'),
    ({"steps": [{**A, "where": {"z": {"gee": 1}}}]}, "`gee` is not a key of a condition"),
    ({"steps": [{**A, "where": {"z": {}}}]}, "condition without operator"),
    ({"steps": [{**A, "where": {"z": [1, 2]}}]}, "write { in = \\[...\\] } for several"),
    ({"steps": [{**A, "where": {"z": None}}]}, "{ is_null = true } for none"),
    ({"steps": [{**A, "where": {"z": {"ge": True}}}]}, "bound True; must be a number"),
    ({"steps": [{**A, "where": {"z": float("nan")}}]}, "must be text, a finite number"),
    (
        {"steps": [A], "within": "3 weeks"},
        "`within` is '3 weeks'; must be a number and one of ms, s, m, h, d",
    ),
    ({"steps": [A], "within": "0.1ms"}, "must be whole microseconds"),
    ({"steps": [A], "within": "36526d"}, "a century"),
    ({"steps": [A], "unit": "dog"}, "`unit` is 'dog'; must be one of user, session, attempt, impression"),
    ({"steps": [A], "unit": "property:"}, "`unit` is 'property:'"),
    ({"steps": [A], "timezone": "Mars"}, "must be an IANA zone"),
    ({"steps": [A], "from": datetime(2026, 1, 1)}, "has no offset"),  # noqa: DTZ001
    ({"steps": [A], "from": "2026-02-01T00:00Z", "to": "2026-02-01T00:00Z"}, "must be before `to`"),
    ({"steps": [A], "breakdown": {"by": []}}, "at least 1 item"),
    ({"steps": [A], "breakdown": {"by": ["a", "b"]}}, "must be one field"),
    ({"steps": [A], "breakdown": {"by": ["a"], "top": 0}}, "greater than or equal to 1"),
    # what Kazasu has not learnt yet
    ({"steps": [A], "order": "strict"}, "`order` is 'strict'; must be 'ordered'"),
    ({"steps": [A], "order": "unordered"}, "`order` is 'unordered'"),
    (
        {"steps": [A], "breakdown": {"by": ["a"], "attribution": "step:2"}},
        "must be 'first_touch' or 'last_touch'",
    ),
    (
        {"steps": [A], "breakdown": {"by": ["a"], "attribution": "all_events"}},
        "must be 'first_touch' or 'last_touch'",
    ),
    *[
        (
            {"steps": [A], key: "anything"},
            f"`{key}` is 'anything'; must be left out; Kazasu has no `{key}` yet",
        )
        for key in (
            "on_exclusion",
            "exclusions",
            "strictly_increasing",
            "hold",
            "count",
            "reentry",
            "cohort",
            "variant",
        )
    ],
    *[
        ({"steps": [{**A, key: 1}]}, f"`{key}` is 1; must be left out; Kazasu has no `{key}` yet")
        for key in ("optional", "within", "at_least", "occurrence", "milestone", "absent_in")
    ],
]


@pytest.mark.parametrize(("given_", "sentence"), REFUSED, ids=[sentence for _, sentence in REFUSED])
def test_everything_else_is_refused_with_a_sentence(given_, sentence):
    with pytest.raises(ValidationError, match=sentence):
        Funnel.model_validate(given_)


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("1ms", 1_000),
        ("30s", 30_000_000),
        ("1.5s", 1_500_000),
        ("5m", 300_000_000),
        ("2h", 7_200_000_000),
        ("7d", 604_800_000_000),
        ("36525d", 3_155_760_000_000_000),
    ],
)
def test_durations(text, us):
    assert microseconds(text) == us


@given(st.integers(SHORTEST_US // 1000, LONGEST_US // 1000))
def test_every_millisecond_from_the_first_to_a_century_is_a_window(ms):
    assert microseconds(f"{ms}ms") == ms * 1000


@pytest.mark.parametrize(
    "text", ["", "s", "30", "30 sec", "-1s", "1e3s", "٣s", "1d2h", " 1s", "0s", "1.0000001s"]
)
def test_what_is_no_duration_is_refused_by_its_name(text):
    with pytest.raises(ValueError, match="`at_least` is"):
        microseconds(text, "at_least")
