"""Two stored orders that are merged, against sorting all of their rows at once."""

import random
from dataclasses import dataclass

import numpy as np

Row = tuple[int, int, int]  # unit, microseconds, and a number of its own


@dataclass(frozen=True)
class MergeCase:
    """The many rows, how batches cut them, the few, and the units whose rows are all among the few."""

    many: list[Row]
    cuts: list[int]
    few: list[Row]
    gone: list[bool]


def merge_case(seed: int, *, ordered: bool = True) -> MergeCase:
    rng = random.Random(seed)
    units = rng.randint(1, 5)

    def rows(most: int, since: int) -> list[Row]:
        made = [(rng.randint(0, units), rng.randint(0, 4)) for _ in range(rng.randint(0, most))]
        made = sorted(made) if ordered else made
        return [(*one, since + nth) for nth, one in enumerate(made)]

    many = rows(14, 0)
    gone = [rng.random() < 0.25 for _ in range(rng.randint(0, units))]
    cuts = sorted(rng.randint(0, len(many)) for _ in range(rng.randint(0, 4)))
    return MergeCase(many, [0, *cuts, len(many)], rows(7, 1000), gone)


def merged(module, case: MergeCase) -> list[Row]:
    keys, moments = (np.array([row[k] for row in case.few], np.int64) for k in (0, 1))
    merge = module.Merge(keys.astype(np.int32), moments, np.array(case.gone, np.bool_))
    found: list[Row] = []
    for begin, end in zip(case.cuts, case.cuts[1:], strict=False):
        batch, since = case.many[begin:end], merge.at
        some = [np.array([row[k] for row in batch], np.int64) for k in (0, 1)]
        order = merge.feed(some[0].astype(np.int32), some[1])
        found += [[*batch, *case.few[since : merge.at]][place] for place in order]
    return found + case.few[merge.at :]


def check_merge(module, case: MergeCase) -> None:
    """The few have every row of an instant that they touch; what else the many have comes at its place."""
    touched = {row[:2] for row in case.few}
    gone = {unit for unit, is_gone in enumerate(case.gone) if is_gone}
    kept = [row for row in case.many if row[:2] not in touched and row[0] not in gone]
    assert merged(module, case) == sorted(kept + case.few, key=lambda row: row[:2])


def check_broken_order(module, case: MergeCase) -> None:
    """Rows of either order come out as they went in, so that a broken one stays broken."""
    found = merged(module, case)
    touched = {row[:2] for row in case.few}
    few = [row for row in found if row[2] >= 1000]
    gone = {unit for unit, is_gone in enumerate(case.gone) if is_gone}
    sure = [row for row in case.many if row[:2] not in touched and row[0] not in gone]
    assert few == case.few
    assert [row for row in found if row in sure] == sure
    came = [row[2] for row in found if row[2] < 1000]
    assert came == sorted(came)
    places = [row[:2] for row in sure]
    if places != sorted(places):
        assert [row[:2] for row in found] != sorted(row[:2] for row in found)
