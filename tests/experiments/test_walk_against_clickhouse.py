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


@pytest.mark.parametrize("seed", range(6))
def test_an_event_that_could_serve_two_steps_serves_one_as_strict_once_has_it(seed):
    """Each step takes its own name and some of its neighbours', so most rows could serve several steps."""
    rng = np.random.default_rng(100 + seed)
    n, units, each, span = 4, 3_000, 9, 300
    within = int(rng.integers(40, 250))
    unit = np.repeat(np.arange(units), each)
    time = np.sort(rng.permuted(np.tile(np.arange(span), (units, 1)), axis=1)[:, :each], axis=1).ravel()
    event = rng.integers(1, n + 2, units * each)
    taken = [sorted({step, *rng.integers(1, n + 1, 1).tolist()}) for step in range(1, n + 1)]

    masks = sum(np.isin(event, names).astype(np.int64) << k for k, names in enumerate(taken))
    walk = Walk(n, within)
    reach = np.concatenate([part.reach for part in walk.feed(unit, time, masks) + walk.finish()])
    ours = [units - len(reach), *(int(np.sum(reach == step)) for step in range(1, n + 1))]

    rows = pa.table({"unit": unit, "time": time.astype(np.uint64), "event": event})  # noqa: F841 (chdb reads it)
    conditions = ", ".join(f"event IN ({', '.join(map(str, names))})" for names in taken)
    sql = SQL.replace("windowFunnel({within})", "windowFunnel({within}, 'strict_once')")
    found = chdb.query(sql.format(within=within, steps=conditions), "ArrowTable")
    theirs = dict(zip(found["reached"].to_pylist(), found["units"].to_pylist(), strict=True))
    assert ours == [theirs.get(step, 0) for step in range(n + 1)]
    assert np.count_nonzero(masks & (masks - 1)) > 1_000
