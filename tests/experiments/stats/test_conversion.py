"""The corrected conversion rate against exact fractions, against R, and by simulation."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.stats.conversion import Conversion, conversion
from experiments.stats.effects import Estimate, NoEffect
from tests.experiments.rscript import numbers_from_r

_UNITS = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40)


def kaplan_meier(units, until):
    """1 - product of (1 - d / Y), one wait after the other, in fractions."""
    staying = Fraction(1)
    for wait in sorted({w for w, converted in units if converted and w <= until}):
        risk = sum(w >= wait for w, _ in units)
        staying *= 1 - Fraction(sum(w == wait and c for w, c in units), risk)
    return 1 - staying


def curve_of(units) -> Conversion:
    found = conversion(np.array([w for w, _ in units]), np.array([c for _, c in units]))
    assert isinstance(found, Conversion)
    return found


@settings(max_examples=80, deadline=None)
@given(_UNITS)
def test_the_share_is_that_of_exact_fractions_at_every_wait(units):
    curve = curve_of(units)
    for wait in range(14):
        said = curve.at(wait)
        if wait > max(w for w, _ in units) and kaplan_meier(units, 99) < 1:
            assert isinstance(said, NoEffect)
            continue
        assert isinstance(said, Estimate)
        assert said.value == pytest.approx(float(kaplan_meier(units, wait)), abs=1e-12)
        assert 0 <= said.interval.low <= said.value <= said.interval.high <= 1


@settings(max_examples=50, deadline=None)
@given(_UNITS)
def test_without_censoring_before_the_window_it_is_the_plain_share(units):
    grown = [(wait if converted else 12, converted) for wait, converted in units]
    said = curve_of(grown).at(12) if any(not c or w == 12 for w, c in grown) else None
    if said is not None:
        assert said.value == pytest.approx(sum(c for _, c in grown) / len(grown))


@pytest.mark.r
def test_share_and_limits_are_those_of_r():
    rng = np.random.default_rng(3)
    waits, converted = rng.integers(1, 60, 200), rng.random(200) < 0.4
    said = numbers_from_r(
        f"w <- c({','.join(map(str, waits))}); d <- c({','.join(str(int(c)) for c in converted)})\n"
        "s <- summary(survfit(Surv(w, d) ~ 1, conf.type = 'log-log'))\n"
        "say('time', s$time); say('share', 1 - s$surv); say('low', 1 - s$upper); say('high', 1 - s$lower)\n"
    )
    curve = conversion(waits, converted)
    assert isinstance(curve, Conversion)
    assert curve.times.tolist() == said["time"]
    for name in ("share", "low", "high"):
        assert getattr(curve, name).tolist() == pytest.approx(said[name], abs=1e-9), name


def test_young_units_do_not_pull_the_rate_down_and_the_interval_covers():
    """Half convert, after a wait of up to 100; entries go on until now. 400 worlds, error of 95 % is 1.1 points."""
    rng = np.random.default_rng(8)
    inside, naive = 0, []
    for _ in range(400):
        n = 300
        wait = np.where(rng.random(n) < 0.5, rng.integers(1, 101, n), 10_000)
        seen = np.minimum(rng.integers(0, 400, n), 100)
        said = conversion(np.minimum(wait, seen), wait <= seen).at(100)
        inside += said.interval.low <= 0.5 <= said.interval.high
        naive.append((wait <= seen).mean())
    assert np.mean(naive) < 0.46  # what others show
    assert 0.95 - 3 * 0.011 <= inside / 400 <= 0.95 + 3 * 0.011


def test_nonsense_is_refused_and_nobody_is_said():
    assert conversion(np.empty(0, np.int64), np.empty(0, bool)).code == "conversion_nobody"
    with pytest.raises(ValueError, match="must have as many"):
        conversion(np.array([1, 2]), np.array([True]))
    with pytest.raises(ValueError, match="at least 0"):
        conversion(np.array([-1]), np.array([True]))
