"""Days without anything: the chance by hand, the rate of false alarms and the power by simulation."""

import math

import numpy as np
import pytest

from experiments.stats.silence import Silence, Watched, at_least_active, silences

DAYS, UNITS = 20, 150


def arms(hits, units=UNITS):
    return {key: {day: Watched(units, n, n == 0) for day, n in enumerate(own)} for key, own in hits.items()}


def test_the_chance_of_a_silence_is_that_of_all_its_units():
    quiet = {"a": [15] * 5 + [0, 0] + [9] * 3, "b": [15] * 5 + [0, 0] + [9] * 3}
    (found,) = silences(arms(quiet))
    share = 0.5 * 9 / UNITS  # the lesser share is that after it
    chance = (1 - share) ** (4 * UNITS) * 10 * 3  # ten days, two arms and both together
    assert (found.first, found.last, found.units, found.arm) == (5, 6, 4 * UNITS, None)
    assert found.p_value == pytest.approx(chance, rel=1e-9)
    assert found.expected == pytest.approx(4 * UNITS * share)
    assert silences(arms(quiet), looked=10**9) == ()


def test_an_arm_that_falls_silent_while_the_others_go_on_is_named():
    quiet = {"a": [15] * 10, "b": [15] * 4 + [0, 0, 0] + [15] * 3}
    (found,) = silences(arms(quiet))
    assert (found.first, found.last, found.arm) == (4, 6, "b")


def test_an_arm_that_never_did_it_has_no_outage():
    assert silences(arms({"a": [15] * 10, "none": [0] * 10})) == ()
    assert silences(arms({"a": [0] * 10, "b": [0] * 10})) == ()


def test_silence_until_now_and_silence_at_the_start_are_found():
    for quiet in ([15] * 8 + [0, 0], [0, 0] + [15] * 8):
        (found,) = silences(arms({"a": quiet, "b": quiet}))
        assert found.last - found.first == 1


def test_every_sunday_is_a_rhythm():
    for days in (14, 21, 35):
        closed = [0 if day % 7 == 6 else 30 for day in range(days)]
        assert silences(arms({"a": closed, "b": closed})) == ()
    closed[15] = 0  # an outage beside the rhythm
    (found,) = silences(arms({"a": closed, "b": closed}))
    assert (found.first, found.last) == (15, 15)


def test_values_that_cancel_are_no_silence():
    days = {day: Watched(150, 20.0, False) for day in range(6)} | {6: Watched(150, 0.0, False)}
    assert silences({"a": days}) == ()


def test_few_units_are_silent_by_chance():
    few = [2, 1, 0, 1, 0, 0, 3]
    assert silences(arms({"a": few, "b": few}, units=8)) == ()


@pytest.mark.parametrize(
    ("units", "share", "decay"),
    [
        (150, 0.03, 0.0),
        (150, 0.03, 0.12),
        (2000, 0.3, 0.3),
        (2000, 0.1, 0.12),
        (1000, 0.2, 0.2),
        (60, 0.1, 0.05),
    ],
)
def test_clean_worlds_are_not_named(units, share, decay):
    """1,000 worlds with half as many at weekends and a novelty that wears off: .0005 of them may be named, 4 s.e. above is 3."""
    rng, worlds, named = np.random.default_rng(1), 1000, 0
    day = np.arange(DAYS)
    shares = share * np.exp(-decay * day) * np.where(day % 7 >= 5, 0.5, 1.0)
    for _ in range(worlds):
        hits = {key: rng.binomial(units, shares).tolist() for key in ("a", "b")}
        named += bool(silences(arms(hits, units)))
    assert named <= 3


@pytest.mark.parametrize(("share", "least"), [(0.1, 0.999), (0.05, 0.95)])
def test_two_silent_days_are_found(share, least):
    rng, worlds, found = np.random.default_rng(2), 300, 0
    for _ in range(worlds):
        hits = {key: rng.binomial(2 * UNITS, share, DAYS) for key in ("a", "b")}
        for own in hits.values():
            own[9:11] = 0
        told = silences(arms({key: own.tolist() for key, own in hits.items()}, 2 * UNITS))
        found += any((one.first, one.last) == (9, 10) for one in told)
    assert found / worlds >= least - 3 * math.sqrt(0.05 / worlds)


def test_units_with_a_value_are_at_least_as_many_as_the_moments_say():
    rng = np.random.default_rng(3)
    for share in (0.02, 0.3, 1.0):
        values = rng.lognormal(size=400) * (rng.random(400) < share)
        least = at_least_active(values.size, values.mean(), ((values - values.mean()) ** 2).sum())
        assert 0 < least <= (values > 0).sum() + 1e-9
    assert at_least_active(5, 0.0, 0.0) == at_least_active(0, 0.0, 0.0) == 0
    assert at_least_active(7, 2.0, 0.0) == 7


def test_what_breaks_a_rule_is_refused():
    with pytest.raises(ValueError, match=r"^`active` is 3 of 2 units"):
        Watched(2, 3, False)
    with pytest.raises(ValueError, match=r"^`alpha` is 1"):
        silences({}, alpha=1.0)
    assert silences({}) == ()
    assert isinstance(Silence(1, 2, 3, 4.0, 0.1, None), Silence)
