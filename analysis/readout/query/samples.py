"""One statement: exposures by arm and day as logged, and for every need of events its sums over counted units."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from analysis.readout.asked import Asked
from analysis.readout.query.asking import Asking, Ranked
from analysis.readout.query.units import day_of, units, until
from analysis.readout.query.values import anchor, anchored, end, values_of
from experiments.metrics import Need, Window
from experiments.stats.samples import Count, Moments, Ratio, Regression

Row = Mapping[str, Any]
ROUNDING = 1e-12


def statement(asked: Asked, asking: Sequence[Asking], ranked: Sequence[Ranked]) -> ir.Table:
    """One row per arm as logged (known or not, with a unit or without) and day of the first exposure.

    A unit counts if its arm is known and it saw no other. Columns beside arm, known, identified and day: units, rows,
    several; per need i triggered_i (units with an anchor); per metric k n_k (of those, units whose window has ended), and
    per pair of its columns a ≤ b sum_k_a and product_k_a_b: sums of whole numbers, means and codeviations of others. Per
    ranked metric r values_r: for each unit that has any the list of its values.

    Args:
        asked: the experiment, the end of observation and the filters.
        asking: metrics whose sums are read.
        ranked: metrics whose values themselves are read.
    """
    needs = [need for one in asking for need in one.needs]
    seen = values_of_units(asked, asking, ranked)
    columns: dict[str, Any] = {
        "units": seen.count(),
        "rows": seen.rows.sum(),
        "several": (seen.arms > 1).sum(),
    }
    for place, one in enumerate(asking):
        columns |= _sums(place, one, seen)
    for place, rank in enumerate(ranked, len(needs)):
        ended = _ended(seen, rank.need.window, until(asked))
        columns[f"values_{rank.metric.key}"] = seen[f"value_{place}"].collect(where=ended)
    groups = {"identified": seen.unit.notnull(), "day": day_of(seen.ts)}
    return (
        seen.group_by("arm", "known", **groups).agg(**columns).order_by("known", "identified", "arm", "day")
    )


def values_of_units(asked: Asked, asking: Sequence[Asking], ranked: Sequence[Ranked] = ()) -> ir.Table:
    """One row a unit (of `units`) with the value of every need, capped, and per metric k whether it matured_k.

    Args:
        asked: the experiment, the end of observation and the filters.
        asking: metrics whose sums are read.
        ranked: metrics whose values themselves are read.
    """
    needs = [need for one in asking for need in one.needs] + [one.need for one in ranked]
    found = units(asked)
    counted = anchored(asked, found, tuple(dict.fromkeys(need.window for need in needs)))
    seen = found.left_join(counted, ["unit", "known"]).select(
        found, *(column for column in counted.columns if column not in found.columns)
    )
    back = [place for one in asking if one.looked_back for place in one.places]
    values = values_of(asked, counted, needs, back, history=any(one.adjusted for one in asking))
    if values is not None:
        seen = seen.left_join(values, ["unit", "known"]).select(
            seen, *(column for column in values.columns if column not in seen.columns)
        )
    seen = seen.mutate(**_filled(seen, asking, until(asked)))
    return _capped(seen, asking)


def largest_of(place: int, row: Row) -> float | None:
    """The largest value of one unit, where the metric is a mean; else None."""
    found = row.get(f"largest_{place}")
    return None if found is None else float(found)


def persons(asked: Asked) -> ir.Table:
    """How many people are behind the units that count, by arm; arm NULL: over all arms, each once."""
    found = units(asked)
    kept = found.filter(found.known, found.arms == 1, found.unit.notnull())
    by_arm = kept.group_by("arm").agg(persons=kept.person.nunique())
    whole = kept.aggregate(persons=kept.person.nunique()).select(arm=ibis.null("string"), persons="persons")
    return ibis.union(by_arm.select("arm", "persons"), whole, distinct=False)


def triggered_of(place: int, row: Row) -> int:
    """Units of a row that have the anchor of the metric's window."""
    return int(row[f"triggered_{place}"])


def sample_of(place: int, one: Asking, row: Row, parts: frozenset[str]) -> Count | Moments | Ratio:
    """The sample of one metric in one row, unadjusted."""
    n = int(row[f"n_{place}"])
    if len(one.needs) == 2:
        means, products = _crossed(place, one, row, n, 2)
        return Ratio(n, means[0], means[1], products[0][0], products[1][1], products[0][1], parts)
    if one.needs[0].binary:
        return Count(n, int(row[f"sum_{place}_0"] or 0), parts)
    means, products = _crossed(place, one, row, n, 1)
    return Moments(n, means[0], products[0][0], parts)


def nothing(one: Asking) -> Count | Moments | Ratio:
    """The sample of a metric in an arm that nobody was exposed to."""
    if len(one.needs) == 2:
        return Ratio(0, 0.0, 0.0, 0.0, 0.0, 0.0)
    return Count(0, 0) if one.needs[0].binary else Moments(0, 0.0, 0.0)


def with_before(place: int, one: Asking, row: Row, parts: frozenset[str]) -> Regression | None:
    """The metric's sums with those of what was before the exposure; None if that is not read."""
    if not one.looked_back:
        return None
    n, many = int(row[f"n_{place}"]), len(one.columns)
    means, products = _crossed(place, one, row, n, many)
    return Regression(n, len(one.needs), np.array(means), np.array(products), parts)


def _crossed(place: int, one: Asking, row: Row, n: int, many: int) -> tuple[list[float], list[list[float]]]:
    """Means and sums of products of deviations of the first columns; whole numbers are subtracted exactly."""
    columns = one.columns[:many]
    whole = [one.whole(column) for column in columns]
    sums = [row[f"sum_{place}_{a}"] or 0 for a in range(many)]
    means = [float(Fraction(int(s), n)) if w and n else float(s) for s, w in zip(sums, whole, strict=True)]
    products = [[0.0] * many for _ in range(many)]
    for a in range(many):
        for b in range(a, many):
            told = row[f"product_{place}_{a}_{b}"] or 0
            if whole[a] and whole[b]:
                exact = Fraction(int(told)) - (Fraction(int(sums[a]) * int(sums[b]), n) if n else 0)
                value = float(exact)
            else:
                value = float(told)
            if n < 2 or (a == b and value < 0):
                value = 0.0
            products[a][b] = products[b][a] = value
    return means, products


def _filled(seen: ir.Table, asking: Sequence[Asking], last: ir.Value) -> dict[str, ir.Value]:
    """Values of units without events are 0; whether each metric's window has ended."""
    found: dict[str, ir.Value] = {}
    for k, one in enumerate(asking):
        found[f"matured_{k}"] = _ended(seen, one.needs[0].window, last)
        for place, need in zip(one.places, one.needs, strict=True):
            value = seen[f"value_{place}"].fill_null(0)
            if need.at_least is not None:
                value = (value >= reached(need)).cast("int64")
            elif need.reducer == "hit":
                value = (value > 0).cast("int64")
            found[f"value_{place}"] = value
            if one.looked_back:
                before = seen[f"before_{place}"].fill_null(0)
                found[f"before_{place}"] = (before > 0).cast("int64") if need.reducer == "hit" else before
    if any(one.adjusted for one in asking):
        found["history"] = (seen.history.fill_null(0) > 0).cast("int64")
    return found


def reached(need: Need) -> float:
    """What a value must be to reach a threshold: a sum of fractions may miss it by the rounding of its last digits."""
    least = need.at_least or 0.0
    return least if need.field is None else least * (1 - ROUNDING)


def _ended(seen: ir.Table, window: Window, last: ir.Value) -> ir.BooleanValue:
    """Has a unit the window's anchor, and has its window ended?"""
    ended: ir.BooleanValue = seen[anchor(window)].notnull() & (seen[end(window)] <= last)
    return ended.fill_null(False)  # noqa: FBT003


def _capped(seen: ir.Table, asking: Sequence[Asking]) -> ir.Table:
    """Values above a quantile of all arms' values are set to it, so that no arm has a cap of its own."""
    capped = [
        (column, k, one.cap)
        for k, one in enumerate(asking)
        if one.cap is not None
        for column in one.columns
        if column != "history"
    ]
    if not capped:
        return seen
    caps = seen.aggregate(
        **{
            f"cap_{column}": seen[column].cast("float64").quantile(share, where=seen[f"matured_{k}"])
            for column, k, share in capped
        }
    )
    wide = seen.cross_join(caps)
    below = {
        column: ibis.least(wide[column].cast("float64"), wide[f"cap_{column}"]) for column, _, _ in capped
    }
    return wide.mutate(**below)


def _sums(k: int, one: Asking, seen: ir.Table) -> dict[str, Any]:
    """The columns of one metric: who has an anchor, whose window has ended, and the sums over those."""
    matured = seen[f"matured_{k}"]
    found: dict[str, Any] = {
        f"triggered_{k}": seen[anchor(one.needs[0].window)].notnull().sum(),
        f"n_{k}": matured.sum(),
    }
    if len(one.needs) == 1 and not one.needs[0].binary:
        found[f"largest_{k}"] = seen[one.columns[0]].cast("float64").max(where=matured)
    single = len(one.columns) == 1 and one.needs[0].binary
    for a, left in enumerate(one.columns):
        column = seen[left]
        found[f"sum_{k}_{a}"] = (
            column.sum(where=matured) if one.whole(left) else column.cast("float64").mean(where=matured)
        )
        for b, right in enumerate(one.columns[a:], start=a):
            if single:
                continue
            other = seen[right]
            if one.whole(left) and one.whole(right):
                found[f"product_{k}_{a}_{b}"] = (column * other).sum(where=matured)
            else:
                spread = column.cast("float64").cov(other.cast("float64"), where=matured, how="pop")
                found[f"product_{k}_{a}_{b}"] = spread * matured.sum()
    return found
