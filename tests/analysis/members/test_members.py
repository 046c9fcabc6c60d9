"""Lists of units: who reached a step, who dropped before it, who may still come; the three add up."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.funnel import FunnelQuery
from analysis.funnel import answer as funnel_answer
from analysis.members import MembersQuery, answer, to_json
from ingest import load
from ingest.compaction import compact
from tests.journeys import journeys

FUNNEL = {
    "within": "30s",
    "steps": [{"event": "camera_opened"}, {"event": "photo_taken"}, {"event": "result_shown"}],
}
STORY = {
    "ann": [
        "camera_opened 10:00:00 device=old platform=ios app_version=1.2",
        "photo_taken 10:00:05 device=old",
        "result_shown 10:00:09 device=old",
    ],
    "ben": ["camera_opened 11:00:00 device=new", "photo_taken 11:00:05 device=new"],
    "cid": ["camera_opened 12:00:00 device=new"],
    "dan": ["camera_opened 12:59:40 device=old", "photo_taken 12:59:50"],
    "eve": ["app_opened 13:00:00"],
}


def ask(store, step=None, outcome="dropped", funnel=(), **more):
    query = {"funnel": {**FUNNEL, **dict(funnel)}, "step": step, "outcome": outcome, **more}
    return answer(store, MembersQuery.model_validate(query))


def units(found):
    return [one.unit for one in found.members]


@pytest.fixture
def store(tmp_path):
    with journeys(tmp_path, STORY) as opened:
        yield opened


def test_the_three_outcomes_are_told_apart(store):
    # the log ends at 13:00:00: dan's 30 s from 12:59:40 are not over, ben's are
    assert units(ask(store, 3, "reached")) == ["ann"]
    assert units(ask(store, 3, "dropped")) == ["ben"]
    assert units(ask(store, 3, "maturing")) == ["dan"]
    assert units(ask(store, 2, "dropped")) == ["cid"]
    assert units(ask(store, 1, "reached")) == ["dan", "cid", "ben", "ann"]


def test_a_member_says_who_it_was_and_how_far_it_got(store):
    (ann,) = ask(store, 3, "reached").members
    assert (ann.person, ann.reach, ann.platform, ann.device, ann.app_version) == (
        "ann",
        3,
        "ios",
        "old",
        "1.2",
    )
    assert ann.entered == datetime(2026, 4, 6, 10, tzinfo=UTC)
    assert ann.last_step == datetime(2026, 4, 6, 10, 0, 9, tzinfo=UTC)
    (ben,) = ask(store, 3, "dropped").members
    assert (ben.reach, ben.platform, ben.last_step) == (2, None, datetime(2026, 4, 6, 11, 0, 5, tzinfo=UTC))


def test_a_list_is_read_part_by_part(store):
    whole = ask(store, 1, "reached")
    parts = [ask(store, 1, "reached", limit=3, offset=offset) for offset in (0, 3, 6)]
    assert [one for part in parts for one in part.members] == list(whole.members)
    assert [(part.total, part.offset) for part in parts] == [(4, 0), (4, 3), (4, 6)]


def test_a_group_of_the_breakdown_has_lists_of_its_own(store):
    by = {"breakdown": {"by": ["device"], "top": 1}}
    assert units(ask(store, 1, "reached", by, group=["new"])) == ["cid", "ben"]
    assert units(ask(store, 1, "reached", by, group=["$other"])) == ["dan", "ann"]
    assert ask(store, 3, "dropped", by, group=["new"]).outcomes.dropped == 1
    with pytest.raises(ValueError, match=r"`group` is 'old'; must be one of the groups"):
        ask(store, 1, "reached", by, group=["old"])


def test_units_without_a_value_are_a_group(tmp_path):
    story = {"ann": ["camera_opened 10:00:00"], "ben": ["camera_opened 10:00:00 device=new"]}
    with journeys(tmp_path, story) as store:
        by = {"breakdown": {"by": ["device"]}}
        assert units(ask(store, 1, "reached", by, group=[None])) == ["ann"]


@pytest.mark.parametrize("fresh", [0, 3])
def test_fresh_events_change_nothing(tmp_path, fresh):
    with journeys(tmp_path, STORY, fresh=fresh) as store:
        assert [units(ask(store, 3, one)) for one in ("reached", "dropped", "maturing")] == [
            ["ann"],
            ["ben"],
            ["dan"],
        ]
        (ann,) = ask(store, 3, "reached").members
        assert (ann.person, ann.device) == ("ann", "old")


def test_a_unit_that_is_no_person_says_whose_it_was(tmp_path):
    story = {
        "ann": [
            "camera_opened 10:00:00 attempt_id=a1 device=old",
            "camera_opened 11:00:00 attempt_id=a2 device=new",
        ],
        "ben": [
            "camera_opened 10:30:00 attempt_id=b1",
            "photo_taken 10:30:01 attempt_id=b1",
            "app_opened 12:00:00",
        ],
    }
    with journeys(tmp_path, story) as store:
        found = ask(store, 2, "dropped", {"unit": "attempt"})
        assert [(one.unit, one.person, one.device) for one in found.members] == [
            ("a2", "ann", "new"),
            ("a1", "ann", "old"),
        ]
        assert [(one.unit, one.person) for one in ask(store, 2, "reached", {"unit": "attempt"}).members] == [
            ("b1", "ben")
        ]


def test_of_two_devices_at_the_instant_of_the_entry_the_first_by_seq_is_told(tmp_path):
    story = {"ann": ["camera_opened 10:00:00 seq=2 device=late", "camera_opened 10:00:00 seq=1 device=early"]}
    with journeys(tmp_path, story) as store:
        assert [one.device for one in ask(store, 1, "reached").members] == ["early"]


def test_a_person_known_only_by_an_anonymous_id_is_on_the_list(tmp_path):
    with journeys(tmp_path, {"anon:x": ["camera_opened 10:00:00", "app_opened 11:00:00"]}) as store:
        assert units(ask(store, 2, "dropped")) == ["anon:x"]


def test_an_empty_list_is_an_answer(store):
    found = ask(store, 3, "reached", {"where": {"platform": "nowhere"}})
    assert (found.total, found.members, found.outcomes.reached) == (0, (), 0)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"step": 4}, "`step` is 4; must be 1 to 3"),
        ({"step": 1, "outcome": "dropped"}, "`outcome` is 'dropped' at step 1; must be 'reached'"),
        (
            {"group": ["old"]},
            r"`group` is \['old'\]; must have a value for each field of the breakdown \(none\)",
        ),
        ({"limit": 0}, "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_listed_is_refused(asked, said):
    with pytest.raises(ValueError, match=said):
        MembersQuery.model_validate({"funnel": FUNNEL, **asked})


def test_the_answer_as_json_is_plain(store):
    told = to_json(ask(store, 3, "dropped"))
    assert told["outcomes"] == {"reached": 1, "dropped": 1, "maturing": 1}
    (ben,) = told["members"]
    assert ben["entered"] == "2026-04-06T11:00:00+00:00"
    assert ben["platform"] is None


DEVICES = st.sampled_from(["", "device=old", "device=new"])
WORDS = st.tuples(
    st.sampled_from(["camera_opened", "photo_taken", "result_shown"]), st.integers(0, 90), DEVICES
)
LOGS = st.dictionaries(
    st.sampled_from(["ann", "ben", "cid", "dan"]), st.lists(WORDS, min_size=1, max_size=6), min_size=1
)
OPTIONAL = [FUNNEL["steps"][0], {**FUNNEL["steps"][1], "optional": True}, FUNNEL["steps"][2]]
OPTIONS = {
    "ordered": {},
    "strict": {"order": "strict"},
    "unordered": {"order": "unordered"},
    "optional": {"steps": OPTIONAL},
    "by step": {"breakdown": {"by": ["device"], "attribution": "step:2"}},
    "by two": {"breakdown": {"by": ["device", "event"], "top": 1}},
    "rest": {"breakdown": {"by": ["device"], "top": 1}},
}


@settings(max_examples=15)
@given(LOGS, st.sampled_from(sorted(OPTIONS)))
def test_lists_are_as_long_as_the_funnel_says_and_part_those_before(tmp_path_factory, log, option):
    story = {
        who: [f"{name} 10:{second // 60:02}:{second % 60:02} {device}" for name, second, device in events]
        for who, events in log.items()
    }
    with journeys(tmp_path_factory.mktemp("log"), story) as store:
        funnel = {**FUNNEL, **OPTIONS[option]}
        found = funnel_answer(store, FunnelQuery.model_validate(funnel))
        for group, steps in [(None, found.steps), *((one.by, one.steps) for one in found.groups)]:
            parts = [
                {one: ask(store, k, one, funnel, group=group) for one in ("reached", "dropped", "maturing")}
                for k in range(2, len(steps) + 1)
            ]
            entered = ask(store, 1, "reached", funnel, group=group)
            assert entered.total == steps[0].units
            reached = [set(units(entered)), *(set(units(part["reached"])) for part in parts)]
            assert [len(one) for one in reached] == [step.units for step in steps]
            for k, part in enumerate(parts, 2):
                before = 1 if option == "optional" and k == 3 else k - 1
                everyone = [unit for one in part.values() for unit in units(one)]
                assert sorted(everyone) == sorted(reached[before - 1])


def test_an_optional_step_that_was_taken_last_is_where_a_unit_got(tmp_path):
    story = {"ann": ["camera_opened 10:00:00", "photo_taken 10:00:05", "app_opened 11:00:00"]}
    with journeys(tmp_path, story) as store:
        (ann,) = ask(store, 3, "dropped", {"steps": OPTIONAL}).members
        assert (ann.reach, ann.last_step.isoformat()) == (2, "2026-04-06T10:00:05+00:00")


def test_an_arm_of_an_experiment_has_lists_of_its_own(tmp_path):
    story = {
        who: [f"experiment_exposed 09:00:00 experiment=scan variant={arm}", "camera_opened 10:00:00"]
        for who, arm in (("ann", "control"), ("ben", "hover"))
    }
    with journeys(tmp_path, story) as store:
        by = {"variant": {"experiment": "scan"}}
        assert units(ask(store, 1, "reached", by, group=["hover"])) == ["ben"]


def test_chains_are_no_units(store):
    with pytest.raises(ValueError, match="`count` is 'chains'; must be 'units' here"):
        ask(store, 2, "dropped", {"count": "chains"})


def test_a_load_between_the_walk_and_the_telling_makes_it_start_again(store, tmp_path, monkeypatch):
    from analysis.members import compute

    telling, landed = compute.told, []

    def tell(*asked):
        if not landed:
            log = tmp_path / "more.ndjson"
            log.write_text(
                '{"event_id":"z","event":"camera_opened","ts":"2026-04-06T08:00:00Z","user_id":"abe"}\n'
            )
            landed.append(load(store, log))
            compact(store)  # abe comes first now: everybody else has another key
        return telling(*asked)

    monkeypatch.setattr(compute, "told", tell)
    found = ask(store, 1, "reached")
    assert landed
    assert units(found) == ["dan", "cid", "ben", "ann", "abe"]
    assert found.data_version == store.data_version()
