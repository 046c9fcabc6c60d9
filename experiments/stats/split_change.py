"""The hour from which a split went wrong: the likeliest change point of counts by arm against the planned split."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats.effects import NoEffect
from experiments.stats.srm import no_exposures, planned_shares, require_split
from experiments.stats.srm_sequence import CONCENTRATION, Concentration, require_alpha, running_p

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SplitChange:
    """Since when the arms have not received what was planned.

    Args:
        hour: Place of the first bad hour, from 0 (off since the first unit) to t − 1.
        alarm: Place of the hour in which the alarm was first raised.
        before: Units by arm before the first bad hour.
        since: Units by arm from it on.
        p_value: Of the planned split over all hours, valid under looks at any time; at most alpha.
        always_p: Of "off in the same way since the first hour": small where the split was good before.
    """

    hour: int
    alarm: int
    before: tuple[int, ...]
    since: tuple[int, ...]
    p_value: float
    always_p: float


def first_bad(
    counts: Counts,
    weights: Sequence[float],
    alpha: float = 0.0005,
    concentration: Concentration = CONCENTRATION,
) -> SplitChange | NoEffect:
    """The hour from which the split is off, named only when the alarm of the sample ratio stands.

    Hours before τ follow the plan θ, hours from τ on another split; with S_i the units of arm i from τ on, S their sum,

        L(τ) = Σ S_i log(S_i / (S θ_i)),

    and the first bad hour is the τ with the largest L (Hinkley & Hinkley 1970, Biometrika 57:477–488, with the split before
    known). always_p = exp(L(0) − L(τ)): if the split had been off alike since the first hour, L(τ) − L(0) would be the log
    likelihood ratio of the plan against that split, which exceeds log(1/a) with probability ≤ a (Ville 1939; the split being
    estimated, P(always_p < .05) was .02 to .04 in 1,500 simulated worlds with 5 %, 10 % and 30 % of one arm lost).

    With 200 hours of 200 units and a tenth of one arm lost from hour 100 on, 75 % of worlds raise the alarm by the end;
    half of the hours then named lie within 3 of the truth, 90 % within 16.

    Args:
        counts: Units first exposed in each hour by arm, shape (t, k), in order of time, none left out.
        weights: Planned relative weights by arm, all positive.
        alpha: Of the alarm, in (0, 1).
        concentration: As for `srm_sequence.log_evidence`.

    Returns:
        The change; a NoEffect without units or without an alarm. Not for a split that went wrong and recovered, whose
        first bad hour it names only roughly, nor for hours of arrival of the logs: use the hours of the exposures.

    Raises:
        ValueError: If the table is not hours by arms, or holds negative counts.
    """
    require_alpha(alpha)
    hours = np.asarray(counts, np.int64)
    if hours.ndim != 2:
        raise ValueError(f"`counts` has {hours.ndim} axes; must be hours by arms; give one row per hour.")
    require_split(hours.min(axis=0, initial=0).tolist(), weights)
    if hours.sum() == 0:
        return no_exposures()
    running = running_p(hours.cumsum(axis=0), weights, concentration)
    p_value = float(running[-1])
    if p_value >= alpha:
        return NoEffect(
            "split_without_alarm",
            f"The split has raised no alarm (p = {p_value:.2g}), so no hour is named from which it is off.",
            (("p_value", p_value),),
        )
    since = hours[::-1].cumsum(axis=0)[::-1]
    scores = np.where(hours.sum(axis=1) > 0, deviance(since, planned_shares(weights)) / 2, -np.inf)
    hour, start = int(scores.argmax()), int((hours.sum(axis=1) > 0).argmax())
    return SplitChange(
        hour=hour,
        alarm=int((running < alpha).argmax()),
        before=tuple(hours[:hour].sum(axis=0).tolist()),
        since=tuple(since[hour].tolist()),
        p_value=p_value,
        always_p=math.exp(scores[start] - scores[hour]),
    )


def deviance(counts: Counts, shares: Sequence[float]) -> Floats:
    """Twice the log-likelihood ratio of the split seen against the one planned, 2 Σ n_i log(n_i / (N θ_i)); 0 without units.

    Args:
        counts: Units by arm, shape (..., k).
        shares: Planned shares by arm, adding up to 1.

    Returns:
        Shape (...); about chi-square on k − 1 degrees of freedom under the plan, at one look (Wilks 1938).
    """
    planned = counts.sum(axis=-1, keepdims=True) * np.asarray(shares)
    ratio = np.where(counts > 0, counts, 1) / np.where(counts > 0, planned, 1.0)
    found: Floats = 2 * (counts * np.log(ratio)).sum(axis=-1)
    return found
