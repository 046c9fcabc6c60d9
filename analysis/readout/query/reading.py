"""Reads one experiment from the log: compiles what its metrics need, runs it, and sorts the rows into arms."""

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from analysis.ask import ask, sql_of
from analysis.readout.asked import Asked
from analysis.readout.query import one_pass, ranking, reached, repeated, samples, times
from analysis.readout.query.arms import Arm, Reading, Sampled, total
from analysis.readout.query.asking import Asking, askings, rankings
from experiments.metrics import CAUSES, OfImpressions, Reach, Sample
from experiments.stats.samples import Count, Quantile, RiskTable

if TYPE_CHECKING:
    from ingest import Store

Row = dict[str, Any]


def read(store: "Store", asked: Asked) -> Reading:
    """Compile the needs of an experiment's metrics, run them, and sort the rows into arms.

    One statement serves all exposures and every metric of events, one every metric of how impressions ended; over many
    persons sums are read in one pass instead. A funnel is walked over the stored order.

    Args:
        store: an open store.
        asked: the experiment, the end of observation and the filters.

    Returns:
        Exposures and samples by arm.

    Raises:
        ValueError: a funnel metric names no funnel, or a property has quotes in its name.
    """
    plan = asked.experiment
    asking = askings(asked)
    rows, valued, ran = _happened(store, asked, asking)
    timed = [metric for metric in plan.metrics if isinstance(metric, OfImpressions)]
    ended, stated = times.endings(store, asked, timed)
    came, walked = reached.reached(store, asked, [one for one in plan.metrics if isinstance(one, Reach)])
    ran += [*stated, *walked]
    people = _persons(store, asked, rows, ran)
    arms = []
    for variant in plan.variants:
        own = [row for row in rows if row["known"] and row["identified"] and row["arm"] == variant.key]
        endings = ended.get(variant.key, times.Ended())
        sampled = {one.metric.key: _sampled(k, one, variant.key, own) for k, one in enumerate(asking)}
        sampled |= {metric.key: _timed(endings) for metric in timed}
        sampled |= {key: _came(found, variant.key) for key, found in came.items()}
        sampled |= {key: _valued(found, variant.key) for key, found in valued.items()}
        exposed, several = (sum(row[name] for row in own) for name in ("units", "several"))
        arms.append(
            Arm(
                variant.key,
                exposed,
                several,
                people.get(variant.key, exposed - several),
                sampled,
                endings.impressions,
                endings.lost,
                endings.untimed,
                tuple((row["day"], row["units"], row["units"] - row["several"]) for row in own),
            )
        )
    unknown: dict[str, int] = {}
    for row in rows:
        if not row["known"] and row["identified"]:
            unknown[row["arm"]] = unknown.get(row["arm"], 0) + row["units"]
    without = sum(row["rows"] for row in rows if not row["identified"])
    everybody = people.get(None, sum(arm.counted for arm in arms))
    several = None
    if everybody < sum(arm.counted for arm in arms) and asked.experiment.unit != "user":
        several, sql = repeated.by_person(store, asked, asking)
        ran.append(sql)
    return Reading(tuple(arms), tuple(unknown.items()), without, everybody, "\n\n".join(ran), several)


def _happened(
    store: "Store", asked: Asked, asking: tuple[Asking, ...]
) -> tuple[list[Row], dict[str, "ranking.Found"], list[str]]:
    """Exposures and sums of events by arm and day, samples of ranked values, and the SQL that ran."""
    ranked = rankings(asked)
    passed = one_pass.passed(store, asked, asking, ranked)
    if passed is None:
        rows, sql = stated(store, samples.statement(asked, asking, ranked))
        mine = [row for row in rows if row["known"] and row["identified"]]
        values, ran = {one.metric.key: ranking.of_rows(mine, one.metric.key) for one in ranked}, [sql]
    else:
        rows, values, ran = passed.rows, passed.values, [*passed.ran]
    arms = [variant.key for variant in asked.experiment.variants]
    shares = {one.metric.key: one.metric.share for one in ranked}
    return rows, {key: ranking.quantiles(values[key], share, arms) for key, share in shares.items()}, ran


def stated(store: "Store", question: ir.Table) -> tuple[list[Row], str]:
    """The rows of a statement and its SQL; lists of values stay Arrow's."""
    table = ask(store, question)
    lists = [name for name in table.column_names if pa.types.is_list(table.schema.field(name).type)]
    rows = table.drop_columns(lists).to_pylist()
    for name in lists:
        for row, found in zip(rows, table[name], strict=True):
            row[name] = found.values
    return rows, sql_of(question)


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
    sample: Sample = total((sample for _, sample, _ in by_day), samples.nothing(one))
    back = [found for _, _, found in by_day if found is not None]
    whole = reduce(add, back) if back else None
    triggered = sum(samples.triggered_of(k, row) for row in rows)
    largest = [found for row in rows for found in [samples.largest_of(k, row)] if found is not None]
    return Sampled(
        sample, triggered, sample.n, samples.nothing(one), whole, by_day, max(largest, default=None)
    )


def _came(found: "reached.Reached", arm: str) -> Sampled:
    mine = sorted(
        ((day, *told) for (name, day), told in found.counts.items() if name == arm), key=lambda one: one[0]
    )
    whole: Sample = total((count for _, count, *_ in mine), Count(0, 0))
    by_day = tuple((day, count, sums) for day, count, _, sums in mine)
    back = [sums for *_, sums in mine if sums is not None]
    triggered = sum(here for _, _, here, _ in mine)
    before = reduce(add, back) if back else None
    return Sampled(whole, triggered, whole.n, Count(0, 0), before, by_day)


def _valued(found: "ranking.Found", arm: str) -> Sampled:
    mine = sorted(
        ((day, sample) for (name, day), sample in found.items() if name == arm), key=lambda one: one[0]
    )
    whole: Sample = total((sample for _, sample in mine), mine[0][1])
    by_day = tuple((day, sample, None) for day, sample in mine if sample.n)
    nothing = (
        Quantile.from_rows(np.zeros(0, np.int64), np.zeros(0), whole.cuts)
        if isinstance(whole, Quantile)
        else whole
    )
    return Sampled(whole, whole.n, whole.n, nothing, None, by_day)


def _timed(ended: times.Ended) -> Sampled:
    nothing = RiskTable.from_rows(tuple(CAUSES.values()), (), 0)
    whole = total((table for _, table in ended.by_day), nothing)
    by_day = tuple((day, table, None) for day, table in ended.by_day)
    return Sampled(whole, ended.impressions, ended.impressions, nothing, None, by_day)
