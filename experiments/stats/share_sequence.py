"""Whether something rare happens to the arms alike, valid under looks at any time."""

from collections.abc import Sequence

import numpy as np

from experiments.stats.effects import NoEffect, no_units
from experiments.stats.samples import Count
from experiments.stats.srm_sequence import sample_ratio_p

CONCENTRATION = 30.0
"""For few hits: gives 150 of 5,000 against 50 of 5,000 a p-value of 4·10⁻¹⁰, where the sample ratio's 1,000 gives .017."""


def alike_p(counts: Sequence[Count], concentration: float = CONCENTRATION) -> float | NoEffect:
    """The p-value of "every arm has the same share of hits": are the hits split as the units are?

    If the share is the same in all arms, each hit falls into an arm in proportion to its units, so the anytime-valid test of
    a split (Lindon & Malek 2022) applies to the hits, with the units as weights. With the planned weights it would be exact;
    with the units seen, a mismatch of the units themselves is left out of it, and it errs on the safe side, for hits are then
    drawn without replacement: looking at every +1 % from 100 to 200,000 units (1:1 and 9:1), 1.1 to 3.4 % of 20,000
    experiments ever fell below .05 where .2 to 20 % of units are hits, and .03 % or fewer below .0005.

    Args:
        counts: Units and hits of each arm, two arms or more.
        concentration: As for `srm_sequence.log_evidence`.

    Returns:
        In [0, 1]; 1 without hits; a NoEffect when an arm has no units. Not for what happens to most units: test the
        misses instead, of which there are fewer.

    Raises:
        ValueError: If there are fewer than two arms.
    """
    if len(counts) > 1 and min(count.n for count in counts) == 0:
        return no_units()
    weights = np.array([count.n for count in counts], np.float64)
    return sample_ratio_p([count.hits for count in counts], weights.tolist(), concentration)
