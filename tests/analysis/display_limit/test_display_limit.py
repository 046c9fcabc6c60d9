"""What every display time would bring: against the curves of the taps room, by hand, and in worlds with a known law."""

import math

import numpy as np
import pytest

from analysis.display_limit import DisplayLimitQuery, answer, to_json
from analysis.display_limit.chart import limit_chart
from analysis.display_limit.compute import reading
from analysis.display_limit.rows import point_rows
from analysis.display_limit.sentences import at, cards, finding, fitted, responses, to_test
from analysis.time_to_tap import TapsQuery
from analysis.time_to_tap import answer as taps_answer
from experiments.stats.effects import NoEffect
from tests.analysis.suggestions import exposed, impression, landed, much_later

RATES = (0.30, 0.10, 0.05)
LIMIT = 4000


def launch(folder, n, *, seed=1, limits=(2000, LIMIT), rates=RATES):
    """Arms of an experiment with constant hazards per second."""
    rng = np.random.default_rng(seed)
    stories = []
    for variant, limit in zip(("control", "longer", "longest"), limits, strict=False):
        waits = rng.exponential(1000 / sum(rates), n).astype(int)
        kinds = rng.choice(3, n, p=np.array(rates) / sum(rates))
        for k in range(n):
            person, ms = f"{variant}{k}", int(waits[k])
            ending = ("tap", "dismiss", "leave")[kinds[k]]
            told = (ending, ms) if ms <= limit else ("expired", limit)
            stories += [exposed(person, variant), impression(person, *told, limit=limit)]
    return landed(folder, *stories, much_later())


def by(ms, rate=RATES[0]):
    """The law: F(t) = r/h (1 − e^(−ht))."""
    h = sum(RATES)
    return rate / h * (1 - math.exp(-h * ms / 1000))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with launch(tmp_path_factory.mktemp("world"), 1500) as store:
        yield store


def test_inside_the_data_it_says_what_the_curves_say(world):
    found = answer(world, DisplayLimitQuery(experiment="display", at_ms=(1500, 3999)))
    taps = taps_answer(world, TapsQuery(experiment="display", at_ms=(1500, 3999)))
    arm = next(one for one in taps.arms if one.name == "longer")
    assert (found.arm, found.longest_ms, found.n) == ("longer", LIMIT, arm.curves.n)
    for point in found.asked:
        curve = next(one for one in arm.curves.readings if one.ms == point.ms).point
        assert point.taps.value == pytest.approx(curve.tap.value)
        assert point.taps.interval.low == pytest.approx(curve.tap.interval.low)
        assert point.dismissals.value == pytest.approx(curve.dismiss.value)
        assert point.leaves.value == pytest.approx(curve.leave.value)
        assert not point.extrapolated


def test_attention_is_the_mean_time_on_the_screen(world):
    point = reading(world, DisplayLimitQuery(experiment="display"), 3000)
    mean = (1 - math.exp(-sum(RATES) * 3)) / sum(RATES)
    assert point.attention_s.interval.contains(mean)
    assert point.attention_s.interval.high - point.attention_s.interval.low < 0.2


def test_beyond_the_data_it_extrapolates_and_says_so(world):
    found = answer(world, DisplayLimitQuery(experiment="display", at_ms=(8000,)))
    (far,) = found.asked
    assert far.extrapolated
    assert far.taps.interval.contains(by(8000))
    assert far.dismissals.interval.contains(by(8000, RATES[1]))
    inside = next(one for one in found.points if one.ms == LIMIT)
    width = inside.taps.interval.high - inside.taps.interval.low
    assert far.taps.interval.high - far.taps.interval.low > width
    assert max(one.ms for one in found.points) == LIMIT + LIMIT // 2
    assert sum(one.supported for one in found.families) >= 1
    assert "extrapolated" in at(found, far, "en")
    assert "外挿" in at(found, far, "ja")
    assert len(fitted(found, "en")) == len(found.families)


def test_the_named_time_is_the_shortest_that_keeps_nearly_all(world):
    found = answer(world, DisplayLimitQuery(experiment="display", tolerance=0.1))
    said = found.choice
    best = next(one for one in found.points if one.ms == LIMIT).taps.value
    assert said.taps >= 0.9 * best
    true = -math.log(1 - 0.9 * by(LIMIT) * sum(RATES) / RATES[0]) / sum(RATES) * 1000
    assert said.interval.low - 50 <= true <= said.interval.high + 50
    for lang in ("en", "ja"):
        assert "90" in finding(found, lang)


def test_a_guardrail_keeps_annoying_times_from_being_named(world):
    free = answer(world, DisplayLimitQuery(experiment="display")).choice
    held = answer(world, DisplayLimitQuery(experiment="display", most_dismissals=0.1))
    assert held.choice.best_ms < free.best_ms
    assert held.choice.bound
    assert "at most 10.0% of impressions are dismissed" in finding(held, "en")
    nothing = answer(world, DisplayLimitQuery(experiment="display", most_dismissals=0.0))
    assert nothing.choice.code == "limit.guardrail"
    assert "guardrail" in finding(nothing, "en")


def test_from_the_long_arm_the_short_one_is_foretold(world):
    """What the 4 s arm says of 2 s equals the 2 s arm within error."""
    point = reading(world, DisplayLimitQuery(experiment="display"), 2000)
    short = next(
        one for one in taps_answer(world, TapsQuery(experiment="display")).arms if one.name == "control"
    )
    tap = short.curves.points[-1].tap
    assert point.taps.interval.low < tap.interval.high
    assert tap.interval.low < point.taps.interval.high
    seen = answer(world, DisplayLimitQuery(experiment="display")).observed
    assert [(one.arm, one.limit_ms) for one in seen] == [("control", 2000), ("longer", LIMIT)]
    assert seen[0].taps.value == pytest.approx(tap.value)


def test_only_those_who_were_shown_it_so_long_are_read(tmp_path):
    """Of one group half saw 1 s and tapped late, half saw 3 s: the first say nothing about 3 s, nor about 0.5 s."""
    short = [impression(f"s{k}", "expired", 1000, limit=1000) for k in range(40)]
    long = [impression(f"l{k}", "tap", 400, limit=3000) for k in range(30)]
    stray = [impression("x", "tap", 5000, limit=9000)]
    with landed(tmp_path, *short, *long, *stray, much_later()) as store:
        found = answer(store, DisplayLimitQuery(at_ms=(500, 3000)))
    assert (found.n, found.longest_ms) == (31, 3000)
    assert [one.taps.value for one in found.asked] == pytest.approx([30 / 31, 30 / 31])


def test_an_arm_can_be_asked_for(world):
    found = answer(world, DisplayLimitQuery(experiment="display", arm="control"))
    assert (found.arm, found.longest_ms) == ("control", 2000)
    with pytest.raises(ValueError, match="`arm` is 'third'; must be one of control, longer"):
        answer(world, DisplayLimitQuery(experiment="display", arm="third"))
    with pytest.raises(ValueError, match="must be at most 600000"):
        DisplayLimitQuery(reach_ms=600_001)
    with pytest.raises(ValueError, match="impressions"):
        DisplayLimitQuery(impressions="all")


def test_the_picture_the_rows_and_the_json_hold_every_point(world):
    found = answer(world, DisplayLimitQuery(experiment="display"))
    assert list(point_rows(found)["limit_ms"]) == [one.ms for one in found.points]
    plain = to_json(found)
    assert [one["extrapolated"] for one in plain["points"]] == [one.extrapolated for one in found.points]
    drawn = limit_chart(found, 3000, "en").to_dict()
    assert len(next(iter(drawn["datasets"].values()))) >= 3 * len(found.points)
    assert next(label for label, *_ in cards(found.points[0], "en")) == "Taps"


def test_without_taps_or_limits_or_impressions_it_says_why(tmp_path):
    none = [impression(f"n{k}", "expired", 1000, limit=1000, copy_id="none") for k in range(20)]
    unlimited = [impression(f"u{k}", "tap", 500, limit=None, copy_id="unlimited") for k in range(20)]
    few = [impression(f"f{k}", "tap", 100 * k + 50, limit=1000, copy_id="few") for k in range(3)]
    with landed(tmp_path, *none, *unlimited, *few, much_later()) as store:
        nobody = answer(store, DisplayLimitQuery(copy_id="none"))
        endless = answer(store, DisplayLimitQuery(copy_id="unlimited"))
        rare = answer(store, DisplayLimitQuery(copy_id="few"))
        nothing = answer(store, DisplayLimitQuery(copy_id="unheard"))
    assert nobody.choice.code == "limit.no_taps"
    assert endless.cannot_say.code == "display_change.no_limit"
    assert nothing.cannot_say.code == "taps.no_impressions"
    beyond = [one for one in rare.points if one.extrapolated]
    assert all(isinstance(one.taps, NoEffect) for one in beyond)
    assert beyond
    assert [one.why_not is not None for one in rare.families] == [True] * 5
    assert all("not fitted" in line for line in fitted(rare, "en"))
    assert to_json(nothing)["points"] == []


def test_three_display_times_side_by_side_never_fall(tmp_path):
    """Arms of 1, 2 and 4 s: every share is the arm's own, and holds the law."""
    with launch(tmp_path, 700, seed=9, limits=(1000, 2000, LIMIT)) as store:
        found = answer(store, DisplayLimitQuery(experiment="display"))
        body = {
            "key": "display", "unit": "user", "start": "2026-04-01T00:00:00+00:00",
            "variants": [{"key": key, "payload": {"display_ms": ms, "copy_id": copy}}
                         for key, ms, copy in (("control", 1000, "a"), ("longer", 2000, "a"), ("longest", LIMIT, "b"))],
            "metrics": [{"key": "tapped", "role": "success", "kind": "conversion", "event": "suggestion_tapped",
                         "within": "10s"}],
        }  # fmt: skip
        store.records.add("experiment", "display", body, "ann")
        other_words = answer(store, DisplayLimitQuery(experiment="display"))
    shares = [one.share for one in found.dose.responses]
    assert [one.n_ms for one in found.dose.responses] == [1000, 2000, LIMIT]
    for one, ms in zip(shares, (1000, 2000, LIMIT), strict=True):
        assert abs(one.value - by(ms)) < 4 * math.sqrt(by(ms) * (1 - by(ms)) / 700)
        assert one.interval.contains(one.value)
    assert found.dose.falls_p > 0.5
    assert [one["pooled"] for one in to_json(found)["dose"]["times"]] == [False] * 3
    for lang, word in (("en", "never to fall"), ("ja", "減らない")):
        assert word in responses(found, lang)[-1]
    assert other_words.dose.code == "display_change.more_differs"
    assert responses(other_words, "en") == []


def test_two_display_times_are_no_curve(world):
    assert answer(world, DisplayLimitQuery(experiment="display")).dose.code == "few_display_times"


def test_what_to_test_next_is_longer_and_says_how_many_people(tmp_path):
    """Slow taps cut off early: longer times are proposed; where everything has ended, none is."""
    with launch(tmp_path, 1200, seed=10, limits=(1000, 1500)) as store:
        said = answer(store, DisplayLimitQuery(experiment="display"))
    tests = said.to_test.tests
    assert 1 <= len(tests) <= 2
    assert all(1500 < one.n_ms <= said.to_test.target_ms for one in tests)
    assert all(one.per_arm > 100 for one in tests)
    assert max(one.reduction for one in tests) > 0.2
    assert "people an arm" in to_test(said, "en")[-1]
    assert "人が必要" in to_test(said, "ja")[-1]
    done = [impression(f"d{k}", "tap", 100 + 3 * k, limit=60_000) for k in range(200)]
    (tmp_path / "done").mkdir()
    with landed(tmp_path / "done", *done, much_later()) as store:
        nothing = answer(store, DisplayLimitQuery())
    assert isinstance(nothing.to_test, NoEffect)
    assert len(to_test(nothing, "en")) == 1
