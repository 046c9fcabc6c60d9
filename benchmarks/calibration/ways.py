"""The three ways of a metric family that has a difference, a relative one, and its logarithm on request."""

from functools import partial
from typing import Protocol, TypeVar

from benchmarks.calibration.study import LEVEL, Way
from experiments.stats import differences, shares, shifts
from experiments.stats.effects import Effect, NoEffect, Shift

S = TypeVar("S", contravariant=True)
T = TypeVar("T")


class Compared(Protocol[S]):
    """A production function from two samples to an interval."""

    def __call__(self, control: S, treatment: S, *, level: float) -> Effect | NoEffect:
        """At a level."""
        ...


class Shifted(Protocol[S]):
    """A production function from two samples to a relative difference before an interval is drawn."""

    def __call__(self, control: S, treatment: S, level: float) -> Shift | NoEffect:
        """At the level at which control must be told from 0."""
        ...


def family(
    name: str, difference: Compared[T], relative: Compared[T], relative_shift: Shifted[T], instead: str = ""
) -> tuple[Way[T], ...]:
    """The ways of one family.

    Args:
        name: Of the first.
        difference: Treatment − control.
        relative: (treatment − control) / control.
        relative_shift: The same before an interval is drawn.
        instead: What holds where they do not.
    """
    return (
        Way(name, partial(difference, level=LEVEL), instead=instead),
        Way(
            f"{name}, relative", partial(relative, level=LEVEL), relative=True, test="ratio", instead=instead
        ),
        Way(
            f"{name}, log ratio",
            partial(_logged, relative_shift),
            relative=True,
            role="on request",
            test="log",
            instead=instead or name,
        ),
    )


def _logged(relative_shift: Shifted[T], control: T, treatment: T) -> Effect | NoEffect:
    """The relative change by its logarithm, put together from what the code offers."""
    found = differences.logged(relative_shift(control, treatment, LEVEL))
    return found if isinstance(found, NoEffect) else shares.unlogged(shifts.fixed(found, LEVEL))
