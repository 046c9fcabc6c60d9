"""Faults planted in the pass over units and events: loops over the same units must notice every one."""

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from experiments.stats import unit_passes
from tests.faults.planting import Fault, is_caught, load
from tests.faults.uncompiled import UNCOMPILED, patience

SOURCE = Path(unit_passes.__file__)
LAST, BACK = 60, 14
MEASURES = np.array([(1, -1, 0, -1), (2, 0, 0, 10), (1, -1, 5, 10)])
COLUMNS = np.array([(0, 0, 0), (0, 1, 1), (1, 0, 0), (1, 1, 0), (1, 0, 2), (2, 0, 2), (-1, 1, 0), (2, 1, 0)])
LEAST = np.array([0, 0, 0, 0, 2.5, 2.0, 0, 0])
WINDOWS = np.array([(0, -1), (5, 10)])
SUMS = np.array([(window, column) for window in range(2) for column in range(len(COLUMNS))])
PRODUCTS = np.array([
    (one[0], left, right)
    for left, one in enumerate(SUMS) for right, other in enumerate(SUMS) if one[0] == other[0] and left <= right
])  # fmt: skip
WHOLE = np.array([True, True, False, False, True, True, True, True])
NUMERIC = np.array([False, False, True, True, True, False, False, False])
FAULTS = (
    Fault("add_events", "if mask == 0 or", "if mask == 3 or"),
    Fault("add_events", "units[place + 1] == key", "units[place + 1] >= key"),
    Fault("add_events", "ts[row] > last", "ts[row] >= last"),
    Fault("add_events", "start - back <= moment < start", "start - back < moment < start"),
    Fault("add_events", "start - back <= moment < start", "start - back <= moment <= start"),
    Fault("add_events", "(mask >> history) & 1", "mask"),
    Fault("add_events", "if not (mask >> measures[measure, 0]) & 1:", "if not mask:"),
    Fault("add_events", "start + measures[measure, 2]", "start"),
    Fault("add_events", "moment >= begin and", "moment > begin and"),
    Fault("add_events", "moment <= begin + within", "moment < begin + within"),
    Fault("add_events", "measure if inside else many + measure", "measure"),
    Fault("add_events", "not np.isnan(numbers[number, row])", "True"),
    Fault("_value", "1.0 if value > 0 else 0.0", "value"),
    Fault("_value", "value >= least[column]", "value > least[column]"),
    Fault("_value", "many * columns[column, 1]", "0"),
    Fault("sums_of", "n[group, window] += ended[window]", "n[group, window] += 1"),
    Fault("sums_of", "means[group, place] = told / units", "means[group, place] = told"),
    Fault("sums_of", "row[left] * row[right]", "row[left] * row[left]"),
    Fault("sums_of", "max(largest[group, place], value)", "value"),
)


def check(module: ModuleType) -> None:
    chance = np.random.default_rng(5)
    units = np.arange(0, 80, 2)
    since, groups = chance.integers(20, 60, 40), chance.integers(-1, 2, 40)
    keys, ts = np.sort(chance.integers(-1, 82, 4000)), chance.integers(0, 65, 4000)
    masks, numbers = (
        2 * chance.integers(0, 4, 4000) + (chance.random(4000) < 0.03),
        chance.integers(1, 6, (1, 4000)) / 2,
    )
    numbers[0, ::7] = np.nan
    counts, amounts = np.zeros((40, 7), np.int64), np.zeros((40, 7))
    with patience(20):
        module.add_events(
            units, since, groups, keys, ts, masks, numbers, MEASURES, 0, LAST, BACK, counts, amounts
        )
        found = module.sums_of(
            since,
            groups,
            2,
            counts,
            amounts,
            3,
            COLUMNS,
            LEAST,
            WHOLE,
            WINDOWS,
            SUMS,
            PRODUCTS,
            LAST,
            NUMERIC,
        )
    values = np.array(
        [_unit(who, start, keys, ts, masks, numbers[0]) for who, start in zip(units, since, strict=True)]
    )
    for group in range(2):
        for place, (window, column) in enumerate(SUMS):
            mine = values[(groups == group) & ((window == 0) | (since + 15 <= LAST))]
            assert found[0][group, window] == len(mine)
            assert found[1][group, place] == (mine[:, column].sum() if WHOLE[column] else 0)
            assert found[2][group, place] == pytest.approx(mine[:, column].mean(), rel=1e-12)
            assert found[5][group, place] == mine[:, column].max()
        for place, (window, left, right) in enumerate(PRODUCTS):
            mine = values[(groups == group) & ((window == 0) | (since + 15 <= LAST))]
            a, b = SUMS[left, 1], SUMS[right, 1]
            if WHOLE[a] and WHOLE[b]:
                assert found[3][group, place] == (mine[:, a] * mine[:, b]).sum()
            else:
                spread = np.cov(mine[:, a], mine[:, b], bias=True)[0, 1] * len(mine)
                assert found[4][group, place] == pytest.approx(spread, rel=1e-9, abs=1e-9)


def _unit(
    who: int, start: int, keys: np.ndarray, ts: np.ndarray, masks: np.ndarray, amounts: np.ndarray
) -> list[float]:
    own = (keys == who) & (ts <= LAST)
    early = own & (ts >= start - BACK) & (ts < start)
    named, paid = (masks & 2) > 0, (masks & 4) > 0
    spent = np.nansum(amounts[own & paid & (ts >= start) & (ts <= start + 10)])
    late = (own & named & (ts >= start + 5) & (ts <= start + 15)).sum()
    return [
        float((own & named & (ts >= start)).sum()), float((early & named).any()), spent,
        np.nansum(amounts[early & paid]), float(spent >= 2.5), float(late >= 2), float((early & (masks & 1 > 0)).any()),
        float((early & named).sum()),
    ]  # fmt: skip


def test_the_untouched_module_passes(tmp_path: Path) -> None:
    check(load(SOURCE, tmp_path, rewrites=UNCOMPILED))
    check(unit_passes)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_fault_is_caught(fault: Fault, tmp_path: Path) -> None:
    assert is_caught(SOURCE, fault, check, tmp_path, UNCOMPILED)
