"""Step times in fixed bins, beside the share of everybody that had come by then."""

import json
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis import words
from analysis.funnel import FunnelQuery
from analysis.funnel import answer as funnel_answer
from analysis.timing import TimingQuery, answer, to_json
from analysis.timing.bins import LADDER, MOST_BINS, Bins, bins_of, longest
from analysis.timing.chart import chart, curve_chart, periods_chart
from analysis.timing.rows import plain_rows, rows
from analysis.timing.sentences import notes, sentence
from analysis.trend import TrendQuery
from analysis.trend import answer as trend_answer
from experiments.durations import LONGEST_US, SHORTEST_US
from experiments.funnel import Funnel
from tests.analysis.suggestions import at, event, landed

NAMES = ("opened", "took", "listed")
STEPS = [{"event": name} for name in NAMES]
HOUR, DAY = 3600, 86_400


def person(name, begin, *waits, **facts):
    """Opens at `begin`, takes and lists so many seconds after it."""
    times = (begin, *(begin + wait for wait in waits))
    return [event(step, name, when, **facts) for step, when in zip(NAMES, times, strict=False)]


def asked(folder, *stories, end=30 * DAY, **keys):
    question = {name: keys.pop(name) for name in ("after", "step", "bin", "by") if name in keys}
    funnel = {"within": "1d", "steps": STEPS, "timezone": "UTC", **keys}
    folder.mkdir(exist_ok=True)
    store = landed(folder, *stories, [event("seen", "nobody", end)])
    try:
        return answer(store, TimingQuery.model_validate({"funnel": funnel, **question}))
    finally:
        store.close()


def filled(part):
    return {one.from_s: one.units for one in part.bins if one.units}


def test_times_of_those_who_came_and_the_number_of_those_who_did_not(tmp_path):
    """Five took; four listed 5, 15, 15 and 40 s later. One opened alone, one young one may still list."""
    people = [person(f"p{k}", 0, 10, 10 + wait) for k, wait in enumerate((5, 15, 15, 40))]
    found = asked(
        tmp_path,
        *people,
        person("lost", 0, 10),
        person("only", 0),
        person("young", 29.5 * DAY, 10),
        bin="10s",
    )
    everybody = found.everybody
    assert (found.after, found.step, found.bin_s) == (2, 3, 10)
    assert (everybody.started, everybody.reached, everybody.lost, everybody.maturing) == (6, 4, 1, 1)
    assert filled(everybody) == {0: 1, 10: 2, 40: 1}
    assert everybody.time.mean_s == 18.75
    assert (everybody.time.p25_s, everybody.time.p50_s, everybody.time.p75_s) == (12.5, 15, 21.25)
    assert everybody.time.p90_s == pytest.approx(32.5)


def test_the_curve_counts_everybody_and_the_times_only_who_came(tmp_path):
    """Half of ten list after 12 h; six young ones were seen for 6 h. Of those who came all took 12 h."""
    old = [person(f"old{k}", 0, 60, 12 * HOUR) if k < 5 else person(f"old{k}", 0, 60) for k in range(10)]
    young = [person(f"new{k}", 2 * DAY, 60) for k in range(6)]
    found = asked(tmp_path, *old, *young, end=2 * DAY + 6 * HOUR, after=1)
    assert found.everybody.time.p50_s == found.everybody.time.p90_s == 12 * HOUR
    assert [(p.wait_s, p.share) for p in found.curve] == [(12 * HOUR, 0.5)]
    assert found.at_window.value == 0.5
    assert found.everybody.reached / found.everybody.started == 5 / 16
    assert found.everybody.maturing == 6
    (tmp_path / "trend").mkdir()
    store = landed(tmp_path / "trend", *old, *young, [event("seen", "nobody", 2 * DAY + 6 * HOUR)])
    query = {"funnel": {"within": "1d", "steps": STEPS, "timezone": "UTC"}}
    overall = trend_answer(store, TrendQuery.model_validate(query)).overall
    store.close()
    assert found.at_window == overall.corrected


def test_days_of_entry_and_groups_add_up_to_all(tmp_path):
    people = [
        person(f"p{k}", (k % 3) * DAY, 10, 20 + k, device="ab"[k % 2] if k else None) for k in range(12)
    ]
    found = asked(tmp_path, *people, breakdown={"by": ["device"]})
    assert [one.start for one in found.periods] == [at(k * DAY - 12 * HOUR) for k in range(3)]
    assert [one.part.reached for one in found.periods] == [4, 4, 4]
    assert [(one.by, one.part.reached) for one in found.groups] == [(("b",), 6), (("a",), 5), ((None,), 1)]
    assert found.groups[2].part.time.p50_s == 10
    assert np.sum([[b.units for b in one.part.bins] for one in found.groups], axis=0).tolist() == [
        one.units for one in found.everybody.bins
    ]


def test_bins_are_the_same_whatever_was_logged(tmp_path):
    few = asked(tmp_path / "few", person("ann", 0, 1, 2))
    many = asked(tmp_path / "many", *[person(f"p{k}", 0, 60 * k, 1200 * k) for k in range(1, 60)])
    assert [one.from_s for one in few.everybody.bins] == [one.from_s for one in many.everybody.bins]
    assert (
        few.bin_s == many.bin_s == 1200
    )  # 20 min is the narrowest of the ladder that holds a day in 120 bins
    assert sum(filled(many.everybody).values()) == many.everybody.reached == 59


def test_with_narrow_bins_the_last_one_is_open(tmp_path):
    found = asked(tmp_path, person("ann", 0, 10, 10.4), person("ben", 0, 10, 400), bin="1s")
    assert len(found.everybody.bins) == MOST_BINS
    assert (found.everybody.bins[-1].from_s, found.everybody.bins[-1].to_s) == (119, None)
    assert filled(found.everybody) == {0: 1, 119: 1}
    assert all(one.to_s is not None for one in found.everybody.bins[:-1])


def test_a_step_with_a_window_of_its_own_has_narrower_bins(tmp_path):
    steps = [*STEPS[:2], {"event": "listed", "within": "10s"}]
    found = asked(tmp_path, person("ann", 0, 100, 110), steps=steps)
    assert found.bin_s == 0.1
    assert filled(found.everybody) == {10: 1}  # its window's very end is the start of the last bin
    assert len(found.everybody.bins) == 101
    both = Funnel.model_validate(
        {"within": "1d", "steps": [STEPS[0], {"event": "took", "within": "5s"}, steps[2]]}
    )
    assert longest(both, 1, 3) == 15_000_000
    assert longest(both, 2, 3) == 10_000_000


def test_levels_of_an_unordered_funnel(tmp_path):
    """ann lists before she takes; her second event comes after 5 s, her third 20 s after that."""
    lines = [
        event("listed", "ann", 0),
        event("opened", "ann", 5),
        event("took", "ann", 25),
        event("took", "ben", 0),
    ]
    found = asked(tmp_path, lines, order="unordered", bin="1s")
    assert (found.after_name, found.name) == ("any 2 of 3", "any 3 of 3")
    assert filled(found.everybody) == {20: 1}
    assert [(p.wait_s, p.share) for p in found.curve] == [(25, 0.5)]
    second = asked(tmp_path / "second", lines, order="unordered", bin="1s", step=2)
    assert [(p.wait_s, p.share) for p in second.curve] == [(5, 0.5)]


@example(120_000_000, None)  # one bin too many of a second
@given(st.integers(SHORTEST_US, LONGEST_US), st.one_of(st.none(), st.integers(SHORTEST_US, LONGEST_US)))
def test_bins_hold_every_time_that_can_be(longest_us, width):
    found = bins_of(longest_us, width)
    assert 1 <= found.bins <= MOST_BINS
    assert found.open or found.bins * found.width_us > longest_us
    assert (found.bins - 1) * found.width_us <= longest_us
    times = np.array([0, longest_us // 2, longest_us])
    assert sum(found.counts(times)) == 3
    if width is None:
        assert found.width_us in LADDER
        assert not found.open
        narrower = [one for one in LADDER if one < found.width_us]
        assert not narrower or longest_us // narrower[-1] + 1 > MOST_BINS


def test_the_ladder_is_one_two_five_of_each_unit():
    assert sorted(set(LADDER)) == list(LADDER)
    text = [
        1,
        2,
        5,
        10,
        20,
        50,
        100,
        200,
        500,
        1000,
        2000,
        5000,
        10_000,
        20_000,
        50_000,
        60_000,
        120_000,
        300_000,
    ]
    assert [one // 1000 for one in LADDER[: len(text)]] == text
    assert Bins(10, 3, open=True).counts(np.array([0, 9, 10, 29, 30, 99])) == (2, 1, 3)


def test_nobody_and_what_cannot_be_asked(tmp_path):
    found = asked(tmp_path, person("ann", 0))
    assert (found.everybody.time, found.cannot_say.code) == (None, "timing_nobody")
    assert json.dumps(to_json(found), allow_nan=False)
    empty = asked(tmp_path / "empty")
    assert (empty.everybody.started, empty.periods, empty.at_window.code) == (0, (), "conversion_nobody")
    absent = {
        "steps": [STEPS[0], {"event": "took", "absent_in": ["a"]}, STEPS[2]],
        "breakdown": {"by": ["device"]},
    }
    optional = [STEPS[0], {"event": "took", "optional": True}, STEPS[2]]
    assert TimingQuery.model_validate({"funnel": {"steps": optional}}).first == 1
    for keys, name in (
        ({"step": 4}, "step"), ({"after": 3}, "after"), ({"after": 2, "step": 2}, "after"), ({"bin": "often"}, "bin"),
        ({"funnel": {**absent}, "step": 2}, "step"), ({"funnel": {**absent}, "step": 3}, "after"),
        ({"after": 2, "funnel": {"steps": optional}}, "after"), ({"funnel": {"steps": STEPS[:1]}}, "step"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=f"`{name}`"):
            TimingQuery.model_validate({"funnel": {"steps": STEPS}, **keys})
    with pytest.raises(ValueError, match="count"):
        asked(tmp_path / "chains", person("ann", 0), count="chains")


@pytest.mark.parametrize("lang", words.LANGS)
def test_pictures_rows_and_sentences_in_both_languages(tmp_path, lang):
    people = [person(f"p{k}", (k % 4) * DAY, 10, 20 + 600 * k, device="ab"[k % 2]) for k in range(20)]
    found = asked(
        tmp_path / "some", *people, person("drop", 0, 10), person("young", 29.5 * DAY, 10),
        person("quick", 29.5 * DAY, 10, 20), bin="5m",
        breakdown={"by": ["device"]}
    )  # fmt: skip
    drawn = chart(found, lang).to_dict()["datasets"].values()
    assert sum(line["units"] for table in drawn for line in table) == found.everybody.reached
    assert curve_chart(found, lang).to_dict()
    points = [line for table in periods_chart(found, lang).to_dict()["datasets"].values() for line in table]
    assert [line["open"] for line in points] == [False] * 8 + [True] * 2
    assert len(rows(found, lang)) == 1 + 3 + 5
    assert list(plain_rows(found)["what"]).count("bin") == MOST_BINS
    assert found.name in sentence(found, lang)
    assert len(notes(found, lang)) == 5
    nobody = asked(tmp_path / "none")
    assert sentence(nobody, lang) == words.reason(nobody.cannot_say, lang)
    for draw in (chart, curve_chart, periods_chart):
        assert draw(nobody, lang).to_dict()
    assert len(rows(nobody, lang)) == 1


_PEOPLE = st.lists(
    st.tuples(st.integers(0, 100), st.lists(st.integers(1, 20_000), max_size=2)), min_size=1, max_size=25
)


@settings(max_examples=15, deadline=None)
@given(people=_PEOPLE, width=st.sampled_from([1, 60, 3600]))
def test_times_are_the_funnels_own_and_bins_count_them(people, width):
    """Against waits that are written down, and the funnel room's figures of the step."""
    stories = [
        person(f"p{n}", begin * HOUR, *np.cumsum(waits).tolist()) for n, (begin, waits) in enumerate(people)
    ]
    with tempfile.TemporaryDirectory() as folder:
        store = landed(Path(folder), *stories, [event("seen", "nobody", 30 * DAY)])
        funnel = {"within": "1d", "steps": STEPS, "timezone": "UTC"}
        found = answer(store, TimingQuery.model_validate({"funnel": funnel, "bin": f"{width}s"}))
        step = funnel_answer(store, FunnelQuery.model_validate(funnel)).steps[2]
        store.close()
    waits = [waits[1] for _, waits in people if len(waits) == 2]
    known = Counter(min(wait // width, MOST_BINS - 1) * width for wait in waits)
    assert {int(start): n for start, n in filled(found.everybody).items()} == dict(known)
    assert (found.everybody.reached, found.everybody.started) == (
        step.units,
        sum(len(w) > 0 for _, w in people),
    )
    assert found.everybody.maturing == step.maturing == 0
    if waits:
        assert found.everybody.time.mean_s == pytest.approx(step.time.mean_s)
        assert found.everybody.time.p90_s == step.time.p90_s == pytest.approx(np.quantile(waits, 0.9))
    assert sum(one.part.reached for one in found.periods) == found.everybody.reached
    shares = [p.share for p in found.curve]
    assert shares == sorted(shares)
    assert found.at_window.value == pytest.approx(len(waits) / len(people))
