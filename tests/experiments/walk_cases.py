"""Small logs for the walk: what Hypothesis draws, what a story writes, and comparing with the reference."""

import random
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from hypothesis import strategies as st

from experiments.walk import NEVER
from tests.experiments.reference_walk import Chosen, Row, chosen, maturing


@dataclass(frozen=True)
class Case:
    """`units` in key order; `cuts` are the rows before which a new batch begins."""

    n: int
    within: int
    units: dict[int, list[Row]]
    cuts: tuple[int, ...]


def log(text: str) -> list[Row]:
    """Rows from "a0 bc5": the letters are the steps a row matches (a = 1), "!" says it carries a value."""
    rows: list[Row] = []
    for word in text.split():
        letters = "".join(filter(str.isalpha, word))
        rows.append(
            (int("".join(filter(str.isdigit, word))), frozenset(ord(c) - 96 for c in letters), "!" in word)
        )
    return rows


def cases(most_rows: int = 8) -> st.SearchStrategy[Case]:
    """Two kinds: logs that Hypothesis builds (it seeks the odd ones), and dense logs (most reach far)."""
    return st.one_of(odd_cases(most_rows), st.builds(dense_case, st.integers(0, 2**32), st.just(most_rows)))


@st.composite
def odd_cases(draw: st.DrawFn, most_rows: int) -> Case:
    """Few distinct times (ties), rows that match several steps, windows that end on a row, cuts anywhere."""
    n = draw(st.integers(1, 4))
    span = draw(st.sampled_from([0, 1, 3, 9]))
    steps = st.frozensets(st.integers(1, n), max_size=draw(st.integers(1, n)))
    row = st.tuples(st.integers(0, span), steps, st.booleans())
    logs = st.lists(row, max_size=most_rows).map(lambda rows: sorted(rows, key=lambda one: one[0]))
    units = draw(st.dictionaries(st.integers(-3, 9), logs, max_size=3))
    total = sum(map(len, units.values()))
    cuts = draw(st.lists(st.integers(0, total), max_size=4))
    return Case(n, draw(st.integers(1, span + 1)), dict(sorted(units.items())), tuple(sorted(cuts)))


def dense_case(seed: int, most_rows: int) -> Case:
    """One or two long logs in which every row matches a step, and now and then several."""
    rng = random.Random(seed)
    n, span, several = rng.randint(2, 5), rng.choice([0, 2, 4, 9]), rng.choice([0, 0.15, 0.4])
    units: dict[int, list[Row]] = {}
    for key in range(rng.randint(1, 2)):
        times = sorted(rng.randint(0, span) for _ in range(rng.randint(n, most_rows)))
        units[key] = [(time, _steps(rng, n, several), rng.random() < 0.5) for time in times]
    total = sum(map(len, units.values()))
    cuts = sorted(rng.randint(0, total) for _ in range(rng.randint(0, 3)))
    return Case(n, rng.randint(max(1, span // 2), span + 1), units, tuple(cuts))


def _steps(rng: random.Random, n: int, several: float) -> frozenset[int]:
    extra = (step for step in range(1, n + 1) if rng.random() < several)
    return frozenset({rng.randint(1, n), *extra})


def arrays(case: Case) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """The case as batches of (keys, times, masks)."""
    keys, times, masks = [], [], []
    for key, rows in case.units.items():
        for mark, (time, steps, value) in enumerate(rows, 1):
            keys.append(key)
            times.append(time)
            masks.append(sum(1 << (step - 1) for step in steps) | value * mark << case.n)
    whole = [np.array(column, np.int64) for column in (keys, times, masks)]
    ends = [0, *case.cuts, len(keys)]
    return [tuple(column[a:b] for column in whole) for a, b in pairwise(ends)]


def walked(walk_class, case: Case) -> dict[int, Chosen]:
    """What a walk says of each unit, rows numbered from the unit's own first row, as the reference does."""
    return {key: unit for key, (unit, _) in _walked(walk_class, case).items()}


def check_case(walk_class, case: Case, observed_until: int | None = None) -> None:
    """The walk and the reference say the same of every unit, and of nobody else."""
    expected = {key: chosen(rows, case.n, case.within) for key, rows in case.units.items()}
    found = _walked(walk_class, case)
    assert {key: unit for key, (unit, _) in found.items()} == {
        k: c for k, c in expected.items() if c is not None
    }
    if observed_until is None:
        return
    for key, rows in case.units.items():
        seen = [row for row in rows if row[0] <= observed_until]
        one = _walked(walk_class, Case(case.n, case.within, {key: seen}, ()))
        for step in range(1, case.n + 1):
            growing = key in one and bool(one[key][1].maturing(step, case.within, observed_until)[0])
            assert growing == maturing(seen, case.n, case.within, step, observed_until), (step, seen)


def _walked(walk_class, case: Case) -> dict[int, tuple[Chosen, object]]:
    walk = walk_class(case.n, case.within)
    parts = [part for batch in arrays(case) for part in walk.feed(*batch)] + walk.finish()
    offsets = dict(zip(case.units, np.cumsum([0, *map(len, case.units.values())]).tolist(), strict=False))
    found: dict[int, tuple[Chosen, object]] = {}
    for part in parts:
        for place, key in enumerate(part.key.tolist()):
            assert key not in found, f"unit {key} came out twice"
            found[key] = _chosen(part, place, offsets[key], case.n), part
    return found


def _chosen(part, place: int, offset: int, n: int) -> Chosen:
    reach = int(part.reach[place])
    assert part.times[place, reach:].tolist() == [NEVER] * (n - reach)
    assert part.rows[place, reach:].tolist() == [-1] * (n - reach)
    values = [int(v) - offset if v >= 0 else None for v in (part.first_value[place], part.last_value[place])]
    marks = int(part.first_mark[place]), int(part.last_mark[place])
    assert marks == tuple(0 if value is None else 1 + value for value in values)
    return Chosen(
        reach,
        tuple(part.times[place, :reach].tolist()),
        tuple((part.rows[place, :reach] - offset).tolist()),
        int(part.latest_start[place]),
        *values,
    )
