"""What was read from the log for one experiment: exposures by arm and a sample per metric and arm."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.ask import ask, sql_of
from analysis.readout.asked import Asked
from analysis.readout.query import samples, times
from experiments.metrics import Metric, Need, Sample

if TYPE_CHECKING:
    from ingest import Store


@dataclass(frozen=True, slots=True)
class Sampled:
    """One metric in one arm.

    Args:
        sample: what the metric compares; empty if the arm is absent from the log.
        triggered: counted units that have the metric's anchor (an exposure, or an impression after it).
        matured: of those, units whose window has ended; all of them without a window.
    """

    sample: Sample
    triggered: int
    matured: int


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
    """

    key: str
    exposed: int
    several: int
    persons: int
    metrics: dict[str, Sampled]
    impressions: int = 0
    lost: int = 0
    untimed: int = 0

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
    """

    arms: tuple[Arm, ...]
    unknown: tuple[tuple[str, int], ...]
    without_unit: int
    persons: int
    sql: str


def read(store: "Store", asked: Asked) -> Reading:
    """Compile the needs of an experiment's metrics, run at most two statements, and sort the rows into arms.

    Args:
        store: an open store.
        asked: the experiment, the end of observation and the filters.

    Returns:
        Exposures and samples by arm.
    """
    needs = [(metric, need) for metric in asked.experiment.metrics for need in metric.needs()]
    of_events = [(metric, need) for metric, need in needs if need.source == "events"]
    timed = [metric for metric, need in needs if need.source == "impressions"]
    first = samples.statement(asked, [need for _, need in of_events])
    rows = ask(store, first).to_pylist()
    second = times.statement(asked) if timed else None
    ended = ask(store, second).to_pylist() if second is not None else []
    arms = []
    for variant in asked.experiment.variants:
        row = next(
            (row for row in rows if row["known"] and row["identified"] and row["arm"] == variant.key), None
        )
        own = [row for row in ended if row["arm"] == variant.key]
        sampled = {
            metric.key: _sampled(place, need, row) for place, (metric, need) in enumerate(of_events)
        } | _timed(timed, own)
        exposed, several, persons = (
            (row["units"], row["several"], row["persons"]) if row is not None else (0, 0, 0)
        )
        arms.append(Arm(variant.key, exposed, several, persons, sampled, *times.left_out(own)))
    unknown = tuple((row["arm"], row["units"]) for row in rows if not row["known"] and row["identified"])
    without = sum(row["rows"] for row in rows if not row["identified"])
    ran = [sql_of(statement) for statement in (first, second) if statement is not None]
    persons = max((row["all_persons"] for row in rows), default=0)
    return Reading(tuple(arms), unknown, without, persons, "\n\n".join(ran))


def _sampled(place: int, need: Need, row: dict[str, Any] | None) -> Sampled:
    sample = samples.sample_of(place, need, row)
    triggered = row[f"triggered_{place}"] if row is not None else 0
    return Sampled(sample, triggered, sample.n)


def _timed(metrics: Sequence[Metric], rows: Sequence[dict[str, Any]]) -> dict[str, Sampled]:
    table, (all_of_them, *_) = times.risk_table(rows), times.left_out(rows)
    return {metric.key: Sampled(table, all_of_them, all_of_them) for metric in metrics}
