"""Sums of influence by person, from one pass over units in person order.

A person's sum at t is A + R(t) B − N P(t) (see `parts`), A and B summed over the units seen last up to t, N the number of
the others, and its square needs only Σ A², AB, B², AN, BN, N² over persons, which change at the person's own moments
alone: so one pass tells the sums of squares at every ms. They are those of R survival's cluster().
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.stats.persons.order import WholePersons
from experiments.stats.persons.parts import Grids
from experiments.stats.persons.passes import Floats, Ints, add_curves, add_moment
from experiments.stats.samples import RiskTable
from experiments.stats.survival.clustered import Persons

CENSORED, LEFT_OUT = -1, -2
"""Codes of units that no cause has ended, and of units that stand in no curve."""


class PersonSums:
    """A pass in progress that tells every ms: feed it batches in person order, cut anywhere, then finish it."""

    def __init__(self, tables: Sequence[RiskTable]) -> None:
        """Begin before the first unit.

        Args:
            tables: The table of each arm, all with the same causes; its units are those that will be fed.

        Raises:
            ValueError: No table, or different causes.
        """
        self._grids = Grids.of(tables)
        grid, curves = self._grids.parts.ended.shape
        self._steps = np.zeros((grid, 3 * curves + 3))
        self._start, self._persons = np.zeros(len(tables)), np.zeros(len(tables), np.int64)
        self._order = WholePersons()

    def feed(self, keys: Ints, arms: Ints, codes: Ints, ms: Ints) -> None:
        """Add one batch of units.

        Args:
            keys: The person of each unit; ascending over all batches.
            arms: Place of its table; of a unit that stands in no table, any number outside them.
            codes: Place of its cause; CENSORED; or LEFT_OUT of every curve.
            ms: When it was last seen; later than its table's limit is a censoring at the limit.

        Raises:
            OrderBroken: A person's number is below the one before it; what was added so far is not to be used.
        """
        self._add(self._order.feed(keys, arms, codes, ms))

    def finish(self) -> "PersonSquares":
        """End the last person."""
        self._add(self._order.finish())
        return PersonSquares(self._grids, self._steps, self._start, self._persons)

    def _add(self, rows: tuple[Ints, ...]) -> None:
        if rows:
            p = self._grids.parts
            alone = p.ended, p.censored, p.jump, p.ended_slope, p.censored_slope
            add_curves(
                *rows,
                self._grids.begin,
                len(self._grids.causes),
                *alone,
                self._steps,
                self._start,
                self._persons,
            )


@dataclass(frozen=True, slots=True, eq=False)
class PersonSquares:
    """What a pass has summed.

    Args:
        grids: The tables.
        steps: By how much Σ A², AB, AN (k columns each), B², BN, N² change at each ms, shape (G, 3k + 3).
        start: Σ N² before the first ms, by arm.
        counts: Persons of each arm.
    """

    grids: Grids
    steps: Floats
    start: Floats
    counts: Ints

    def persons(self, arm: int) -> int:
        """How many persons have units in an arm's curves."""
        return int(self.counts[arm])

    def squares(self, arm: int, cause: str | None) -> Floats:
        """Σ over persons of (Σ influence of the person's units)² on an incidence, at each ms, shape (limit + 1,).

        Args:
            arm: Place of its table.
            cause: One of the causes; None for all together, and so for what is left of them.
        """
        curve, mine = self.grids.curve(cause), slice(*self.grids.begin[arm : arm + 2])
        many = self.steps.shape[1] - 3
        aa, ab, an = np.cumsum(self.steps[mine, 3 * curve : 3 * curve + 3], axis=0).T
        bb, bn, nn = np.cumsum(self.steps[mine, many:], axis=0).T
        rest, waiting = self.grids.parts.rest[mine, curve], self.grids.parts.waiting[mine, curve]
        watched = nn + self.start[arm]
        total = aa + rest * (2 * ab + rest * bb) - waiting * (2 * an + 2 * rest * bn - waiting * watched)
        squares: Floats = np.maximum(total, 0.0)
        return squares


class MomentSums:
    """A pass in progress that tells one curve of every arm at one moment, and what two arms have in common there."""

    def __init__(self, tables: Sequence[RiskTable], cause: str | None, ms: int) -> None:
        """Begin before the first unit.

        Args:
            tables: As `PersonSums` takes them.
            cause: One of their causes; None for all together.
            ms: The moment; beyond the end of a table its last ms speaks.

        Raises:
            ValueError: No table, different causes, no such cause, or a negative moment.
        """
        if ms < 0:
            raise ValueError(f"`ms` is {ms}; must be 0 or more; give milliseconds since entering.")
        self._grids, self._ms = Grids.of(tables), ms
        self._curve = self._grids.curve(cause)
        self._products = np.zeros((len(tables), len(tables)))
        self._persons = np.zeros(len(tables), np.int64)
        self._order = WholePersons()

    def feed(self, keys: Ints, arms: Ints, codes: Ints, ms: Ints) -> None:
        """Add one batch of units; arguments and errors as `PersonSums.feed`."""
        self._add(self._order.feed(keys, arms, codes, ms))

    def finish(self) -> "PersonMoment":
        """End the last person."""
        self._add(self._order.finish())
        return PersonMoment(self._products, self._persons)

    def _add(self, rows: tuple[Ints, ...]) -> None:
        if rows:
            p = self._grids.parts
            every = (
                p.ended, p.censored, p.jump, p.ended_slope, p.censored_slope, p.rest, p.waiting
            )  # fmt: skip
            add_moment(*rows, self._grids.begin, self._curve, self._ms, *every, self._products, self._persons)


@dataclass(frozen=True, slots=True, eq=False)
class PersonMoment:
    """What a pass has summed at its moment.

    Args:
        products: Σ over persons of the product of two arms' sums of influence, shape (arms, arms).
        counts: Persons of each arm.
    """

    products: Floats
    counts: Ints

    def persons(self, arm: int) -> Persons:
        """What an arm's persons add to the uncertainty; there must be some."""
        return Persons(float(self.products[arm, arm]), int(self.counts[arm]))

    def common(self, one: int, other: int) -> float:
        """Σ over persons in both arms of the product of their sums of influence; 0 if nobody is in both."""
        return float(self.products[one, other])
