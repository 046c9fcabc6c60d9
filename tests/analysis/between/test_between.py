"""How often something happens between two steps, against plain counting of the lines of the log."""

import json
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import words
from analysis.between import BetweenQuery, answer, to_json
from analysis.between.chart import chart, next_chart
from analysis.between.rows import plain_rows, rows
from analysis.between.sentences import notes, sentence
from experiments.stats import proportions
from experiments.stats.clusters import Clusters, rate
from experiments.stats.samples import Count
from tests.analysis.suggestions import event, landed

NAMES = ("camera", "photo", "listed")
STEPS = [{"event": name} for name in NAMES]
DAY = 86_400


def person(name, camera, photo=None, listed=None, retakes=(), **facts):
    """The steps at these seconds (None: never), and retakes."""
    steps = [
        (step, when) for step, when in zip(NAMES, (camera, photo, listed), strict=True) if when is not None
    ]
    return [
        event(step, name, when, **facts) for step, when in [*steps, *(("retake", when) for when in retakes)]
    ]


def asked(folder, *stories, end=30 * DAY, **keys):
    question = {name: keys.pop(name) for name in ("after", "step", "events") if name in keys}
    funnel = {"within": "100s", "steps": STEPS, **keys}
    folder.mkdir(exist_ok=True)
    store = landed(folder, *stories, [event("seen", "nobody", end)])
    try:
        query = {"funnel": funnel, "events": ["retake"], "step": 2, **question}
        return answer(store, BetweenQuery.model_validate(query))
    finally:
        store.close()


def told(of):
    return {one.times: one.units for one in of.rows if one.units}


def test_retakes_between_the_camera_and_the_photo(tmp_path):
    """Retakes at the camera's or the photo's own instant, before and after them, and telemetry do not count."""
    lines = [
        *person("none", 0, 10, 20, retakes=[-5, 0, 10, 15]),
        *person("two", 0, 10, 20, retakes=[1, 9]),
        *person("also", 0, 10, None, retakes=[5, 5]),
        *person("many", 0, 50, None, retakes=range(1, 15)),
        *[event("frames_summary", "none", 5)],
    ]
    found = asked(tmp_path, lines)
    assert (found.after, found.step, found.next_step) == (1, 2, 3)
    assert told(found.came) == {0: 1, 2: 2, 10: 1}
    assert (found.came.units, found.came.some, found.came.mean) == (4, 3, 4.5)
    by = {one.times: one for one in found.came.rows}
    assert [by[k].next_units for k in (0, 2, 10)] == [1, 1, 0]
    assert by[2].next_rate == proportions.rate(Count(2, 1))
    assert by[1].next_rate.code == "no_units"


def test_who_did_not_come_is_followed_to_the_end_of_the_window(tmp_path):
    """From the camera at 0 for 100 s, its end included."""
    found = asked(tmp_path, person("ann", 0, retakes=[1, 100, 101]), person("ben", 0, retakes=[200]))
    assert told(found.stayed) == {2: 1, 0: 1}
    assert (found.came.units, found.came.mean, found.stayed.mean) == (0, None, 1)
    assert all(one.next_rate is None for one in found.stayed.rows)


def test_entries_that_are_too_young_are_left_out_and_counted(tmp_path):
    found = asked(tmp_path, person("old", 0, 10), person("young", 200, 210, retakes=[205]), end=250)
    assert (told(found.came), found.young) == ({0: 1}, 1)


def test_any_event_several_events_and_other_steps(tmp_path):
    lines = [*person("ann", 0, 10, 20, retakes=[5]), event("zoom", "ann", 6), event("zoom", "ann", 15)]
    assert told(asked(tmp_path / "any", lines, events=[]).came) == {2: 1}
    assert told(asked(tmp_path / "two", lines, events=["retake", "zoom"]).came) == {2: 1}
    last = asked(tmp_path / "last", lines, events=["zoom"], after=1, step=3)
    assert (told(last.came), last.next_step, last.next_name) == ({2: 1}, None, None)
    assert last.came.rows[2].next_rate is None
    assert told(asked(tmp_path / "second", lines, events=["zoom"], step=3).came) == {1: 1}


def test_attempts_of_one_person_are_not_independent(tmp_path):
    lines, n, hits = [], [], []
    for k in range(12):
        goes_on = k % 3 == 0
        n.append(3)
        hits.append(3 * goes_on)
        for attempt in range(3):
            start = 1000 * attempt
            for line in person(
                f"p{k}", start, start + 10, start + 20 if goes_on else None, retakes=[start + 5]
            ):
                line["attempt_id"] = f"{k}-{attempt}"
                lines.append(line)
    found = asked(tmp_path, lines, unit="attempt")
    one = found.came.rows[1]
    assert (one.units, one.next_units) == (36, 12)
    known = rate(Clusters(np.array(n), np.array(hits)))
    assert one.next_rate == known
    blind = proportions.rate(Count(36, 12))
    assert known.interval.high - known.interval.low > 1.6 * (blind.interval.high - blind.interval.low)


def test_nobody_and_what_cannot_be_asked(tmp_path):
    found = asked(tmp_path / "none")
    assert found.cannot_say.code == "between_nobody"
    assert json.dumps(to_json(found), allow_nan=False)
    absent = {
        "steps": [STEPS[0], {"event": "photo", "absent_in": ["a"]}, STEPS[2]],
        "breakdown": {"by": ["device"]},
    }
    optional = [STEPS[0], {"event": "photo", "optional": True}, STEPS[2]]
    for keys, name in (
        ({"step": 4}, "step"), ({"step": 2, "after": 2}, "after"), ({"events": ["frames_summary"]}, "events"),
        ({"funnel": {**absent}, "step": 2}, "step"), ({"funnel": {**absent}, "step": 3}, "after"),
        ({"after": 2, "funnel": {"steps": optional}}, "after"), ({"funnel": {"steps": STEPS[:1]}}, "step"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=f"`{name}`"):
            BetweenQuery.model_validate({"funnel": {"steps": STEPS}, "events": ["retake"], **keys})
    with pytest.raises(ValueError, match="count"):
        asked(tmp_path / "chains", person("ann", 0), count="chains")


@pytest.mark.parametrize("lang", words.LANGS)
def test_pictures_rows_and_sentences_in_both_languages(tmp_path, lang):
    people = [person(f"p{k}", 0, 60, 70 if k % 2 else None, retakes=range(1, k + 1)) for k in range(15)]
    found = asked(tmp_path / "some", *people, person("stayed", 0, retakes=[4]), person("young", 30 * DAY - 5))
    bars = max(chart(found, lang).to_dict()["datasets"].values(), key=len)
    assert sum(one["share"] for one in bars) == pytest.approx(2)
    points = max(next_chart(found, lang).to_dict()["datasets"].values(), key=len)
    assert len(points) == sum(one.units > 0 for one in found.came.rows) == 11
    assert len(rows(found, lang)) == 11
    assert plain_rows(found)["units"].sum() == found.came.units + found.stayed.units == 16
    assert "retake" in sentence(found, lang)
    assert len(notes(found, lang)) == 4
    stayed = asked(tmp_path / "stayed", person("stayed", 0, retakes=[4]), step=3, after=1)
    assert "retake" in sentence(stayed, lang)
    assert len(rows(stayed, lang).columns) == 3
    nobody = asked(tmp_path / "nobody")
    assert sentence(nobody, lang) == words.reason(nobody.cannot_say, lang)
    for one in (stayed, nobody):
        assert chart(one, lang).to_dict()
        assert next_chart(one, lang).to_dict()


_TIMES = st.lists(st.integers(-5, 130), max_size=14)
_PEOPLE = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(1, 50)), st.one_of(st.none(), st.integers(1, 50)), _TIMES),
    min_size=1, max_size=20,
)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(people=_PEOPLE)
def test_it_is_what_counting_the_lines_gives(people):
    """One camera at 0 each, perhaps a photo, perhaps a listing after it, and retakes anywhere."""
    stories = [
        person(f"p{n}", 0, photo, None if photo is None or listed is None else photo + listed, retakes)
        for n, (photo, listed, retakes) in enumerate(people)
    ]
    with tempfile.TemporaryDirectory() as folder:
        found = asked(Path(folder), *stories)
    came, stayed, went_on = Counter(), Counter(), Counter()
    for photo, listed, retakes in people:
        times = min(sum(0 < when < (101 if photo is None else photo) for when in retakes), 10)
        (stayed if photo is None else came)[times] += 1
        went_on[times] += photo is not None and listed is not None
    assert told(found.came) == dict(came)
    assert told(found.stayed) == dict(stayed)
    assert [one.next_units for one in found.came.rows] == [went_on[k] for k in range(11)]
    assert found.came.units + found.stayed.units == len(people)
