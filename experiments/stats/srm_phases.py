"""Sample ratio of an experiment whose weights changed on the way, valid under looks at any time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.stats.effects import Check, NoEffect
from experiments.stats.srm import no_exposures, require_split, told
from experiments.stats.srm_sequence import (
    CONCENTRATION,
    Concentration,
    log_evidence,
    p_of_evidence,
    require_alpha,
)


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the experiment under one set of weights.

    Args:
        observed: Units first exposed in it, by arm.
        weights: Planned relative weights by arm, 0 for an arm that was closed.

    Raises:
        ValueError: If lengths differ, a count is negative, or fewer than two arms are open.
    """

    observed: tuple[int, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.observed) != len(self.weights):
            require_split(self.observed, self.weights)
        require_split(*_open(self))
        require_split(self.observed, [weight or 1.0 for weight in self.weights])


def phased_p(phases: Sequence[Phase], concentration: Concentration = CONCENTRATION) -> float:
    """The p-value over phases with weights of their own: their evidences multiply, min(1, 1/Π B).

    A product of martingales that start one after the other is a martingale, so it is valid under looks at any time, and
    when a ramp changes the weights no unit has to be left out. Adding up the phases and testing against one split would
    alarm by itself.

    Args:
        phases: One or more stretches of the experiment, one after the other.
        concentration: As for `log_evidence`.

    Returns:
        In [0, 1]; 0 where an arm received units while it was closed, which no plan explains.
    """
    if any(
        n for phase in phases for n, weight in zip(phase.observed, phase.weights, strict=True) if not weight
    ):
        return 0.0
    open_arms = [_open(phase) for phase in phases]
    return p_of_evidence(math.fsum(float(log_evidence(np.array(n), w, concentration)) for n, w in open_arms))


def check_sample_ratio_phases(
    phases: Sequence[Phase], alpha: float = 0.0005, concentration: Concentration = CONCENTRATION
) -> Check | NoEffect:
    """`check_sample_ratio_anytime` where the weights changed on the way.

    Args:
        phases: Stretches of the experiment, all with the same arms in the same order.
        alpha: Chance of ever alarming under the plan.
        concentration: As for `log_evidence`.

    Returns:
        The check of the sums by arm against the sums planned; a NoEffect when there are no units.

    Raises:
        ValueError: If alpha is outside (0, 1), or the phases have different numbers of arms.
    """
    require_alpha(alpha)
    arms = {len(phase.observed) for phase in phases}
    if len(arms) > 1:
        raise ValueError(
            f"`phases` has {sorted(arms)} arms; must be the same in each; give a closed arm weight 0."
        )
    observed = tuple(map(sum, zip(*(phase.observed for phase in phases), strict=True)))
    if sum(observed) == 0:
        return no_exposures()
    planned = [[sum(p.observed) * w / math.fsum(p.weights) for w in p.weights] for p in phases]
    expected = [math.fsum(arm) for arm in zip(*planned, strict=True)]
    return told(observed, expected, phased_p(phases, concentration), alpha)


def _open(phase: Phase) -> tuple[list[int], list[float]]:
    found = [pair for pair in zip(phase.observed, phase.weights, strict=True) if pair[1] != 0]
    return [n for n, _ in found], [weight for _, weight in found]
