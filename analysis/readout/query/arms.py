"""What was read from the log for one experiment: a sample per metric and arm, and how samples of disjoint units add."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from experiments.metrics import Sample
from experiments.stats.by_person import PersonSums
from experiments.stats.samples import Count, Moments, Quantile, Ratio, Regression, RiskTable


@dataclass(frozen=True, slots=True)
class Sampled:
    """One metric in one arm.

    Args:
        sample: what the metric compares; empty if the arm is absent from the log.
        triggered: counted units that have the metric's anchor (an exposure, or an impression after it).
        matured: of those, units whose window has ended; all of them without a window.
        nothing: the same statistic of no units.
        with_before: its sums with those of what was before the exposure; None where that is not read.
        by_day: (day of the first exposure as days since 1970, sample, with_before), in order.
        largest: the largest value of one unit, for means.
    """

    sample: Sample
    triggered: int
    matured: int
    nothing: Sample
    with_before: Regression | None = None
    by_day: tuple[tuple[int, Sample, Regression | None], ...] = ()
    largest: float | None = None


@dataclass(frozen=True, slots=True)
class Arm:
    """One variant in the log.

    Args:
        key: the variant.
        exposed: units by their first variant, before any exclusion.
        several: of those, units that saw several variants; they are excluded.
        persons: people behind the units that count.
        metrics: by the metric's key.
        impressions, lost, untimed: first impressions, those without an ending though their limit has passed, and those
            that ended at an unknown time; all 0 unless a metric needs times.
        by_day: (day of the first exposure, units exposed, units that count), in order.
    """

    key: str
    exposed: int
    several: int
    persons: int
    metrics: dict[str, Sampled]
    impressions: int = 0
    lost: int = 0
    untimed: int = 0
    by_day: tuple[tuple[int, int, int], ...] = ()

    @property
    def counted(self) -> int:
        """Units that count: exposed to this variant and no other."""
        return self.exposed - self.several


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that was read.

    Args:
        arms: one per variant, in the plan's order.
        unknown: units by variants that the plan does not have; they are rejected.
        persons: people behind the units that count, each once.
        without_unit: exposures without the unit's id; they are left out.
        sql: the statements that ran.
        repeated: metric key -> variant key -> what the units of each person sum to, where persons have several units; None
            where each unit is a person's only one.
    """

    arms: tuple[Arm, ...]
    unknown: tuple[tuple[str, int], ...]
    without_unit: int
    persons: int
    sql: str
    repeated: Mapping[str, Mapping[str, PersonSums]] | None = None


def total(found: Iterable[Sample], nothing: Sample) -> Sample:
    """The sum of the samples of disjoint days."""
    every = list(found)
    if not every:
        return nothing
    whole = every[0]
    for one in every[1:]:
        whole = added(whole, one)
    return whole


def added(one: Sample, other: Sample) -> Sample:
    """The statistic of two disjoint sets of units; both of one kind."""
    if isinstance(one, Count) and isinstance(other, Count):
        return one + other
    if isinstance(one, Moments) and isinstance(other, Moments):
        return one + other
    if isinstance(one, Ratio) and isinstance(other, Ratio):
        return one + other
    if isinstance(one, Quantile) and isinstance(other, Quantile):
        return one + other
    if isinstance(one, RiskTable) and isinstance(other, RiskTable):
        return one + other
    raise TypeError(f"`sample` is a {type(one).__name__} and a {type(other).__name__}; must be of one kind.")
