"""Conditions on steps: operators, missing values, shadowed fields, numbers that are none; and the units to count."""

import pytest

from tests.analysis.funnel.funnel_stories import ask, units
from tests.journeys import journeys


@pytest.fixture
def shown(tmp_path):
    """One event each, so that units counts the events that fulfil a condition."""
    with journeys(
        tmp_path,
        {
            "n1": ["shown 10:00:00 zoom=1 note=hello platform=ios score=0.5 cold=true"],
            "n2": ["shown 10:00:00 zoom=2 note='' platform=android score=0.75 cold=false"],
            "n3": ["shown 10:00:00 zoom='\"3\"' note='say hello' platform=android score=1"],
            "n4": ["shown 10:00:00 zoom=wide flag=true platform=web"],
            "n5": ["shown 10:00:00 zoom=null flag=false 'list=[1,2]'"],
            "n6": ["shown 10:00:00 zoom=nan score=wrong"],
            "n7": ["shown 10:00:00"],
        },
    ) as store:
        yield store


@pytest.mark.parametrize(
    ("where", "n"),
    [
        ({}, 7),
        ({"zoom": 2}, 1),
        ({"zoom": {"ge": 2}}, 2),  # 2 and the text "3"; "wide", nan and missing are no numbers
        ({"zoom": {"gt": 2}}, 1),
        ({"zoom": {"le": 2}}, 2),
        ({"zoom": {"lt": 2}}, 1),
        ({"zoom": {"ge": 1, "lt": 3}}, 2),
        ({"zoom": {"ne": 2}}, 2),  # 1 and "3": a missing value is not "anything else"
        ({"zoom": {"in": [1, 3, "wide"]}}, 3),
        ({"zoom": "wide"}, 1),
        ({"zoom": {"is_null": True}}, 2),  # null and left out
        ({"zoom": {"is_null": False}}, 5),
        ({"note": "hello"}, 1),
        ({"note": {"contains": "hello"}}, 2),
        ({"note": {"ne": "hello"}}, 2),  # '' and 'say hello'
        ({"flag": True}, 1),
        ({"flag": False}, 1),
        ({"flag": {"ne": True}}, 1),
        ({"list": {"contains": "1"}}, 1),
        # promoted and top-level fields
        ({"score": {"ge": 0.75}}, 2),
        ({"score": 1}, 1),
        ({"score": "1"}, 1),
        ({"score": {"is_null": True}}, 4),
        ({"cold": True}, 1),
        ({"cold": False}, 1),
        ({"platform": {"in": ["ios", "web"]}}, 2),
        ({"platform": {"ne": "ios"}}, 3),
        ({"platform": "android", "zoom": {"ge": 3}}, 1),
        ({"ts": {"ge": "2026-04-06T10:00:00Z"}}, 7),
        ({"ts": {"gt": "2026-04-06T19:00:00+09:00"}}, 0),
        ({"person": "n1"}, 1),
    ],
    ids=str,
)
def test_operators(shown, where, n):
    assert units(shown, steps=[{"event": "shown", "where": where}]) == [n]
    assert units(shown, steps=[{"event": "shown"}], where=where) == [n]


def test_numbers_that_are_none_count_as_missing_and_are_shown(shown):
    found = ask(shown, steps=[{"event": "shown", "where": {"zoom": {"ge": 2}, "score": {"ge": 0}}}])
    assert dict(found.not_numbers) == {"zoom": 2, "score": 1}  # "wide" and nan; "wrong" landed as missing
    assert ask(shown, steps=[{"event": "shown", "where": {"note": "hello"}}]).not_numbers == ()
    assert dict(ask(shown, steps=[{"event": "other", "where": {"zoom": 1}}]).not_numbers) == {"zoom": 0}


def test_a_condition_that_cannot_be_asked_of_its_field_is_refused(shown):
    for where, sentence in (
        ({"ts": {"ge": "yesterday"}}, "`where.ts` is 'yesterday'; must be a moment"),
        ({"ts": {"ge": "2026-04-06T10:00:00"}}, "must be a moment"),
        ({"ts": 5}, "must be a moment"),
        ({"app_version": {"ge": "5.1"}}, "`where.app_version` has the bound '5.1'; must be a number"),
        ({"score": "high"}, "`where.score` is 'high'; must be a number"),
    ):
        with pytest.raises(ValueError, match=sentence):
            ask(shown, steps=[{"event": "shown", "where": where}])


def test_names_with_strange_letters_are_names_and_no_paths(tmp_path):
    with journeys(
        tmp_path,
        {
            "ann": ["shown 10:00:00 a/b=1 '~c=1' '$d=1' 'e.f=1' 'g\"h=1' \"it's=1\" 種類=本"],
            "bob": ["shown 10:00:00 a=1"],
        },
    ) as store:
        for name in ("a/b", "~c", "$d", "e.f", 'g"h', "it's"):
            assert units(store, steps=[{"event": "shown", "where": {name: 1}}]) == [1], name
        assert units(store, steps=[{"event": "shown", "where": {"種類": "本"}}]) == [1]
        assert units(store, steps=[{"event": "'; DROP TABLE loads; --", "where": {"') --": "'; --"}}]) == [0]


def test_a_top_level_field_hides_a_property_of_its_name(tmp_path):
    with journeys(tmp_path, {"ann": ["shown 10:00:00 platform=ios properties.platform=inner"]}) as store:
        for where, n in (
            ({"platform": "ios"}, 1),
            ({"platform": "inner"}, 0),
            ({"properties.platform": "inner"}, 1),
            ({"properties.platform": "ios"}, 0),
        ):
            assert units(store, steps=[{"event": "shown", "where": where}]) == [n]


def test_every_condition_of_the_funnel_binds_every_step(tmp_path):
    with journeys(
        tmp_path,
        {"ann": ["a 10:00:00 app_version=5", "b 10:00:01 app_version=4", "b 10:00:02 app_version=5"]},
    ) as store:
        both = {"steps": [{"event": "a"}, {"event": "b"}]}
        assert ask(store, **both).steps[1].time.p50_s == 1.0
        assert ask(store, **both, where={"app_version": "5"}).steps[1].time.p50_s == 2.0


def test_units_other_than_persons(tmp_path):
    with journeys(
        tmp_path,
        {
            "ann": [
                "a 10:00:00 session_id=s1 attempt_id=t1 impression_id=i1 item=x",
                "b 10:00:01 session_id=s1 attempt_id=t2 impression_id=i1 item=y",
                "a 10:00:02 session_id=s2 attempt_id=t2 impression_id=i2 item=y",
                "b 10:00:03 session_id=s2 attempt_id=t2 impression_id=i3 item=''",
                "b 10:00:04 session_id=s2",
            ],
            "bob": ["a 10:00:05 item=x", "b 10:00:06 item=x", "elsewhere 10:00:07"],
        },
    ) as store:
        two = {"steps": [{"event": "a"}, {"event": "b"}]}
        assert units(store, **two) == [2, 2]
        assert units(store, **two, unit="session") == [3, 3]  # bob's silence makes him a session
        assert units(store, **two, unit="attempt") == [2, 1]
        assert units(store, **two, unit="impression") == [2, 1]
        assert units(store, **two, unit="property:item") == [2, 1]
        # events of a step without the unit: item '' and none; bob's two without an impression, ann's last
        assert ask(store, **two, unit="property:item").units_without_id == 2
        assert ask(store, **two, unit="impression").units_without_id == 3
        assert ask(store, **two, unit="user").units_without_id == 0


def test_a_cohort_that_nobody_saved_is_refused(tmp_path):
    with (
        journeys(tmp_path, {"ann": ["a 10:00:00"]}) as store,
        pytest.raises(ValueError, match="`cohort` is 'buyers'; must be one on record"),
    ):
        ask(store, cohort="buyers")
