"""One query, one answer: times of the chosen chains in fixed bins, and the corrected share of everybody by then."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from analysis.steps import Walked, walk_funnel
from analysis.steps.episodes import entries_by, episodes, points, step_names, until_step
from analysis.steps.grouping import grouped
from analysis.steps.two_steps import TwoSteps
from analysis.timing.answers import Bin, Group, Part, Period, Times, TimingAnswer
from analysis.timing.bins import Bins, bins_of, longest
from experiments.durations import microseconds
from experiments.stats.conversion import Conversion, conversion
from experiments.stats.effects import NoEffect

if TYPE_CHECKING:
    from ingest import Store

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
_QUANTILES = (0.25, 0.5, 0.75, 0.9)
_US = 1e6
_TRIES = 3


class TimingQuery(TwoSteps):
    """From which step to which, in bins of what width.

    Args:
        funnel: The definition; with its breakdown groups stand beside everybody.
        after: Place of the first of the two steps; None is the required step before the other.
        step: Place of the other one; None is the last.
        bin: Width of a bin, such as "1s"; None takes one from a ladder by the longest time that the definition allows,
            so it is the same whatever was logged.
        by: hour | day | week of the entry.
    """

    bin: str | None = None
    by: Literal["hour", "day", "week"] = "day"

    @model_validator(mode="after")
    def _a_width(self) -> Self:
        if self.bin is not None:
            microseconds(self.bin, "bin")
        return self

    @property
    def bins(self) -> Bins:
        """The bins; they do not depend on any data."""
        width = None if self.bin is None else microseconds(self.bin, "bin")
        return bins_of(longest(self.funnel, self.first, self.last), width)


def answer(store: "Store", query: TimingQuery) -> TimingAnswer:
    """Say how long units take from one step to another.

    Times are those of the chain that the funnel chose for each unit, over the units that reached both steps; quantiles
    interpolate linearly between order statistics (Hyndman and Fan 1996, type 7). Who never came is not in them: the
    curve says which share of everybody who entered had come by when, young units watched as far as they were seen
    (Kaplan–Meier). It counts from each unit's first entry.

    Args:
        store: An open store.
        query: From which step to which.

    Raises:
        ValueError: A condition cannot be asked of its field, or the funnel counts chains.
    """
    funnel, step, after = query.funnel, query.last, query.first
    for _ in range(_TRIES):
        walked, first = walk_funnel(store, funnel), walk_funnel(store, until_step(funnel, step))
        if walked.data_version == first.data_version:  # else a load landed between the two
            break
    waits, came, _ = episodes(first, step, funnel.within_us)
    curve = conversion(waits, came)
    between = _Between.of(walked, query)
    everybody = between.part(np.arange(len(walked.reach)))
    starts, places = entries_by(walked.times[:, 0], funnel.timezone, query.by)
    names = step_names(funnel)
    return TimingAnswer(
        after=after,
        after_name=names[after - 1],
        step=step,
        name=names[step - 1],
        bin_s=query.bins.width_us / _US,
        everybody=everybody,
        by=query.by,
        periods=tuple(Period(start, between.part(mine)) for start, mine in zip(starts, places, strict=True)),
        groups=_groups(walked, query),
        curve=points(curve) if isinstance(curve, Conversion) else (),
        at_window=curve.at(funnel.within_us) if isinstance(curve, Conversion) else curve,
        within_s=funnel.within_us / _US,
        unit=funnel.unit,
        timezone=funnel.timezone,
        observed_until=walked.observed_until,
        cannot_say=None if everybody.reached else _nobody(names[step - 1]),
        sql=f"{walked.sql}\n\n{first.sql}",
        data_version=walked.data_version,
        synthetic=walked.synthetic,
    )


@dataclass(frozen=True, slots=True)
class _Between:
    """Every unit of a walk between the two steps: did it start, come, and if not, may it still; and its time."""

    started: Bools
    came: Bools
    still: Bools
    us: Ints
    bins: Bins

    @classmethod
    def of(cls, walked: Walked, query: TimingQuery) -> Self:
        started = walked.reached(query.first)
        came = started & walked.reached(query.last)
        still = started & ~came & walked.maturing(query.last)
        us = walked.times[:, query.last - 1] - walked.times[:, query.first - 1]
        return cls(started, came, still, us, query.bins)

    def part(self, mine: Ints) -> Part:
        """The units at these places."""
        us = self.us[mine[self.came[mine]]]
        return Part(
            started=int(np.count_nonzero(self.started[mine])),
            reached=len(us),
            maturing=int(np.count_nonzero(self.still[mine])),
            time=_times(us),
            bins=_told(self.bins, us),
        )


def _times(us: Ints) -> Times | None:
    if not len(us):
        return None
    return Times(float(us.mean()) / _US, *map(float, np.quantile(us, _QUANTILES) / _US))


def _told(bins: Bins, us: Ints) -> tuple[Bin, ...]:
    width = bins.width_us / _US
    return tuple(
        Bin(k * width, None if bins.open and k == bins.bins - 1 else (k + 1) * width, units)
        for k, units in enumerate(bins.counts(us))
    )


def _groups(walked: Walked, query: TimingQuery) -> tuple[Group, ...]:
    """Values by units that entered, then missing, then the rest."""
    by = query.funnel.breakdown
    if by is None:
        return ()
    rows = walked if walked.groups is None else walked.groups
    found, between = grouped(rows.values, len(rows.reach), len(by.by), by.top), _Between.of(rows, query)
    return tuple(
        Group(label, kind, between.part(np.flatnonzero(found.place == place)))
        for place, (label, kind) in enumerate(zip(found.labels, found.kinds, strict=True))
    )


def _nobody(step: str) -> NoEffect:
    sentence = f"Nobody has reached {step} yet; there are no times to show."
    return NoEffect("timing_nobody", sentence, (("step", step),))
