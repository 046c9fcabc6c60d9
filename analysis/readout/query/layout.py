"""What a pass over units and events reads for the metrics of an experiment: nothing twice."""

from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from analysis.readout.query.asking import Asking, Ranked
from analysis.readout.query.samples import reached
from analysis.readout.query.values import LOOK_BACK_DAYS
from experiments.metrics import Need, Window
from experiments.stats.unit_sums import ANY, AT_LEAST, RAW, Plan
from experiments.steps import ANY_EVENT

Key = TypeVar("Key")
_HISTORY = "history"
_BACK_US = LOOK_BACK_DAYS * 86_400_000_000


@dataclass(slots=True)
class Layout:
    """The needs of all metrics as bits, numbers, measures, columns, sums and products, each kept once.

    Args:
        asking: metrics whose sums are read.
        ranked: metrics whose values themselves are read.
        last: the end of observation, µs since 1970.
    """

    asking: tuple[Asking, ...]
    ranked: tuple[Ranked, ...]
    last: int
    bits: dict[tuple[str, str], Need | None] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    measures: dict[tuple[int, int, int, int], int] = field(default_factory=dict)
    columns: dict[tuple[int, int, int, float], int] = field(default_factory=dict)
    windows: dict[tuple[int, int], int] = field(default_factory=dict)
    sums: dict[tuple[int, int], int] = field(default_factory=dict)
    products: dict[tuple[int, int, int], int] = field(default_factory=dict)
    places: list[list[int]] = field(default_factory=list)
    values: list[tuple[int, int, int, int]] = field(default_factory=list)
    history: int = -1

    def __post_init__(self) -> None:
        if any(one.adjusted for one in self.asking):
            self.bits[ANY_EVENT, "{}"] = None
            self.history = 0
        for one in self.asking:
            window = self.window(one)
            names = {f"value_{at}": need for at, need in zip(one.places, one.needs, strict=True)}
            names |= {f"before_{at}": need for at, need in zip(one.places, one.needs, strict=True)}
            columns = [
                self._column(None if name == _HISTORY else names[name], early=name.startswith("before"))
                for name in one.columns
            ]
            self.places.append([_kept(self.sums, (window, column)) for column in columns])
            for a, left in enumerate(self.places[-1]):
                for right in self.places[-1][a:]:
                    _kept(self.products, (window, left, right))
        for rank in self.ranked:
            self.values.append((*self._happened(rank.need), *_bounds(rank.need.window)))

    def window(self, one: Asking) -> int:
        """The place of the window whose end makes a unit of the metric mature."""
        return _kept(self.windows, _bounds(one.needs[0].window))

    def _column(self, need: Need | None, *, early: bool) -> int:
        if need is None:
            return _kept(self.columns, (-1, 1, RAW, 0.0))
        measure = _kept(self.measures, (*self._happened(need), *_bounds(need.window)))
        kind, least = RAW, 0.0
        if need.at_least is not None and not early:
            kind, least = AT_LEAST, reached(need)
        elif need.reducer == "hit":
            kind = ANY
        return _kept(self.columns, (measure, int(early), kind, least))

    def _happened(self, need: Need) -> tuple[int, int]:
        """The bit of the events that count, and the place of the number that is read of them; -1 for none."""
        name = need.event, repr(sorted(need.where.items()))
        self.bits.setdefault(name, need)
        number = -1 if need.field is None else _kept(self.numbers, need.field)
        return list(self.bits).index(name), number

    @property
    def plan(self) -> Plan:
        """What the pass reads."""
        columns = np.array([key[:3] for key in self.columns], np.int64).reshape(-1, 3)
        return Plan(
            np.array(list(self.measures), np.int64).reshape(-1, 4),
            self.history,
            columns,
            np.array([key[3] for key in self.columns], np.float64),
            np.array(list(self.windows), np.int64).reshape(-1, 2),
            np.array(list(self.sums), np.int64).reshape(-1, 2),
            np.array(list(self.products), np.int64).reshape(-1, 3),
            self.last,
            _BACK_US,
        )


def _kept(places: dict[Key, int], key: Key) -> int:
    return places.setdefault(key, len(places))


def _bounds(window: Window) -> tuple[int, int]:
    return window.delay_us, -1 if window.within_us is None else window.within_us
