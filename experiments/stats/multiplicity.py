"""Several questions at once: Holm, Benjamini–Hochberg, and the level of a Bonferroni interval."""

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm's adjusted p-values: rejecting where ≤ α keeps the chance of any false rejection ≤ α.

    Sorted p(1) ≤ … ≤ p(m): adjusted p(i) = max over j ≤ i of min(1, (m − j + 1) p(j)), under any dependence
    (Holm 1979, Scand. J. Stat. 6:65–70).

    Args:
        p_values: m p-values in [0, 1], in any order.

    Returns:
        The adjusted ones in the order given.

    Raises:
        ValueError: If a p-value is outside [0, 1].
    """
    order, m = _ascending(p_values), len(p_values)
    adjusted, highest = [0.0] * m, 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (m - rank) * p_values[place]))
        adjusted[place] = highest
    return tuple(adjusted)


def benjamini_hochberg(p_values: Sequence[float]) -> tuple[float, ...]:
    """Benjamini–Hochberg adjusted p-values: rejecting where ≤ q keeps the share of false ones ≤ q.

    Adjusted p(i) = min over j ≥ i of min(1, m p(j) / j) (Benjamini & Hochberg 1995, JRSS B 57:289–300).
    Holds under independence and positive dependence.

    Args:
        p_values: m p-values in [0, 1], in any order.

    Returns:
        The adjusted ones in the order given.

    Raises:
        ValueError: If a p-value is outside [0, 1].
    """
    order, m = _ascending(p_values), len(p_values)
    adjusted, lowest = [0.0] * m, 1.0
    for rank in range(m, 0, -1):
        place = order[rank - 1]
        lowest = min(lowest, m * p_values[place] / rank)
        adjusted[place] = lowest
    return tuple(adjusted)


def bonferroni_level(alpha: float, comparisons: int) -> float:
    """The level of m intervals that jointly cover with probability ≥ 1 − α: 1 − α/m.

    Args:
        alpha: In (0, 1).
        comparisons: m, 1 or more.

    Raises:
        ValueError: If alpha is outside (0, 1) or there is no comparison.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"`alpha` is {alpha}; must be in (0, 1); write 5 % as 0.05.")
    if comparisons < 1:
        raise ValueError(f"`comparisons` is {comparisons}; must be 1 or more; count the intervals shown.")
    return 1 - alpha / comparisons


def _ascending(p_values: Sequence[float]) -> list[int]:
    for p_value in p_values:
        if not 0 <= p_value <= 1:
            raise ValueError(f"`p_values` has {p_value}; must be in [0, 1]; leave out what cannot be tested.")
    return sorted(range(len(p_values)), key=lambda place: p_values[place])
