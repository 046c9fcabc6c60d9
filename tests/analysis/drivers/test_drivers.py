"""What goes with conversion: by hand, against a slow reading of the stories, and with nothing to be found."""

import json
import random
from pathlib import Path

import pytest
from pydantic import ValidationError

from analysis.drivers import DriversQuery, answer, query, to_json
from experiments.stats.samples import Count
from ingest import Store
from tests.faults.planting import Fault, is_caught, load
from tests.journeys import journeys
from tests.test_docs import documented, page

FUNNEL = {"within": "60s", "steps": [{"event": "a"}, {"event": "b"}]}
END = {"zoe": ["z 23:00:00"]}


def ask(store, **asked):
    base = {"funnel": FUNNEL, "fields": ["device"], "least_units": 1, "false_discovery": 0.999999}
    return answer(store, DriversQuery.model_validate({**base, **asked}))


def person(n, *, device="p", tip=None, landed=None):
    """Somebody who enters at 10:00:00; `tip` and `landed` are seconds of that minute, "-30" half a minute before it."""
    at = "" if tip is None else f"09:59:{tip[1:]}" if tip[0] == "-" else f"10:00:{tip}"
    tips = [f"tip {at} device={device}"] if tip else []
    lands = [f"b 10:00:{landed} device={device}"] if landed else []
    return {f"{device}{n}-{tip}-{landed}": [*tips, f"a 10:00:00 device={device}", *lands]}


def crowd(times, **what):
    return {key: story for n in range(times) for key, story in person(n, **what).items()}


def test_what_was_done_before_the_entry(tmp_path):
    stories = crowd(8, tip="-30", landed="20") | crowd(2, tip="-30") | crowd(3, landed="20") | crowd(7) | END
    with journeys(tmp_path, stories) as store:
        found = ask(store, fields=[])
    (one,) = found.drivers
    assert (one.kind, one.field, one.present, one.absent) == ("event", "tip", Count(10, 8), Count(10, 3))
    assert one.odds.value == pytest.approx(8.5 * 7.5 / (2.5 * 3.5))
    assert (found.units, found.converted, found.tests) == (20, 11, 1)
    assert found.caution.code == "drivers_not_causes"


def test_a_landmark_leaves_out_who_had_converted_and_what_came_later(tmp_path):
    stories = (
        crowd(8, tip="05", landed="20") | crowd(2, tip="05") | crowd(3, tip="15", landed="20") | crowd(7)
    )
    stories |= crowd(4, tip="02", landed="10") | END
    with journeys(tmp_path, stories) as store:
        (one,) = ask(store, fields=[], landmark="10s").drivers
    assert (one.field, one.present, one.absent) == ("tip", Count(10, 8), Count(10, 3))


def test_values_are_compared_with_other_values(tmp_path):
    stories = crowd(9, device="p", landed="20") | crowd(1, device="p") | crowd(4, device="q", landed="20")
    stories |= crowd(6, device="q") | {"none": ["a 10:00:00"]} | END
    with journeys(tmp_path, stories) as store:
        found = ask(store)
    assert [(one.kind, one.value, one.present, one.absent) for one in found.drivers] == [
        ("property", "p", Count(10, 9), Count(10, 4)), ("property", "q", Count(10, 4), Count(10, 9))
    ]  # fmt: skip
    assert found.units == 21
    told = to_json(found)
    json.dumps(told, allow_nan=False)
    assert {*told, *told["drivers"][0]} <= documented(page("drivers"))


def test_who_may_still_convert_is_not_compared(tmp_path):
    with journeys(tmp_path, crowd(5, landed="20") | crowd(5, device="q")) as store:
        assert (ask(store).units, ask(store).converted) == (5, 5)


def test_nothing_to_compare_cannot_say(tmp_path):
    with journeys(tmp_path, crowd(5, landed="20") | END) as store:
        assert ask(store).cannot_say.code == "drivers_nothing_to_compare"
    with Store.open(tmp_path / "empty") as store:
        assert ask(store).cannot_say.code == "drivers_nothing_to_compare"
        assert ask(store, landmark="1s").units == 0


def test_a_question_that_cannot_be_asked_is_refused():
    for wrong in ({"step": 3}, {"step": 1}, {"landmark": "60s"}, {"landmark": "soon"}, {"least_units": 0}):
        with pytest.raises(ValidationError):
            DriversQuery.model_validate({"funnel": FUNNEL, **wrong})


def random_people(seed, people, effect):
    rng = random.Random(seed)
    stories = dict(END)
    for n in range(people):
        did = [name for name in "uvwx" if rng.random() < 0.4]
        lands = rng.random() < (0.7 if effect and "u" in did else 0.35)
        device = rng.choice("pq")
        stories[f"p{n}"] = [
            *(f"{name} 09:59:{rng.randint(10, 59)} device={device}" for name in did),
            *(
                f"{name} 10:00:{rng.randint(1, 50):02} device={device}"
                for name in "rrs"
                if rng.random() < 0.5
            ),
            f"a 10:00:00 device={device}",
            *([f"b 10:00:{rng.randint(1, 59):02} device={device}"] if lands else []),
        ]
    return stories


def second(told):
    return 60 * int(told.split()[1][3:5]) + int(told.split()[1][6:8]) - (3600 if " 09:" in told else 0)


def slow_tables(stories, landmark):
    """Event -> (units, converted, others, converted), straight from the stories."""
    rows = [story for story in stories.values() if any(one.startswith("a ") for one in story)]
    fates = {}
    for place, story in enumerate(rows):
        (landed,) = [second(one) for one in story if one.startswith("b ")] or [None]
        if landmark is None or landed is None or landed > landmark:
            low, high = (-60, -1) if landmark is None else (1, landmark)
            fates[place] = (
                landed is not None,
                {one[0] for one in story if low <= second(one) <= high and one[0] not in "ab"},
            )
    events = {name for _, did in fates.values() for name in did}
    return {
        name: tuple(
            number
            for has in (True, False)
            for number in (sum((name in did) == has for _, did in fates.values()),
                           sum(hit for hit, did in fates.values() if (name in did) == has))
        )
        for name in events
    }  # fmt: skip


def check(store, stories, module):
    from analysis.steps import walk_funnel
    from experiments.funnel import Funnel

    funnel = Funnel.model_validate(FUNNEL)
    walked = walk_funnel(store, funnel)
    for landmark in (None, 20):
        us = None if landmark is None else landmark * 1_000_000
        units = module.compared(walked, 2, us)
        tables, _ = module.event_tables(store, funnel, walked, units, us, 50)
        found = {one.field: (one.present.n, one.present.hits, one.absent.n, one.absent.hits)
                 for one in tables if one.field not in "ab"}  # fmt: skip
        assert found == slow_tables(stories, landmark)
        largest = module.event_tables(store, funnel, walked, units, us, 1)[0]
        assert [one.present.n for one in largest] == [max(one.present.n for one in tables)]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    stories = random_people(3, 300, effect=True)
    with journeys(tmp_path_factory.mktemp("drivers"), stories) as store:
        yield store, stories


def test_the_counts_are_those_of_the_slow_reading_and_the_planted_event_is_first(world):
    check(*world, query)
    first, *others = ask(world[0], false_discovery=0.05).drivers
    assert (first.kind, first.field) == ("event", "u")
    assert first.odds.interval.low > 1
    assert others == []


def test_where_nothing_goes_with_conversion_nothing_is_named(tmp_path):
    with journeys(tmp_path, random_people(4, 300, effect=False)) as store:
        assert ask(store, false_discovery=0.05).drivers == ()


FAULTS = (
    Fault("compared", "reached | ~walked.maturing(step)", "reached"),
    Fault("compared", "~reached | (walked", "(walked"),
    Fault("compared", "> walked.times[:, 0] + landmark_us", ">= walked.times[:, 0] + landmark_us"),
    Fault("event_tables", "entry + landmark_us + 1", "entry + landmark_us"),
    Fault("event_tables", "entry - funnel.within_us - 1, entry)", "entry - 1_000_000, entry)"),
    Fault("event_tables", "did = np.unique(", "did = (lambda every, axis: every)("),
    Fault("event_tables", "units.converted[did[1]]", "~units.converted[did[1]]"),
    Fault("event_tables", "(-n[code]", "(n[code]"),
    Fault("_tables", "total - present.n", "total"),
    Fault("_tables", "total_hits - present.hits", "total_hits - 1"),
)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_fault_is_caught(fault, world, tmp_path):
    assert is_caught(Path(query.__file__), fault, lambda m: check(*world, m), tmp_path)


def test_the_untouched_counts_pass(world, tmp_path):
    check(*world, load(Path(query.__file__), tmp_path))
