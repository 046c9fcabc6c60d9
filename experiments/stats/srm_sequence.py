"""Sample ratio under looks at any time: the multinomial test of Lindon & Malek, and the hour a split went wrong."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from experiments.stats.effects import Check, NoEffect
from experiments.stats.srm import no_exposures, planned_shares, require_split, told
from experiments.stats.stirling import remainder

CONCENTRATION = 1000.0
"""Units that the prior around the planned split weighs: sharpest near a mismatch of a few per cent."""
MIXED = (40.0, 1000.0)
"""Half of the prior far from the plan, half near: a few hundred units grossly off are found as soon as many that are
slightly off, for at most log 2 of evidence."""
Concentration = float | tuple[float, ...]
Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


def log_evidence(
    counts: Counts, weights: Sequence[float], concentration: Concentration = CONCENTRATION
) -> Floats:
    """The log Bayes factor against the planned split: how much better a split near it explains the counts.

    With n_i units in arm i of N, planned shares θ_i and the prior Dirichlet(c θ) over the true split,

        log B = log Γ(c)/Γ(N + c) + Σ log Γ(n_i + c θ_i)/Γ(c θ_i) − Σ n_i log θ_i

    (Lindon & Malek 2022, "Anytime-valid inference for multinomial count data", NeurIPS; arXiv 2011.03567). Under the plan
    exp(log B) is a martingale with mean 1 in the order in which units arrive, so P(B ever reaches 1/α) ≤ α, exactly,
    whatever the times of the looks and for any planned split (Ville 1939). It is computed as an entropy plus the
    remainders of Stirling's formula, without differences of large numbers, so that 10⁹ units lose no digits.

    `concentration` c is the power chosen: the test is sharpest where the true shares lie about √(θ(1 − θ)/c) from the
    plan. Units until half-and-half raises the alarm at α = .0005 with probability .8, looking at every +1 %:

        arm short by      c = 100      1,000     10,000
        2 % (.49 : .51)    71,800     65,000     66,900      (one look by chi-square: 46,700)
        5 %                10,800     10,500     14,300
        10 %                2,500      2,900      5,500
        20 %                  650      1,020      2,400

    so 1,000 costs 1 % more units at 2 % than the best choice (about 3,000), and half as many units at 20 % as 10,000,
    the default of Optimizely's ssrm_test. For a few hundred units (rare events by arm) pass 50 to 100. With 9:1 and the small
    arm short by 2 % it takes 635,000 units.

    Args:
        counts: Units by arm so far, shape (..., k).
        weights: Planned relative weights by arm, k ≥ 2, all positive.
        concentration: c, above 0, set before looking; of several each counts alike (a mean of martingales is one).

    Returns:
        log B, shape (...); above log(1/α) it is an alarm. Not for units that influence each other's arm.

    Raises:
        ValueError: If the last axis is not the arms, a count is negative, or a weight or c is not positive.
    """
    if isinstance(concentration, tuple):
        each = np.stack([log_evidence(counts, weights, one) for one in concentration])
        mixed: Floats = np.logaddexp.reduce(each, axis=0) - math.log(len(concentration))
        return mixed
    n = np.asarray(counts, np.float64)
    require_split([0] * (n.shape[-1] if n.ndim else 0), weights)
    if n.size and not (n.min() >= 0 and np.isfinite(n.max())):
        raise ValueError("`counts` has a negative or missing number; must be 0 or more; count units by arm.")
    if not 0 < concentration < math.inf:
        raise ValueError(f"`concentration` is {concentration}; must be above 0 and finite; 1,000 is usual.")
    share = np.asarray(planned_shares(weights))
    prior, whole = concentration * share, n.sum(axis=-1)
    if prior.min() == 0:
        raise ValueError(
            f"`concentration` is {concentration}; must not vanish against `weights`; take 1 or more."
        )
    after, all_after = n + prior, whole + concentration
    spread = 0.5 * (np.log(all_after / concentration) - (np.log(after) - np.log(prior)).sum(axis=-1))
    rest = remainder(after).sum(axis=-1) - remainder(all_after)
    rest_before = remainder(prior).sum() - remainder(np.asarray(concentration))
    found: Floats = _entropy(n - whole[..., None] * share, after, all_after[..., None] * share)
    found += spread + (rest - rest_before)
    return found


def sample_ratio_p(
    observed: Sequence[int], weights: Sequence[float], concentration: Concentration = CONCENTRATION
) -> float:
    """The p-value of the counts so far, min(1, 1/B): below α at any look with probability ≤ α under the plan.

    Args:
        observed: Units by arm so far.
        weights: Planned relative weights by arm, all positive.
        concentration: As for `log_evidence`.

    Returns:
        In [0, 1]; 1 without units. It may rise again; `running_p` keeps the lowest.
    """
    require_split(observed, weights)
    return p_of_evidence(float(log_evidence(np.array(observed, np.int64), weights, concentration)))


def running_p(
    counts: Counts, weights: Sequence[float], concentration: Concentration = CONCENTRATION
) -> Floats:
    """The lowest p-value so far at each look: always valid, never rising (Johari et al. 2022, Oper. Res. 70:1806–1821).

    Args:
        counts: Units by arm so far, one row per look, shape (t, k); no arm ever falls.
        weights: Planned relative weights by arm, all positive.
        concentration: As for `log_evidence`.

    Returns:
        p-values, shape (t,).

    Raises:
        ValueError: If there is no table, or an arm loses units from one look to the next.
    """
    if np.ndim(counts) != 2:
        raise ValueError(f"`counts` has {np.ndim(counts)} axes; must be looks by arms; stack the looks.")
    if (np.diff(counts, axis=0) < 0).any():
        raise ValueError(
            "`counts` falls from one look to the next; must be units so far; add up the hours first."
        )
    evidence = np.maximum(log_evidence(counts, weights, concentration), 0.0)
    lowest: Floats = np.minimum.accumulate(np.exp(-evidence))
    return lowest


def check_sample_ratio_anytime(
    observed: Sequence[int],
    weights: Sequence[float],
    alpha: float = 0.0005,
    history: Counts | None = None,
    concentration: Concentration = CONCENTRATION,
) -> Check | NoEffect:
    """The sample ratio as a check that may be looked at whenever one likes: it fails below alpha, and then stays failed.

    At α = .0005 a 2 % mismatch (one of two equal arms receives 2 % fewer units than planned and the other 2 % more,
    .49 : .51) is found by 65,000 units with probability .80 and by 77,700 with .90, looking at every +1 %; without a
    mismatch .02 to .03 % of 40,000 experiments (1:1, 9:1) ever alarmed in 885 looks from 100 to 1,000,000 units, where
    chi-square at .0005 alarmed in 2.2 to 2.5 %.

    Args:
        observed: Units by arm so far.
        weights: Planned relative weights by arm, all positive; for weights that changed see
            `srm_phases`.
        alpha: Chance of ever alarming under the plan: .0005 each when it is done before and after exclusions.
        history: Units by arm at earlier looks, shape (t, k), so that an alarm once raised stands.
        concentration: As for `log_evidence`.

    Returns:
        The check with its reason; a NoEffect when there are no units.

    Raises:
        ValueError: As `running_p`; and if alpha is outside (0, 1).
    """
    require_alpha(alpha)
    require_split(observed, weights)
    n = sum(observed)
    if n == 0:
        return no_exposures()
    looks = np.array([observed], np.int64) if history is None else np.vstack([history, observed])
    p_value = float(running_p(looks, weights, concentration)[-1])
    return told(tuple(observed), [n * share for share in planned_shares(weights)], p_value, alpha)


def _entropy(excess: Floats, after: Floats, planned: Floats) -> Floats:
    """Σ a log(a / e) − (a − e), term by term at least 0, from the exact difference a − e."""
    with np.errstate(over="ignore"):  # an arm planned to receive next to nobody
        ratio = excess / planned
    near = np.abs(ratio) < 0.5
    log = np.where(near, np.log1p(np.where(near, ratio, 0.0)), np.log(after) - np.log(planned))
    found: Floats = (after * log - excess).sum(axis=-1)
    return found


def p_of_evidence(log: float) -> float:
    """The p-value of a log Bayes factor, min(1, 1/B).

    Args:
        log: log B; evidences of disjoint units add.
    """
    return math.exp(-max(log, 0.0))


def require_alpha(alpha: float) -> None:
    """Refuse what is not an error rate.

    Args:
        alpha: In (0, 1).

    Raises:
        ValueError: If it is outside (0, 1).
    """
    if not 0 < alpha < 1:
        raise ValueError(f"`alpha` is {alpha}; must be in (0, 1); write 0.05 % as 0.0005.")
