"""Endings in the grace after a limit count at the limit: a longer display has such a pile at its own limit."""

import numpy as np
import pytest

from experiments.stats.cure import Prediction, fits, predict
from experiments.stats.effects import Estimate
from experiments.stats.samples import RiskTable
from experiments.stats.survival import incidence

CAUSES = ("tap", "dismiss")
TAPS, DISMISSALS, GRACE = 4000.0, 9000.0, (0.06, 0.02)
"""Mean ms until a tap and a dismissal; of those there at the limit, who is logged to tap and to dismiss in the grace."""


def world(n: int, limit_ms: int, seed: int, grace: tuple[float, float] = GRACE) -> RiskTable:
    """Exponential waiting times, cut off at a limit with a pile of the grace."""
    rng = np.random.default_rng(seed)
    taps, dismissals = rng.exponential(TAPS, n), rng.exponential(DISMISSALS, n)
    first, cause = np.minimum(taps, dismissals), (dismissals < taps).astype(int)
    events, censored = np.zeros((2, limit_ms + 1), np.int64), np.zeros(limit_ms + 1, np.int64)
    ended = first < limit_ms
    np.add.at(events, (cause[ended], first[ended].astype(int)), 1)
    piled = rng.multinomial(int((~ended).sum()), [*grace, 1 - sum(grace)])
    events[:, limit_ms] += piled[:2]
    censored[limit_ms] = piled[2]
    return RiskTable(CAUSES, events, censored)


def told(table: RiskTable, n_ms: int) -> dict[str, Estimate]:
    found = predict(fits(table, "tap"), n_ms)
    assert isinstance(found, Prediction)
    return found.shares


def truth(limit_ms: int) -> tuple[float, float]:
    """The shares counted at a limit: ended before it, and those there by the grace."""
    whole = 1 / TAPS + 1 / DISMISSALS
    there = np.exp(-whole * limit_ms)
    return tuple(
        (1 - there) / mean / whole + there * pile
        for mean, pile in zip((TAPS, DISMISSALS), GRACE, strict=True)
    )


@pytest.fixture(scope="module")
def table() -> RiskTable:
    return world(20_000, 4000, 1)


def test_just_beyond_the_limit_nothing_falls(table: RiskTable) -> None:
    beyond = told(table, 4001)
    for cause in CAUSES:
        curve = incidence(table, cause)
        assert beyond[cause].value == pytest.approx(float(curve.value[4000]), abs=2e-4)
        assert beyond[cause].value > float(curve.value[3999]) + 0.003


def test_the_counts_of_a_longer_display_are_met_with_its_own_pile(table: RiskTable) -> None:
    beyond = told(table, 8000)
    for cause, expected in zip(CAUSES, truth(8000), strict=True):
        assert beyond[cause].interval is not None
        assert beyond[cause].interval.contains(expected), (cause, beyond[cause], expected)


def test_without_a_pile_nothing_is_added() -> None:
    bare = world(5_000, 4000, 2, (0.0, 0.0))
    assert told(bare, 4001)["tap"].value == pytest.approx(float(incidence(bare, "tap").value[4000]), abs=2e-4)


def test_more_time_never_takes_away(table: RiskTable) -> None:
    there = [told(table, n_ms)["tap"].value for n_ms in (4001, 4500, 6000, 9000, 15_000)]
    assert there == sorted(there)


def test_what_ends_the_last_unit_is_no_pile() -> None:
    # nobody outlasts the last ms: it is an ending like others, no display limit
    whole = world(3_000, 4000, 3, (0.0, 0.0))
    censored = whole.censored.copy()
    events = whole.events.copy()
    events[0, 4000] += censored[4000]
    censored[4000] = 0
    assert told(RiskTable(CAUSES, events, censored), 4001)["tap"].value == pytest.approx(
        float(incidence(whole, "tap").value[3999]), abs=2e-3
    )
