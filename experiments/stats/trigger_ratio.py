"""Did the arms trigger alike? The share of units that reached what a metric starts from must not depend on the arm."""

import math
from collections.abc import Sequence

import numpy as np

from experiments.stats.samples import Count
from experiments.stats.srm_sequence import MIXED, Concentration, log_evidence, p_of_evidence


def trigger_ratio_p(
    counts: Sequence[Count], weights: Sequence[float], concentration: Concentration = MIXED
) -> float:
    """A p-value, valid at any time, of "units that triggered and units that did not were split as planned".

    If the arm has no say in who triggers, both streams of units are split by the planned weights; their Bayes factors
    multiply (Lindon & Malek 2022, see `srm_sequence.log_evidence`). So a share that nearly everybody reaches is watched as
    closely as one that few do.

    Args:
        counts: By arm, units and those of them that triggered.
        weights: Planned relative weights by arm, all positive.
        concentration: As for `srm_sequence.log_evidence`.

    Returns:
        In [0, 1], 1 without units; below α at any look with probability ≤ α. It alarms too where the split of all units
        is off: look at the sample ratio first.
    """
    triggered = np.array([one.hits for one in counts], np.int64)
    others = np.array([one.n - one.hits for one in counts], np.int64)
    evidence = math.fsum(float(log_evidence(one, weights, concentration)) for one in (triggered, others))
    return p_of_evidence(evidence)
