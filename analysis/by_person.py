"""What the persons of a selection add to the uncertainty of its arms, when a person may have several impressions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.outcomes import FATES
from analysis.watched import lasting
from experiments.stats.effects import Effect, Estimate, NoEffect
from experiments.stats.persons import PersonMoment, PersonShare, PersonSquares
from experiments.stats.samples import RiskTable
from experiments.stats.survival import Curve, clustered, clustered_difference, difference_at, incidence
from experiments.stats.survival.clustered import FEWEST_CLUSTERS, few_clusters

Named = Mapping[str | None, RiskTable]
LATE = len(FATES)
"""The share of late taps comes after those of the fates."""


@dataclass(frozen=True, slots=True)
class Late:
    """Which taps of an arm count as late.

    Args:
        limit_ms: of impressions under this display limit,
        after_ms: those later than this.
    """

    limit_ms: int
    after_ms: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the persons of a selection.

    Args:
        late: every arm that is told, and which of its taps are late.
        watched: arm -> table in which display limits censor; arms without a curve are absent.
        horizon_ms: where those are compared.
        ended: arm -> table in which display limits end, of the same arms.
        own_ms: where those are compared.
    """

    late: Mapping[str | None, Late | None]
    watched: Named
    horizon_ms: int
    ended: Named
    own_ms: int


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Curves whose intervals know persons.

    Args:
        tables: arm -> its table.
        summed: the sums of those arms, in the same order.
    """

    tables: Named
    summed: PersonSquares

    def estimates(
        self, arm: str | None, cause: str, curve: Curve, at_ms: Sequence[int]
    ) -> tuple[Estimate | NoEffect, ...]:
        """Points of an arm's curve.

        Args:
            arm: the arm; must have a table.
            cause: what the curve is the incidence of.
            curve: that incidence.
            at_ms: moments.

        Returns:
            The curve's own points where every person has one impression; without an interval where there are too
            few persons for one; a NoEffect beyond the last ms that anyone was watched at.
        """
        persons = self.persons(arm)
        if persons == self.tables[arm].n:
            return tuple(curve.at(ms) for ms in at_ms)
        squares = self.summed.squares(list(self.tables).index(arm), cause)
        within = [float(squares[min(ms, squares.size - 1)]) for ms in at_ms]
        told = clustered(curve, at_ms, within, persons, curve.level)
        return tuple(
            Estimate(float(curve.value[ms]), None, curve.n, curve.method) if _too_few(one) else one
            for ms, one in zip(at_ms, told, strict=True)
        )

    def persons(self, arm: str | None) -> int:
        """Persons behind an arm's curves."""
        return self.summed.persons(list(self.tables).index(arm))

    def few(self) -> NoEffect | None:
        """Why the curves of an arm have no intervals: their impressions are of too few persons."""
        counts = [
            self.persons(arm)
            for arm, table in self.tables.items()
            if self.persons(arm) < min(FEWEST_CLUSTERS, table.n)
        ]
        return few_clusters(min(counts)) if counts else None


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Tap incidences of arms compared at one moment, with intervals that know persons.

    Args:
        tables: arm -> its table.
        ms: the moment.
        summed: the sums of those arms, in the same order.
    """

    tables: Named
    ms: int
    summed: PersonMoment

    def difference(self, control: str | None, arm: str | None) -> Effect | NoEffect:
        """An arm's tap incidence minus control's.

        Args:
            control, arm: the two; both have a table.

        Returns:
            The unclustered difference where nobody has two impressions in the two arms.
        """
        one, other = (_taps(self.tables[name]) for name in (control, arm))
        if isinstance(one, NoEffect):
            return one
        if isinstance(other, NoEffect):
            return other
        here, there = (list(self.tables).index(name) for name in (control, arm))
        common = self.summed.common(here, there)
        sides = self.summed.persons(here), self.summed.persons(there)
        alone = common == 0 and all(side.count == c.n for side, c in zip(sides, (one, other), strict=True))
        if alone or self.ms > min(one.last_ms, other.last_ms):
            return difference_at(one, other, self.ms)
        return clustered_difference(one, other, self.ms, sides, common, one.level)


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """What the persons of a selection add to the uncertainty of its arms.

    Args:
        points: of the curves; None if no arm has one.
        horizon, own: of the comparisons, to the common horizon and over own display times; None likewise.
        shares: arm -> shares of its fates in their order, and of its late taps.
        sql: the statement that ran.
    """

    points: Points | None
    horizon: Compared | None
    own: Compared | None
    shares: Mapping[str | None, tuple[PersonShare, ...]]
    sql: str

    def share(self, arm: str | None, fate: str) -> Estimate | NoEffect:
        """The share of an arm's impressions that met a fate."""
        return self.shares[arm][FATES.index(fate)].rate()

    def late(self, arm: str | None) -> Estimate | NoEffect:
        """The share of late taps among the taps of an arm."""
        return self.shares[arm][LATE].rate()

    def persons(self, arm: str | None) -> int:
        """Persons with impressions in an arm."""
        return self.shares[arm][0].persons


def _too_few(said: Estimate | NoEffect) -> bool:
    return isinstance(said, NoEffect) and said.code == "few_clusters"


def _taps(table: RiskTable) -> Curve | NoEffect:
    """Where a limit ends the impression, taps stay as they are after all have ended; else none is known to."""
    return lasting(table) if "expired" in table.causes else incidence(table, "tap")
