"""Shares of units of which some belong to one person, from one pass over units in person order."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats import clusters, proportions
from experiments.stats.effects import Estimate, NoEffect
from experiments.stats.persons.order import WholePersons
from experiments.stats.persons.passes import Ints, add_shares
from experiments.stats.samples import Count

MOST_SHARES = 62


@dataclass(frozen=True, slots=True)
class PersonShare:
    """Units and hits of one side, summed over persons.

    Args:
        count: Units n and hits x of all.
        persons: Persons with units.
        square_units, square_hits, product: Σ n², Σ x², Σ n x over persons.
    """

    count: Count
    persons: int
    square_units: float
    square_hits: float
    product: float

    def rate(self, level: float = 0.95) -> Estimate | NoEffect:
        """The share of units with the property, as `clusters.rate` tells it of every person's units.

        Args:
            level: Confidence level in (0, 1).

        Returns:
            The share in [0, 1]; a NoEffect without units, or with several units of a single person.
        """
        if self.persons == self.count.n:
            return proportions.rate(self.count, level)
        share = self.count.hits / self.count.n
        pulled = self.square_hits - 2 * share * self.product + share**2 * self.square_units
        return clusters.rate_of(self.count, self.persons, max(pulled, 0.0), self.square_units, level)


class ShareSums:
    """A pass in progress over the shares of several arms: feed it batches in person order, then finish it."""

    def __init__(self, arms: int, shares: int) -> None:
        """Begin before the first unit.

        Args:
            arms: How many arms.
            shares: How many shares of each, at most 62.

        Raises:
            ValueError: A number is out of range.
        """
        if arms < 1 or not 1 <= shares <= MOST_SHARES:
            raise ValueError(f"`shares` is {shares} of {arms} arms; must be 1 to {MOST_SHARES} of 1 or more.")
        self._counts = np.zeros((arms, shares, 2), np.int64)
        self._persons = np.zeros((arms, shares), np.int64)
        self._squares = np.zeros((arms, shares, 3))
        self._order = WholePersons()

    def feed(self, keys: NDArray[np.integer], arms: Ints, members: Ints, hits: Ints) -> None:
        """Add one batch of units.

        Args:
            keys: The person of each unit; ascending over all batches.
            arms: Place of its arm; any number outside them leaves it out.
            members: Bit q says that the unit counts in share q.
            hits: Bit q says that it has the property.

        Raises:
            OrderBroken: A person's number is below the one before it; what was added so far is not to be used.
        """
        self._add(self._order.feed(keys, arms, members, hits))

    def finish(self) -> tuple[tuple[PersonShare, ...], ...]:
        """End the last person; the shares of each arm."""
        self._add(self._order.finish())
        return tuple(
            tuple(self._share(arm, share) for share in range(self._persons.shape[1]))
            for arm in range(self._persons.shape[0])
        )

    def _add(self, rows: tuple[Ints, ...]) -> None:
        if rows:
            add_shares(*rows, self._counts, self._persons, self._squares)

    def _share(self, arm: int, share: int) -> PersonShare:
        n, hits = self._counts[arm, share].tolist()
        return PersonShare(
            Count(n, hits), int(self._persons[arm, share]), *self._squares[arm, share].tolist()
        )
