"""What a change of the display time did: worked by hand, and in worlds where the truth is known."""

import itertools

import numpy as np
import pytest

from analysis.display_change import DisplayChangeQuery, answer, to_json
from analysis.display_change.chart import agreement_chart
from analysis.display_change.sentences import agreement, decomposition, last_second
from analysis.time_to_tap import TapsQuery
from analysis.time_to_tap import answer as taps_answer
from experiments.stats.effects import NoEffect
from tests.analysis.suggestions import exposed, impression, landed, much_later

ENDINGS = ("tap", "dismiss", "leave")


def shown(person, ending, ms, limit):
    """Somebody in front of a suggestion that stands so long; who would end later sees it expire."""
    if ms > limit:
        ending, ms = "expired", limit
    return impression(person, ending, ms, limit=limit)


def launch(folder, n, *, seed, rates, other=None, limits=(1000, 2000), surge=None):
    """A launch of two arms in an experiment `display`; `surge`: further taps per second in the last 0.3 s of the short arm."""
    rng = np.random.default_rng(seed)
    stories = []
    for variant, limit, pace in zip(("control", "longer"), limits, (rates, other or rates), strict=True):
        waits = rng.exponential(1000 / sum(pace), n)
        kinds = rng.choice(3, n, p=np.array(pace) / sum(pace))
        late = (
            700 + rng.exponential(1000 / surge, n) if surge and variant == "control" else np.full(n, np.inf)
        )
        for k in range(n):
            person = f"{variant}{k}"
            ms, kind = (late[k], 0) if late[k] < waits[k] else (waits[k], kinds[k])
            stories += [exposed(person, variant), shown(person, ENDINGS[kind], int(ms), limit)]
    return landed(folder, *stories, much_later())


def test_ten_people_an_arm_counted_on_fingers(tmp_path):
    """Control (2 s): taps at 0.5, 1.5; leaves at 1. Longer (4 s): taps at 0.6, 1.4, 2.5, 3.5; leaves at 1, 3.2."""
    control = [("tap", 500), ("tap", 1500), ("leave", 1000)]
    longer = [("tap", 600), ("tap", 1400), ("tap", 2500), ("tap", 3500), ("leave", 1000), ("leave", 3200)]
    people = itertools.chain(
        *(
            [*exposed(f"{arm}{k}", arm), *shown(f"{arm}{k}", *(ends[k] if k < len(ends) else ("tap", 9999)), limit)]
            for arm, limit, ends in (("control", 2000, control), ("longer", 4000, longer))
            for k in range(10)
        )
    )  # fmt: skip
    with landed(tmp_path, list(people), much_later()) as store:
        found = answer(store, DisplayChangeQuery(experiment="display"))
    (pair,) = found.pairs
    assert (pair.arm, pair.control, pair.longer) == ("longer", "control", "longer")
    assert (pair.limit_ms, pair.control_limit_ms, pair.agreement.until_ms) == (4000, 2000, 1999)
    assert pair.before.value == pytest.approx(0)
    assert pair.added.taps.value == pytest.approx(0.2)
    assert pair.added.leaves.value == pytest.approx(0.1)
    assert pair.added.dismissals.value == 0
    assert pair.total.value == pytest.approx(pair.before.value + pair.added.taps.value)
    last = {one.arm: one for one in found.last_seconds}
    assert last["control"].taps.value == pytest.approx(0.1)
    assert last["control"].of_taps == pytest.approx(0.5)
    assert (last["longer"].taps.value, last["longer"].leaves.value) == pytest.approx((0.1, 0.1))
    assert pair.agreement.state == "unclear"


def test_only_the_first_impression_speaks(tmp_path):
    stories = [
        [*exposed(f"{arm}{k}", arm), *shown(f"{arm}{k}", "tap", 900 if k else 300, limit),
         *impression(f"{arm}{k}", "tap", 100, limit=limit, after_s=60)]
        for arm, limit in (("control", 1000), ("longer", 3000)) for k in range(5)
    ]  # fmt: skip
    with landed(tmp_path, *stories, much_later()) as store:
        (pair,) = answer(store, DisplayChangeQuery(experiment="display")).pairs
    tapped = pair.agreement.causes[0].overall
    assert (tapped.control, tapped.treatment) == (5, 5)
    with pytest.raises(ValueError, match="impressions"):
        DisplayChangeQuery(experiment="display", impressions="all")


def test_arms_that_behave_alike_agree_and_what_is_left_is_the_gain(tmp_path):
    with launch(tmp_path, 3000, seed=3, rates=(0.5, 0.3, 0.4)) as store:
        found = answer(store, DisplayChangeQuery(experiment="display"))
        taps = taps_answer(store, TapsQuery(experiment="display"))
    (pair,) = found.pairs
    assert pair.agreement.state == "agree"
    assert pair.before.interval.contains(0)
    # F(2 s) − F(1 s) with hazards .5 of 1.2 per second
    truth = 0.5 / 1.2 * (np.exp(-1.2) - np.exp(-2.4))
    assert pair.added.taps.interval.contains(truth)
    own = next(one for one in taps.differences if one.scope == "own_limit")
    assert pair.total.value == pytest.approx(own.effect.value)
    for lang, word in (("en", "agree"), ("ja", "一致しています")):
        assert word in agreement(found, pair, lang)
        assert "pp" in decomposition(found, pair, lang) or "ポイント" in decomposition(found, pair, lang)
        assert last_second(found, found.last_seconds[0], lang)
        assert agreement_chart(found, pair, lang).to_dict()["layer"]


def test_a_countdown_in_one_arm_is_named_with_its_time(tmp_path):
    with launch(tmp_path, 2500, seed=4, rates=(0.4, 0.2, 0.4), surge=1.5) as store:
        found = answer(store, DisplayChangeQuery(experiment="display"))
    (pair,) = found.pairs
    worst = pair.agreement.worst
    assert (pair.agreement.state, worst.cause, worst.from_ms, worst.to_ms) == ("differ", "tap", 750, 1000)
    told = agreement(found, pair, "en")
    assert "countdown" in told
    assert "from 0.75 s on, just before the shorter one disappears" in told


def test_a_pace_that_differs_throughout_is_named(tmp_path):
    with launch(tmp_path, 2500, seed=5, rates=(0.6, 0.3, 0.3), other=(0.6, 0.3, 0.6)) as store:
        found = answer(store, DisplayChangeQuery(experiment="display"))
    (pair,) = found.pairs
    assert (pair.agreement.state, pair.agreement.worst.cause) == ("differ", "leave")
    assert "throughout" in agreement(found, pair, "en")
    assert pair.agreement.worst.ratio.interval.contains(2)


def test_variants_that_differ_in_more_are_not_asked_to_agree(tmp_path):
    with launch(tmp_path, 50, seed=6, rates=(0.6, 0.3, 0.3)) as store:
        body = {
            "key": "display", "unit": "user", "start": "2026-04-01T00:00:00+00:00",
            "variants": [{"key": "control", "payload": {"display_ms": 1000, "copy_id": "v1"}},
                         {"key": "longer", "payload": {"display_ms": 2000, "copy_id": "v2"}}],
            "metrics": [{"key": "tapped", "role": "success", "kind": "conversion", "event": "suggestion_tapped",
                         "within": "10s"}],
        }  # fmt: skip
        store.records.add("experiment", "display", body, "ann")
        (pair,) = answer(store, DisplayChangeQuery(experiment="display")).pairs
        body["variants"][1]["payload"]["copy_id"] = "v1"
        store.records.add("experiment", "display", body, "ann")
        (alike,) = answer(store, DisplayChangeQuery(experiment="display")).pairs
    assert pair.agreement.code == "display_change.more_differs"
    assert dict(pair.agreement.facts)["named"] == "copy_id"
    assert not isinstance(alike.agreement, NoEffect)


def test_what_cannot_be_told_is_said(tmp_path):
    same = [shown(f"p{k}", "tap", 100 * k, 1000) for k in range(6)]
    mixed = [impression(f"m{k}", "tap", 50, limit=(1000, 3000)[k % 2], copy_id="b") for k in range(6)]
    unlimited = [impression(f"n{k}", "tap", 50, limit=None, copy_id="c") for k in range(6)]
    stories = [impression(f"a{k}", "tap", 100 * k + 1, limit=1000, copy_id="a") for k in range(7)]
    with landed(tmp_path, *same, *mixed, *unlimited, *stories, much_later()) as store:
        found = answer(store, DisplayChangeQuery(by="copy_id"))
        nothing = answer(store, DisplayChangeQuery(platform="nowhere"))
    pairs = {pair.arm: pair for pair in found.pairs}
    assert found.control == "a"
    assert pairs["b"].agreement.code == "display_change.several_limits"
    assert pairs["c"].total.code == "display_change.no_limit"
    assert pairs[None].added.code == "display_change.same_limit"
    assert decomposition(found, pairs[None], "en") is None
    assert "cannot be checked" in agreement(found, pairs["b"], "en")
    assert agreement_chart(found, pairs["b"], "en") is None
    assert {one.arm for one in found.last_seconds} == set()
    assert nothing.cannot_say.code == "taps.no_impressions"
    assert to_json(nothing)["pairs"] == []


def test_groups_that_were_not_drawn_by_lot_get_other_words(tmp_path):
    fast = [impression(f"f{k}", "tap", 10 + k % 400, limit=1000) for k in range(300)]
    slow = [shown(f"s{k}", "tap", 10 + 7 * (k % 400), 2000) for k in range(300)]
    with landed(tmp_path, *fast, *slow, much_later()) as store:
        found = answer(store, DisplayChangeQuery(by="display_ms"))
    (pair,) = found.pairs
    assert pair.agreement.state == "differ"
    assert "not drawn by lot" in agreement(found, pair, "en")
