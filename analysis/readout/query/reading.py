"""What was read from the log for one experiment: exposures by arm and a sample per metric and arm."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.ask import ask, sql_of
from analysis.readout.asked import Asked
from analysis.readout.query import one_pass, ranking, reached, samples, times
from analysis.readout.query.samples import Asking
from experiments.metrics import Metric, QuantileOfEvents, Reach, Sample
from experiments.stats.samples import Count, Moments, Quantile, Ratio, Regression

if TYPE_CHECKING:
    from ingest import Store

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sampled:
    """One metric in one arm.

    Args:
        sample: what the metric compares; empty if the arm is absent from the log.
        triggered: counted units that have the metric's anchor (an exposure, or an impression after it).
        matured: of those, units whose window has ended; all of them without a window.
        nothing: the same statistic of no units.
        with_before: its sums with those of what was before the exposure; None where that is not read.
        by_day: (day of the first exposure as days since 1970, sample, with_before), in order; empty for metrics of how
            impressions ended, which are read for all days at once.
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
    """

    arms: tuple[Arm, ...]
    unknown: tuple[tuple[str, int], ...]
    without_unit: int
    persons: int
    sql: str


def read(store: "Store", asked: Asked) -> Reading:
    """Compile the needs of an experiment's metrics, run them, and sort the rows into arms.

    One statement (or one pass) serves every metric of events and all exposures, one statement every metric of how
    impressions ended, one all values whose quantiles are read; a funnel is walked over the stored order.

    Args:
        store: an open store.
        asked: the experiment, the end of observation and the filters.

    Returns:
        Exposures and samples by arm.

    Raises:
        ValueError: a funnel metric names no funnel, or a property has quotes in its name.
    """
    plan = asked.experiment
    asking = samples.askings(asked)
    timed = [metric for metric in plan.metrics if metric.needs()[0].source == "impressions"]
    walked = [metric for metric in plan.metrics if isinstance(metric, Reach)]
    rows, ran = _first(store, asked)
    ended: list[Row] = []
    if timed:
        second = times.statement(asked)
        ended = ask(store, second).to_pylist()
        ran.append(sql_of(second))
    came, walks = reached.reached(store, asked, walked)
    valued, asked_values = ranking.quantiles(
        store, asked, [metric for metric in plan.metrics if isinstance(metric, QuantileOfEvents)]
    )
    ran += [*walks, *asked_values]
    people = _persons(store, asked, rows, ran)
    arms = []
    for variant in plan.variants:
        own = [row for row in rows if row["known"] and row["identified"] and row["arm"] == variant.key]
        endings = [row for row in ended if row["arm"] == variant.key]
        sampled = {one.metric.key: _sampled(k, one, variant.key, own) for k, one in enumerate(asking)}
        sampled |= _timed(timed, endings)
        sampled |= {metric.key: _came(came[metric.key], variant.key) for metric in walked}
        sampled |= {key: _valued(found, variant.key) for key, found in valued.items()}
        exposed, several = (sum(row[name] for row in own) for name in ("units", "several"))
        by_day = tuple((row["day"], row["units"], row["units"] - row["several"]) for row in own)
        arms.append(
            Arm(
                variant.key,
                exposed,
                several,
                people.get(variant.key, exposed - several),
                sampled,
                *times.left_out(endings),
                by_day=by_day,
            )
        )
    unknown: dict[str, int] = {}
    for row in rows:
        if not row["known"] and row["identified"]:
            unknown[row["arm"]] = unknown.get(row["arm"], 0) + row["units"]
    without = sum(row["rows"] for row in rows if not row["identified"])
    everybody = people.get(None, sum(arm.counted for arm in arms))
    return Reading(tuple(arms), tuple(unknown.items()), without, everybody, "\n\n".join(ran))


def _first(store: "Store", asked: Asked) -> tuple[list[Row], list[str]]:
    """Exposures and sums of events by arm and day: in one pass over many persons, else by one statement."""
    passed = one_pass.rows(store, asked)
    if passed is not None:
        return passed
    question = samples.statement(asked)
    return ask(store, question).to_pylist(), [sql_of(question)]


def _persons(store: "Store", asked: Asked, rows: Sequence[Row], ran: list[str]) -> dict[str | None, int]:
    """People behind the units by arm, and of all arms under None; empty where a unit is a person."""
    if asked.experiment.unit == "user" or not rows:
        return {}
    question = samples.persons(asked)
    ran.append(sql_of(question))
    return {row["arm"]: row["persons"] for row in ask(store, question).to_pylist()}


def _sampled(k: int, one: Asking, arm: str, rows: Sequence[Row]) -> Sampled:
    by_day = tuple(
        (row["day"], samples.sample_of(k, one, row, parts), samples.with_before(k, one, row, parts))
        for row in rows
        for parts in [frozenset({f"{arm} {row['day']}"})]
    )
    sample: Sample = _total((sample for _, sample, _ in by_day), samples.nothing(one))
    back = [found for _, _, found in by_day if found is not None]
    whole = reduce(add, back) if back else None
    triggered = sum(samples.triggered_of(k, row) for row in rows)
    largest = [found for row in rows for found in [samples.largest_of(k, row)] if found is not None]
    return Sampled(
        sample, triggered, sample.n, samples.nothing(one), whole, by_day, max(largest, default=None)
    )


def _came(found: "reached.Reached", arm: str) -> Sampled:
    mine = sorted((day, count, here) for (name, day), (count, here) in found.counts.items() if name == arm)
    total: Sample = _total((count for _, count, _ in mine), Count(0, 0))
    by_day = tuple((day, count, None) for day, count, _ in mine)
    return Sampled(total, sum(here for _, _, here in mine), total.n, Count(0, 0), None, by_day)


def _valued(found: "ranking.Found", arm: str) -> Sampled:
    mine = sorted(
        ((day, sample) for (name, day), sample in found.items() if name == arm), key=lambda one: one[0]
    )
    total: Sample = _total((sample for _, sample in mine), mine[0][1])
    by_day = tuple((day, sample, None) for day, sample in mine if sample.n)
    nothing = (
        Quantile.from_rows(np.zeros(0, np.int64), np.zeros(0), total.cuts)
        if isinstance(total, Quantile)
        else total
    )
    return Sampled(total, total.n, total.n, nothing, None, by_day)


def _total(found: Iterable[Sample], nothing: Sample) -> Sample:
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
    raise TypeError(f"`sample` is a {type(one).__name__} and a {type(other).__name__}; must be of one kind.")


def _timed(metrics: Sequence[Metric], rows: Sequence[Row]) -> dict[str, Sampled]:
    table, (all_of_them, *_) = times.risk_table(rows), times.left_out(rows)
    return {metric.key: Sampled(table, all_of_them, all_of_them, table) for metric in metrics}
