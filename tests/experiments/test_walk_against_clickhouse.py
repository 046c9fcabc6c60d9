"""The walk against ClickHouse's windowFunnel on random logs, where the two mean the same.

windowFunnel runs its window from the first step, end included, and takes the furthest chain, but leaves rows tied
in time undefined. So these logs have no ties within a unit and one step a row.
https://clickhouse.com/docs/sql-reference/aggregate-functions/parametric-functions#windowfunnel
"""

import chdb
import numpy as np
import pyarrow as pa
import pytest

from experiments.walk import Walk

SQL = """
SELECT toInt64(reached) AS reached, toInt64(count()) AS units FROM (
    SELECT unit, windowFunnel({within})(time, {steps}) AS reached FROM Python(rows) GROUP BY unit
) GROUP BY reached ORDER BY reached
"""


@pytest.mark.parametrize("seed", range(6))
def test_as_many_units_reach_each_step_as_in_clickhouse(seed):
    rng = np.random.default_rng(seed)
    n, names = (3, 4) if seed % 2 else (5, 9)
    units, each, span = 3_000, 12, 400
    within = int(rng.integers(20, 300))
    unit = np.repeat(np.arange(units), each)
    time = np.sort(rng.permuted(np.tile(np.arange(span), (units, 1)), axis=1)[:, :each], axis=1).ravel()
    event = rng.integers(1, names + 1, units * each)

    walk = Walk(n, within)
    parts = walk.feed(unit, time, np.where(event <= n, 1 << (event - 1), 0)) + walk.finish()
    reach = np.concatenate([part.reach for part in parts])
    ours = {step: int(np.sum(reach == step)) for step in range(1, n + 1)}
    ours[0] = units - len(reach)

    rows = pa.table({"unit": unit, "time": time.astype(np.uint64), "event": event})  # noqa: F841 (chdb reads it)
    steps = ", ".join(f"event = {step}" for step in range(1, n + 1))
    found = chdb.query(SQL.format(within=within, steps=steps), "ArrowTable")
    theirs = dict.fromkeys(ours, 0) | dict(
        zip(*(found[c].to_pylist() for c in ("reached", "units")), strict=True)
    )
    assert ours == theirs
    assert min(ours.values()) > 0
