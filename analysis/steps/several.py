"""Reading a funnel whose units may stand in several groups: one row per unit and value comes out."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.steps.carried import MARK, VALUES
from analysis.steps.cohorts import kept
from analysis.steps.columns import Named, keys_of, text_of, whole_numbers, with_unit
from analysis.steps.merging import merged
from analysis.steps.pairing import pairs
from analysis.steps.reading import Range, Read, rows_of
from analysis.steps.selection import Selection
from analysis.steps.splitting import MISSING, Rows, Splitter, Whole
from experiments.funnel import Funnel

if TYPE_CHECKING:
    from experiments.walk import Units, Walk, WalkOfWholes
    from ingest import Store

Ints = NDArray[np.int64]


def read_several(
    store: "Store", funnel: Funnel, selection: Selection, known: tuple[str, ...], parts: list[Range] | None
) -> Read:
    """Read and walk every unit once for each group that it may stand in.

    Args:
        store: An open store.
        funnel: The definition, split by step:K or all_events.
        selection: Its rows.
        known: Every value of the breakdown's field, if the rows carry places.
        parts: Ranges of units; None to read all in order.

    Returns:
        One row per unit and value; units that stand in no group are not there.

    Raises:
        OrderBroken: The rows are not stored in order.
        TookTooLong: The question ran past its time limit.
    """
    codes = _Codes(funnel, known)
    every: Sequence[Range | None] = parts or [None]
    with ThreadPoolExecutor(len(every)) as pool:
        found = list(pool.map(lambda part: _read(store, funnel, selection, codes, part), every))
    return Read(
        units=[one for units, _, _ in found for one in units],
        values=codes.named(np.concatenate([values for _, values, _ in found])),
        keys=pa.concat_arrays([keys for _, _, keys in found]),
        without_unit=0,
    )


def _read(
    store: "Store", funnel: Funnel, selection: Selection, codes: "_Codes", part: Range | None
) -> "tuple[list[Units], Ints, pa.Array]":
    from experiments.walk import NEVER, Walk, WalkOfWholes, rules_of

    assert funnel.breakdown is not None
    rules = rules_of(funnel)
    walk: Walk | WalkOfWholes = (
        Walk(rules.steps, rules.within, rows=False) if funnel.plain else WalkOfWholes(rules, rows=False)
    )
    whole, splitter, named = Whole(), Splitter(rules, funnel.breakdown.step), Named()
    ended: list[Units] = []
    unit: pa.Scalar | None = None
    key = NEVER
    with rows_of(store, selection, part) as reader:
        for every in kept(store, funnel, merged(store, selection, part, reader)):
            batch = with_unit(every)
            keys, unit = keys_of(batch["unit"], unit, key)
            named.follow(batch["unit"], keys)
            if len(keys):
                key = int(keys[-1])
                ended += _walked(walk, splitter, whole.feed(_rows(batch, keys, codes)))
    ended += _walked(walk, splitter, whole.finish())
    ended += walk.finish()
    units, values = splitter.told(ended)
    return units, values, named.of(units)


def _rows(batch: pa.RecordBatch, keys: Ints, codes: "_Codes") -> Rows:
    there = set(batch.schema.names)
    extra, code = (batch[name].to_numpy() if name in there else None for name in ("extra", "code"))
    moments, masks = whole_numbers(batch["ts"]), whole_numbers(batch["steps"])
    return Rows(keys, moments, masks, extra, code, codes.of(batch))


def _walked(walk: "Walk | WalkOfWholes", splitter: Splitter, whole: Rows | None) -> "list[Units]":
    from experiments.walk import Walk

    ended: list[Units] = []
    for one in () if whole is None else splitter.copies(whole):
        if isinstance(walk, Walk):
            ended += walk.feed(one.keys, one.moments, one.masks)
        else:
            ended += walk.feed(one.keys, one.moments, one.masks, one.extra, one.codes)
    return ended


class _Codes:
    """Numbers for the values that a funnel is split by, the same in every batch and every part."""

    def __init__(self, funnel: Funnel, known: tuple[str, ...]) -> None:
        assert funnel.breakdown is not None
        self._known = bool(known)
        self._fields = len(funnel.breakdown.by)
        self._ids: list[dict[str, int]] = [{} for _ in range(self._fields)]
        if known:
            self._ids[0] = {name: place for place, name in enumerate(known, 1)}
        self._pairs: dict[tuple[int, int], int] = {(MISSING, MISSING): MISSING}
        self._lock = Lock()

    def of(self, batch: pa.RecordBatch) -> Ints:
        """The number of each row's value, or of its pair of values; MISSING where there is none."""
        if self._known:
            return whole_numbers(batch[MARK])
        with self._lock:
            found = [self._numbered(batch[name], ids) for name, ids in zip(VALUES, self._ids, strict=False)]
            if self._fields == 1:
                return found[0]
            wide = len(self._ids[1]) + 1
            different, place = np.unique(found[0] * wide + found[1], return_inverse=True)
            numbers = [
                self._pairs.setdefault((code // wide, code % wide), len(self._pairs))
                for code in different.tolist()
            ]
        return np.array(numbers, np.int64)[place]

    def named(self, codes: Ints) -> pa.DictionaryArray:
        """The values behind the numbers; null where there is none."""
        names = [list(ids) for ids in self._ids]
        if self._fields == 1:
            return pa.DictionaryArray.from_arrays(
                pa.array(codes - 1, mask=codes == MISSING), pa.array(names[0], pa.string())
            )
        a, b = (np.array(one, np.int64)[codes] - 1 for one in zip(*self._pairs, strict=True))
        left, right = names
        return pairs(np.where(a < 0, len(left), a), left, np.where(b < 0, len(right), b), right)

    def _numbered(self, column: pa.Array, ids: dict[str, int]) -> Ints:
        whole = column.dictionary_encode()
        texts = [text_of(value) for value in whole.dictionary.to_pylist()]
        numbers = [ids.setdefault(text, len(ids) + 1) if text else MISSING for text in texts]
        found: Ints = np.array([*numbers, MISSING], np.int64)[
            whole.indices.fill_null(len(numbers)).to_numpy(zero_copy_only=False)
        ]
        return found
