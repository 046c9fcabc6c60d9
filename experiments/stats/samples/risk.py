"""The risk table: when the units of an arm ended and how, the sufficient statistic of curves over time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from experiments.stats.samples.parts import NO_PARTS, Parts, require_count, united

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class RiskTable:
    """When the units of one arm ended, and how, on a grid of whole milliseconds from 0 to the limit.

    An ending counted at ms t happened at elapsed time t; of those tied at t, events come before censorings,
    so whoever is censored at t was at risk at t.

    Args:
        causes: Names of the competing endings, for example ("tap", "dismiss", "leave").
        events: Endings by cause and ms, shape (causes, limit + 1).
        censored: Units last seen without an ending, by ms, shape (limit + 1,). A display limit censors at
            the limit.
        parts: Names of the disjoint sets of units; needed only for adding.

    Raises:
        ValueError: If the shapes disagree, a count is negative or not whole, or a cause is named twice.
    """

    causes: tuple[str, ...]
    events: Counts
    censored: Counts
    parts: Parts = NO_PARTS

    def __post_init__(self) -> None:
        if not self.causes or len(set(self.causes)) != len(self.causes):
            raise ValueError(f"`causes` is {self.causes}; must be one or more different names; correct it.")
        if self.events.shape != (len(self.causes), self.censored.size) or self.censored.size < 1:
            raise ValueError(
                f"`events` has shape {self.events.shape}; must be one row per cause and one column per ms, "
                f"({len(self.causes)}, {self.censored.size}); build it with RiskTable.from_rows."
            )
        for name, counts in (("events", self.events), ("censored", self.censored)):
            if counts.dtype != np.int64 or (counts < 0).any():
                raise ValueError(
                    f"`{name}` is not all whole numbers of 0 or more; must be; count units in int64."
                )
            counts.setflags(write=False)

    @classmethod
    def from_rows(
        cls,
        causes: Sequence[str],
        rows: Iterable[tuple[int, str | None, int]],
        limit_ms: int,
        parts: Parts = NO_PARTS,
    ) -> "RiskTable":
        """From (elapsed ms, cause or None for censored, units) as a GROUP BY gives them.

        Args:
            causes: Names of the competing endings.
            rows: Any order; the same (ms, cause) may come several times.
            limit_ms: The end of the grid, in ms, 0 or more.
            parts: Names of the disjoint sets of units.

        Raises:
            ValueError: If a row is outside 0..limit_ms or names an unknown cause.
        """
        require_count("limit_ms", limit_ms)
        place: dict[str | None, int] = {cause: row for row, cause in enumerate(causes)} | {None: len(causes)}
        counts = np.zeros((len(causes) + 1, limit_ms + 1), np.int64)
        for ms, cause, units in rows:
            if not 0 <= ms <= limit_ms:
                raise ValueError(
                    f"`rows` has ms {ms}; must be 0 to {limit_ms}; count what ends later as censored."
                )
            if cause not in place:
                raise ValueError(
                    f"`rows` has cause {cause!r}; must be one of {tuple(causes)} or None; add it."
                )
            require_count("units", units)
            counts[place[cause], ms] += units
        return cls(tuple(causes), counts[:-1].copy(), counts[-1].copy(), parts)

    @property
    def n(self) -> int:
        """Units that entered, all at ms 0."""
        return int(self.events.sum() + self.censored.sum())

    @property
    def limit_ms(self) -> int:
        """The last ms of the grid."""
        return self.censored.size - 1

    def at_risk(self) -> Counts:
        """Units that had not ended before each ms, shape (limit + 1,)."""
        left = np.cumsum(self.events.sum(axis=0) + self.censored)
        return self.n - np.concatenate([np.zeros(1, np.int64), left[:-1]])

    def shortened(self, limit_ms: int) -> "RiskTable":
        """The same units watched only to an earlier limit: later endings become censorings at it."""
        if not 0 <= limit_ms <= self.limit_ms:
            raise ValueError(f"`limit_ms` is {limit_ms}; must be 0 to {self.limit_ms}; a table cannot grow.")
        end = limit_ms + 1
        censored = self.censored[:end].copy()
        censored[limit_ms] += self.events[:, end:].sum() + self.censored[end:].sum()
        return RiskTable(self.causes, self.events[:, :end].copy(), censored, self.parts)

    def __add__(self, other: Self) -> "RiskTable":
        """The longer grid holds both; each unit stays censored at its own limit."""
        if self.causes != other.causes:
            raise ValueError(f"`causes` is {self.causes} and {other.causes}; must be equal; name them alike.")
        parts = united(self.parts, other.parts)
        size = max(self.censored.size, other.censored.size)
        events, censored = np.zeros((len(self.causes), size), np.int64), np.zeros(size, np.int64)
        for table in (self, other):
            events[:, : table.censored.size] += table.events
            censored[: table.censored.size] += table.censored
        return RiskTable(self.causes, events, censored, parts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RiskTable):
            return NotImplemented
        same = self.causes == other.causes and self.parts == other.parts
        return (
            same
            and np.array_equal(self.events, other.events)
            and np.array_equal(self.censored, other.censored)
        )

    __hash__ = None  # type: ignore[assignment]
