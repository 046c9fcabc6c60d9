"""How often nested steps of two equal periods are called different, and how often intervals hold the truth."""

import math

import numpy as np
import pytest
from scipy.stats import beta

from experiments.stats.clusters import Clusters, difference
from experiments.stats.effects import Effect
from experiments.stats.multiplicity import holm

RUNS, GOES_ON = 700, (0.6, 0.5, 0.7)


def periods(rng, persons, overlap, later):
    """Units of persons in two periods; each goes on from step to step, some persons more readily than others."""
    ready, both, left = rng.random(persons), rng.random(persons) < overlap, rng.random(persons) < 0.5
    for here, shift in ((both | left, 0.0), (both | ~left, later)):
        n = np.where(here, 1 + rng.binomial(2, 0.2, persons), 0)
        hits, steps = n, []
        for share in (GOES_ON[0] + shift, *GOES_ON[1:]):
            hits = rng.binomial(hits, beta.ppf(ready, 6 * share, 6 * (1 - share)))
            steps.append(Clusters(n, hits))
        yield steps


@pytest.mark.parametrize(("persons", "overlap"), [(60, 0.0), (60, 0.6), (400, 0.3)])
def test_three_steps_together_are_called_different_in_at_most_one_of_twenty(persons, overlap):
    """False alarms of Holm over the steps, ± Monte-Carlo error; the same of p-values that nobody adjusted."""
    rng, alarms, unadjusted = np.random.default_rng(persons), 0, 0
    for _ in range(RUNS):
        other, this = periods(rng, persons, overlap, 0.0)
        found = [difference(a, b).p_value for a, b in zip(other, this, strict=True)]
        alarms += min(holm(found)) < 0.05
        unadjusted += min(found) < 0.05
    error = math.sqrt(0.05 * 0.95 / RUNS)
    assert alarms / RUNS <= 0.05 + 2 * error, f"{alarms / RUNS:.3f} ± {error:.3f}"
    assert unadjusted > alarms


@pytest.mark.parametrize(("persons", "overlap"), [(60, 0.0), (60, 0.6), (400, 0.3)])
def test_the_interval_of_a_change_at_the_first_step_holds_it(persons, overlap):
    """A true difference of 10 points: covered in 95 % but for 3 Monte-Carlo errors."""
    rng, held = np.random.default_rng(persons + 1), 0
    for _ in range(RUNS):
        other, this = periods(rng, persons, overlap, 0.1)
        moved = difference(other[0], this[0])
        assert isinstance(moved, Effect)
        held += moved.interval.contains(0.1)
    assert held / RUNS >= 0.95 - 3 * math.sqrt(0.05 * 0.95 / RUNS), f"{held / RUNS:.3f}"
