"""A promise watched every day: exact chances of false alarms, and the day from which a model errs more."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import betaln
from scipy.stats import beta

from experiments.stats.change_point import ChangePoint, worse_since
from experiments.stats.effects import NoEffect
from experiments.stats.quality import watching
from experiments.stats.samples import Count
from tests.experiments.stats.quality.score_worlds import misses


@pytest.mark.parametrize(("right", "n"), [(0, 0), (3, 7), (80, 100), (95, 100), (0, 12), (30, 30)])
@pytest.mark.parametrize(("promised", "concentration"), [(0.9, 50.0), (0.5, 10.0)])
def test_the_evidence_is_its_integral(right, n, promised, concentration):
    prior = beta(concentration * promised, concentration * (1 - promised))

    def likelier(share):
        return (share / promised) ** right * ((1 - share) / (1 - promised)) ** (n - right) * prior.pdf(share)

    expected = math.log(quad(likelier, 0, promised, limit=200)[0] / prior.cdf(promised))
    found = watching.evidence_below(np.array([right]), np.array([n]), promised, concentration)
    assert found[0] == pytest.approx(expected, abs=1e-6)


@given(st.integers(0, 400), st.integers(0, 400), st.sampled_from([0.5, 0.9, 0.97]), st.floats(0, 1))
def test_no_keeper_of_the_promise_gains_evidence_on_average(right, wrong, promised, above):
    """E[exp(evidence after one more)] ≤ exp(evidence now) for every true precision of the promise or more; = at the promise."""
    truth = promised + above * (1 - promised)
    now, hit, missed = (
        float(watching.evidence_below(np.array([right + one]), np.array([right + wrong + more]), promised)[0])
        for one, more in ((0, 0), (1, 1), (0, 1))
    )
    if now == -math.inf:
        return
    grown = truth * math.exp(hit - now) + (1 - truth) * math.exp(missed - now)
    assert grown <= 1 + 1e-9
    if above == 0:
        assert grown == pytest.approx(1, abs=1e-9)


def alarms(promised, truth, looks, alpha=0.05):
    """The exact chance of an alarm by each look, looking after every item."""
    alive, crossed, found = np.array([1.0]), 0.0, []
    for n in range(1, looks + 1):
        alive = np.append(alive, 0) * (1 - truth) + np.append(0, alive) * truth
        out = watching.evidence_below(np.arange(n + 1), np.full(n + 1, n), promised) >= -math.log(alpha)
        crossed += alive[out].sum()
        alive = np.where(out, 0.0, alive)
        found.append(crossed)
    return np.array(found)


def test_a_kept_promise_is_called_broken_in_less_than_5_percent_ever():
    """Exactly, looking after each of 1,500 items: no simulation."""
    assert 0.02 < alarms(0.9, 0.9, 1500)[-1] < 0.04
    assert alarms(0.9, 0.91, 1500)[-1] < 0.02
    assert alarms(0.5, 0.5, 800)[-1] < 0.05


def test_a_broken_promise_is_found():
    """Half of the alarms have come by 300 items at 85 % instead of 90 %, by 110 at 80 %."""
    fallen = alarms(0.9, 0.85, 1200)
    assert 200 < np.searchsorted(fallen, 0.5) < 320
    assert fallen[-1] > 0.98
    assert 60 < np.searchsorted(alarms(0.9, 0.8, 400), 0.5) < 110


def test_watching_day_by_day():
    rng = np.random.default_rng(1)
    good = [Count(40, int(rng.binomial(40, 0.92))) for _ in range(20)]
    bad = [Count(40, int(rng.binomial(40, 0.75))) for _ in range(20)]
    kept = watching.watch(good, 0.9)
    assert (kept.broken_on, kept.p_value) == (None, 1.0) or kept.p_value > 0.05
    assert kept.precision.n == 800
    assert kept.precision.interval.contains(0.92)
    broken = watching.watch(good + bad, 0.9)
    assert 22 <= broken.broken_on <= 34
    assert broken.p_value <= 0.05
    # it stays broken when good days follow
    mended = watching.watch(good + bad + [Count(400, 390)] * 30, 0.9)
    assert mended.broken_on == broken.broken_on
    assert mended.p_value <= broken.p_value
    # the first day of alarm is the first prefix with an alarm
    first = next(k for k in range(1, 41) if watching.watch((good + bad)[:k], 0.9).broken_on is not None)
    assert broken.broken_on == first - 1


def test_days_without_labels_say_nothing():
    days = [Count(0, 0), Count(50, 45), Count(0, 0)]
    assert watching.watch(days, 0.9) == watching.watch([Count(0, 0)] * 7 + [Count(50, 45)], 0.9)
    assert watching.watch([Count(0, 0)], 0.9).code == watching.watch([], 0.9).code == "quality.no_items"


@given(st.integers(0, 300), st.integers(0, 300), st.sampled_from([0.5, 0.9]), st.sampled_from([0.8, 0.95]))
def test_the_confidence_sequence_ends_where_its_mixture_reaches_one_over_alpha(right, wrong, around, level):
    if right + wrong == 0:
        return
    found = watching.confidence_sequence(Count(right + wrong, right), around, level)
    a, b = 50 * around, 50 * (1 - around)

    def mixture(share):
        return (
            betaln(a + right, b + wrong) - betaln(a, b) - right * math.log(share) - wrong * math.log1p(-share)
        )

    low, high = found.interval.low, found.interval.high
    assert low <= found.value <= high
    for end, wall, some in ((low, 0.0, right), (high, 1.0, wrong)):
        if some == 0:
            assert end == wall
        else:
            most = -math.log(1 - level)
            assert (
                end == wall or mixture(end) > most - 1e-9
            )  # the last double before a wall may still be inside
            assert mixture(np.nextafter(end, found.value)) < most + 1e-9
    assert (found.n, found.method) == (right + wrong, "beta_binomial_sequence")


def test_the_confidence_sequence_covers_at_all_of_1500_looks_together():
    """Exactly: the chance that any interval so far misses the truth, for truths away from where the prior is."""
    for truth, around in ((0.9, 0.9), (0.8, 0.9), (0.5, 0.5)):
        a, b = 50 * around, 50 * (1 - around)
        alive, missed = np.array([1.0]), 0.0
        for n in range(1, 1501):
            alive = np.append(alive, 0) * (1 - truth) + np.append(0, alive) * truth
            right = np.arange(n + 1)
            mixture = betaln(a + right, b + n - right) - betaln(a, b)
            out = mixture - right * math.log(truth) - (n - right) * math.log1p(-truth) >= -math.log(0.05)
            missed += alive[out].sum()
            alive = np.where(out, 0.0, alive)
        assert missed < 0.05
    # the same edge, by the function itself: 40 of 60 is out at .8 exactly where the mixture says so
    found = watching.confidence_sequence(Count(60, 40), 0.9)
    out = betaln(45 + 40, 5 + 20) - betaln(45, 5) - 40 * math.log(0.8) - 20 * math.log(0.2) >= math.log(20)
    assert found.interval.contains(0.8) != out


def test_the_sequence_is_half_as_wide_again_as_wilson():
    from experiments.stats.proportions import rate

    found, plain = watching.confidence_sequence(Count(500, 450), 0.9), rate(Count(500, 450))
    widths = [one.interval.high - one.interval.low for one in (found, plain)]
    assert 1.4 < widths[0] / widths[1] < 1.8


def test_a_model_that_begins_to_err_is_dated():
    days = [Count(100, 92)] * 6 + [Count(0, 0)] + [Count(100, 80)] * 5
    found = watching.worsening(days)
    assert isinstance(found, ChangePoint)
    assert (found.day, found.before, found.after) == (7, pytest.approx(0.08), pytest.approx(0.2))
    kept = [day for day in days if day.n]
    same = worse_since([day.n - day.hits for day in kept], [day.n for day in kept])
    assert (same.day, same.p_value) == (6, found.p_value)


def test_no_drift_is_said_in_its_own_words():
    steady = watching.worsening([Count(100, 90)] * 8)
    assert steady.code == "quality.no_drift"
    assert dict(steady.facts)["p"].startswith("p = ")
    better = watching.worsening([Count(100, 80)] * 5 + [Count(100, 95)] * 5)
    assert better.code == "quality.no_drift"
    perfect = watching.worsening([Count(100, 100)] * 6)
    assert perfect.code == "quality.no_drift"
    few = watching.worsening([Count(100, 90)] * 3 + [Count(0, 0)] * 5)
    assert (few.code, dict(few.facts)) == ("quality.drift_too_few_days", {"days": 3, "least": 4})


STEADY, GROWING = np.tile([80, 100, 120, 90, 110], 4), np.arange(20, 220, 10)


@pytest.mark.parametrize(("sizes", "most"), [(STEADY, 0.05), (GROWING, 0.08)])
def test_drift_keeps_its_level_where_traffic_is_steady_and_nearly_where_it_grows_tenfold(sizes, most):
    """600 worlds of 20 days without a change; standard error .009 to .011."""
    rng = np.random.default_rng(2)
    false = [
        isinstance(watching.worsening([Count(int(n), int(rng.binomial(n, 0.9))) for n in sizes]), ChangePoint)
        for _ in range(600)
    ]
    share, error = misses(false)
    assert share < most + 3 * error


def test_a_fall_of_five_points_is_found_and_dated():
    """100 worlds: from the 13th of 20 days on 85 % instead of 90 %, 100 labels a day."""
    rng = np.random.default_rng(3)
    days = [[Count(100, int(rng.binomial(100, p))) for p in [0.9] * 12 + [0.85] * 8] for _ in range(100)]
    dated = [one.day for one in map(watching.worsening, days) if not isinstance(one, NoEffect)]
    assert len(dated) > 70
    assert abs(np.median(dated) - 12) <= 1


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: watching.watch([Count(1, 1)], 1), "`promised` is 1"),
        (lambda: watching.watch([Count(1, 1)], 0.9, 5), "`alpha` is 5"),
        (lambda: watching.watch([Count(1, 1)], 0.9, 0.05, 0), "`concentration` is 0"),
        (lambda: watching.worsening([Count(1, 1)] * 5, 0), "`alpha` is 0"),
        (lambda: watching.confidence_sequence(Count(1, 1), 0), "`around` is 0"),
        (lambda: watching.confidence_sequence(Count(1, 1), 0.9, 1), "`level` is 1"),
        (lambda: watching.evidence_below(np.array([3]), np.array([2]), 0.9), "`right` is not 0 to `n`"),
        (lambda: watching.evidence_below(np.array([-1]), np.array([2]), 0.9), "`right` is not 0 to `n`"),
        (lambda: watching.evidence_below(np.array([1, 1]), np.array([2]), 0.9), "`right` is not 0 to `n`"),
    ],
)
def test_nonsense_is_refused(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
