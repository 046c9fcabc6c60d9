"""Sample ratio: did the arms receive the shares of units that were planned?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.stats.effects import Check, NoEffect, Reason

_SMALL_EXPECTED = 5
_MOST_OUTCOMES = 200_000
_TIE = 1e-7  # outcomes this close in probability count as equally likely, as in R's binom.test


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """What was seen, what the plan expects, and how surprising the difference is.

    Args:
        observed: Units by arm.
        expected: Units by arm under the plan.
        p_value: Of the planned split, in [0, 1].
        method: "chi_square", "exact_multinomial" or "exact_binomials".
    """

    observed: tuple[int, ...]
    expected: tuple[float, ...]
    p_value: float
    method: str


def sample_ratio(observed: Sequence[int], weights: Sequence[float]) -> SampleRatio | NoEffect:
    """Pearson's chi-square of the planned split, Σ (O − E)²/E on k − 1 degrees; exact when E is small.

    When an arm expects fewer than 5 units: the exact multinomial p-value (all outcomes no likelier than the
    one seen), or, with more than 200,000 outcomes to list, exact two-sided binomials per arm joined by
    Bonferroni.

    Args:
        observed: Units by arm, two arms or more.
        weights: Planned relative weights by arm, all positive.

    Returns:
        The p-value of one look; a NoEffect when there are no units. Not valid for looking again and again.

    Raises:
        ValueError: If lengths differ, there are fewer than two arms, a count is negative or a weight is not
            positive.
    """
    require_split(observed, weights)
    n = sum(observed)
    if n == 0:
        return no_exposures()
    shares = planned_shares(weights)
    expected = tuple(n * share for share in shares)
    if min(expected) >= _SMALL_EXPECTED:
        p_value, method = _chi_square(observed, expected), "chi_square"
    elif math.comb(n + len(shares) - 1, len(shares) - 1) <= _MOST_OUTCOMES:
        p_value, method = _multinomial(observed, shares), "exact_multinomial"
    else:
        singles = (
            _multinomial((seen, n - seen), (p, 1 - p)) for seen, p in zip(observed, shares, strict=True)
        )
        p_value, method = min(1.0, len(shares) * min(singles)), "exact_binomials"
    return SampleRatio(tuple(observed), expected, min(1.0, p_value), method)


def check_sample_ratio(
    observed: Sequence[int], weights: Sequence[float], alpha: float = 0.001
) -> Check | NoEffect:
    """The sample ratio as a check: it fails below alpha.

    Args:
        observed: Units by arm.
        weights: Planned relative weights by arm.
        alpha: .001 for one check, .0005 each when it is done before and after exclusions.

    Returns:
        The check with its reason; a NoEffect when there are no units.

    Raises:
        ValueError: As `sample_ratio`; and if alpha is outside (0, 1).
    """
    if not 0 < alpha < 1:
        raise ValueError(f"`alpha` is {alpha}; must be in (0, 1); write 0.1 % as 0.001.")
    found = sample_ratio(observed, weights)
    if isinstance(found, NoEffect):
        return found
    return told(found.observed, found.expected, found.p_value, alpha)


def told(observed: Sequence[int], expected: Sequence[float], p_value: float, alpha: float) -> Check:
    """The check of a split in words, whatever way its p-value was found.

    Args:
        observed: Units by arm.
        expected: Units by arm under the plan.
        p_value: Of the planned split, in [0, 1].
        alpha: It fails below this.
    """
    seen = " / ".join(f"{units:,}" for units in observed)
    planned = " / ".join(f"{units:,.1f}" for units in expected)
    facts = (("observed", seen), ("expected", planned), ("p_value", p_value), ("alpha", alpha))
    if p_value < alpha:
        said = Reason(
            "sample_ratio_mismatch",
            f"The arms received {seen} units where {planned} were planned (p = {p_value:.2g}): the "
            "comparison cannot be trusted; look for units lost or moved in one arm.",
            facts,
        )
        return Check("sample_ratio", passed=False, reason=said, p_value=p_value)
    said = Reason(
        "sample_ratio_ok",
        f"The arms received {seen} units where {planned} were planned (p = {p_value:.2g}).",
        facts,
    )
    return Check("sample_ratio", passed=True, reason=said, p_value=p_value)


def no_exposures() -> NoEffect:
    """Nobody is in the experiment yet."""
    return NoEffect("no_exposures", "No unit has been exposed yet, so the split cannot be checked.")


def planned_shares(weights: Sequence[float]) -> list[float]:
    """The weights as shares of 1.

    Args:
        weights: Planned relative weights by arm, all positive.

    Raises:
        ValueError: If a weight is not positive, or an arm's share too small to be told from nothing.
    """
    _require_weights(weights)
    scale = max(weights)
    whole = math.fsum(weight / scale for weight in weights)
    shares = [weight / scale / whole for weight in weights]
    if min(shares) == 0:
        raise ValueError(
            f"`weights` is {list(weights)}; must be of comparable size; leave out an arm that receives nobody."
        )
    return shares


def require_split(observed: Sequence[int], weights: Sequence[float]) -> None:
    """Refuse what is not a split over two or more arms.

    Args:
        observed: Units by arm.
        weights: Planned relative weights by arm.

    Raises:
        ValueError: If lengths differ, there are fewer than two arms, a count is negative or a weight is not
            positive.
    """
    if len(observed) != len(weights) or len(observed) < 2:
        raise ValueError(
            f"`observed` is {len(observed)} arms and `weights` {len(weights)}; must be equal and two or "
            "more; give one each."
        )
    if min(observed) < 0:
        raise ValueError(f"`observed` is {list(observed)}; must be 0 or more; count units by arm.")
    _require_weights(weights)


def _require_weights(weights: Sequence[float]) -> None:
    if not all(math.isfinite(weight) and weight > 0 for weight in weights):
        raise ValueError(
            f"`weights` is {list(weights)}; must be positive; leave out an arm that receives nobody."
        )


def _chi_square(observed: Sequence[int], expected: Sequence[float]) -> float:
    from scipy.special import chdtrc

    statistic = math.fsum((o - e) ** 2 / e for o, e in zip(observed, expected, strict=True))
    return float(chdtrc(len(observed) - 1, statistic))


def _multinomial(observed: Sequence[int], shares: Sequence[float]) -> float:
    """P(an outcome no likelier than the one seen), by listing every way to spread n units over the arms."""
    from scipy.special import gammaln

    n = sum(observed)
    left, weight = np.array([n]), np.array([gammaln(n + 1)])  # units still to place, log probability so far
    for share in shares[:-1]:
        placed = np.concatenate([np.arange(rest + 1) for rest in left])
        weight = np.repeat(weight, left + 1) + placed * math.log(share) - gammaln(placed + 1)
        left = np.repeat(left, left + 1) - placed
    weight = weight + left * math.log(shares[-1]) - gammaln(left + 1)
    seen = gammaln(n + 1) + sum(
        units * math.log(share) - gammaln(units + 1) for units, share in zip(observed, shares, strict=True)
    )
    return float(np.exp(weight[weight <= seen + _TIE]).sum())
