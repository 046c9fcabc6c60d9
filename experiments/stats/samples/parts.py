"""Which units a sample is of, and what a count may be."""

Parts = frozenset[str]
"""Names of the disjoint sets of units behind a sample, for example {"shard 3"} or {"exposed 2026-04-01"}."""

NO_PARTS: Parts = frozenset()


def united(one: Parts, other: Parts) -> Parts:
    """The parts of a sum of two samples.

    Args:
        one: Parts of the first sample.
        other: Parts of the second.

    Raises:
        ValueError: If a sample does not say which units it is of, or the two share a set of units.
    """
    if not one or not other:
        raise ValueError(
            "`parts` is empty; must name the set of units of each sample that is added; label them, for "
            "example {'shard 1'}."
        )
    shared = one & other
    if shared:
        raise ValueError(
            f"`parts` is {sorted(one)} and {sorted(other)}; must be disjoint to be added; leave out "
            f"{sorted(shared)}."
        )
    return one | other


def require_count(name: str, value: int) -> None:
    """Refuse what is not a whole number of 0 or more.

    Args:
        name: What the sentence calls it.
        value: The number.

    Raises:
        ValueError: If it is negative or not whole.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"`{name}` is {value!r}; must be a whole number of 0 or more; count units.")
