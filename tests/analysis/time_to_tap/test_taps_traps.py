"""Two ways to misread a pop-up's taps, on a log where the truth is known, and what the room says instead.

Everybody behaves alike, whatever the display limit: constant hazards of tapping .15, dismissing .10 and leaving .05
per second, so the share tapped within t seconds is .15/.30 · (1 − exp(−.30 t)) and never above one half.
"""

import math

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from analysis.time_to_tap import TapsQuery, answer
from tests.analysis.suggestions import exposed, impression, landed, much_later

CAUSES = ("tap", "dismiss", "leave")
HAZARDS = np.array([0.15, 0.10, 0.05])  # per second
PEOPLE = 6_000
LIMITS = {"control": 3_000, "6s": 6_000, "twins": 6_000}
SEEDS = {"control": 3, "6s": 4, "twins": 3}
"""The twins behave exactly as the people of control do, before whom the suggestion vanishes after 3 s."""


def truth(cause: str, seconds: float) -> float:
    share = HAZARDS[CAUSES.index(cause)] / HAZARDS.sum()
    return share * -math.expm1(-HAZARDS.sum() * seconds)


def behaviour(arm: str) -> tuple[np.ndarray, np.ndarray]:
    """When each person would end (ms) and by which cause, if the suggestion stayed for ever."""
    seconds = np.random.default_rng(SEEDS[arm]).exponential(1 / HAZARDS, (PEOPLE, len(CAUSES)))
    return seconds.min(axis=1) * 1000, seconds.argmin(axis=1)


@pytest.fixture(scope="module")
def behaved():
    return {arm: behaviour(arm) for arm in LIMITS}


@pytest.fixture(scope="module")
def found(behaved, tmp_path_factory):
    stories = []
    for arm, limit in LIMITS.items():
        for person, (ms, cause) in enumerate(zip(*behaved[arm], strict=True)):
            ending = (CAUSES[cause], round(float(ms), 3)) if ms <= limit else ("expired", limit)
            name = f"{arm}{person}"
            stories += [
                exposed(name, arm) + impression(name, *ending, after_s=1 + person, limit=limit, copy_id="v1")
            ]
    store = landed(tmp_path_factory.mktemp("traps"), *stories, much_later())
    yield answer(store, TapsQuery(experiment="display", at_ms=(500, 1_000, 1_500, 2_000, 2_500, 3_000)))
    store.close()


def reading(found, arm, ms):
    (told,) = (each for each in found.arms if each.name == arm)
    return next(entry.point for entry in told.curves.readings if entry.ms == ms)


def error(share: float) -> float:
    return math.sqrt(share * (1 - share) / PEOPLE)


def test_the_mean_of_those_who_tapped_moves_with_the_limit_although_behaviour_is_the_same(behaved):
    means = {}
    for arm in ("control", "6s"):
        (ms, cause), limit = behaved[arm], LIMITS[arm]
        tapped = ms[(cause == 0) & (ms <= limit)] / 1000
        # of an exponential with rate .30 cut off at t: 1/.30 − t / (exp(.30 t) − 1)
        expected = 1 / 0.30 - limit / 1000 / math.expm1(0.30 * limit / 1000)
        assert tapped.mean() == pytest.approx(expected, abs=4 * tapped.std() / math.sqrt(tapped.size))
        means[arm] = expected
    assert [round(mean, 2) for mean in means.values()] == [1.28, 2.15]


@pytest.mark.parametrize("ms", [500, 1_000, 1_500, 2_000, 2_500, 3_000])
def test_before_the_short_limit_the_curves_do_not_move(found, ms):
    for cause in CAUSES:
        short, long, twins = (reading(found, arm, ms).of(cause).value for arm in LIMITS)
        expected = truth(cause, ms / 1000)
        assert abs(short - long) < 4 * math.sqrt(2) * error(expected)
        assert abs(short - expected) < 4 * error(expected)
        assert abs(long - expected) < 4 * error(expected)
        assert twins == pytest.approx(short, abs=1e-12)


def test_the_longer_limit_makes_no_difference_at_the_common_horizon_and_one_over_the_own_limits(found):
    told = {(each.arm, each.scope): each for each in found.differences}
    assert {(each.scope, each.ms) for each in found.differences} == {
        ("common_horizon", 3_000), ("own_limit", 6_000)}  # fmt: skip
    short = truth("tap", 3)
    assert abs(told["6s", "common_horizon"].effect.value) < 4 * math.sqrt(2) * error(short)
    for arm in ("6s", "twins"):
        own = told[arm, "own_limit"].effect
        assert own.value == pytest.approx(truth("tap", 6) - short, abs=4 * math.sqrt(2) * error(short))
        assert own.interval.low > 0


def test_the_difference_of_twins_at_the_common_horizon_holds_nothing_but_zero(found):
    twins = next(each for each in found.differences if (each.arm, each.scope) == ("twins", "common_horizon"))
    assert twins.effect.value == pytest.approx(0.0, abs=1e-12)
    assert twins.effect.interval.low < 0 < twins.effect.interval.high
    assert twins.effect.p_value > 0.99


def test_forty_two_percent_tap_within_six_seconds_not_fifty_nine(found, behaved):
    said = reading(found, "6s", 6_000).tap
    assert round(truth("tap", 6), 2) == 0.42
    assert said.interval.contains(truth("tap", 6))
    assert said.value == pytest.approx(truth("tap", 6), abs=4 * error(0.42))
    # One minus Kaplan–Meier with dismissals and leaves censored, on the same log: the wrong answer, 59 %
    ms, cause = behaved["6s"]
    seen = SurvfuncRight(np.minimum(ms, 6_000), (cause == 0) & (ms <= 6_000))
    wrong = 1 - seen.surv_prob[-1]
    assert round(-math.expm1(-0.15 * 6), 2) == 0.59
    assert wrong == pytest.approx(0.59, abs=0.03)
    assert said.interval.high < 0.5 < wrong


def test_what_taps_and_what_does_not_add_up_to_everybody(found):
    for arm in found.arms:
        for point in arm.curves.points:
            assert abs(sum(point.of(cause).value for cause in CAUSES) + point.none - 1) < 1e-12
