"""The ways of a metric family: a difference, the relative change that agrees with it, the delta method and the logarithm."""

from functools import partial
from typing import Protocol, TypeVar

from benchmarks.calibration.study import LEVEL, Way
from experiments.stats import differences, shares, shifts
from experiments.stats.effects import Effect, NoEffect, Shift

S = TypeVar("S", contravariant=True)
T = TypeVar("T")
FIELLER = "relative by Fieller"


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
    name: str,
    difference: Compared[T],
    relative: Compared[T],
    relative_shift: Shifted[T],
    instead: str = "",
    agreeing: Compared[T] | None = None,
) -> tuple[Way[T], ...]:
    """The ways of one family.

    Args:
        name: Of the first.
        difference: Treatment − control.
        relative: (treatment − control) / control by the delta method.
        relative_shift: The same before an interval is drawn.
        instead: What holds where they do not.
        agreeing: The relative change by Fieller's theorem, where the readout has it.
    """
    absolute = Way(name, partial(difference, level=LEVEL), instead=instead)
    delta = Way(
        f"{name}, relative" if agreeing is None else f"{name}, delta ratio",
        partial(relative, level=LEVEL),
        relative=True,
        role="page" if agreeing is None else "on request",
        test="ratio",
        instead=instead if agreeing is None else instead or FIELLER,
    )
    chosen = (
        ()
        if agreeing is None
        else (Way(f"{name}, {FIELLER}", partial(agreeing, level=LEVEL), relative=True, instead=instead),)
    )
    return (
        absolute,
        *chosen,
        delta,
        Way(
            f"{name}, log ratio",
            partial(_logged, relative_shift),
            relative=True,
            role="on request",
            test="log",
            instead=instead or (name if agreeing is None else FIELLER),
        ),
    )


def _logged(relative_shift: Shifted[T], control: T, treatment: T) -> Effect | NoEffect:
    """The relative change by its logarithm, put together from what the code offers."""
    found = differences.logged(relative_shift(control, treatment, LEVEL))
    return found if isinstance(found, NoEffect) else shares.unlogged(shifts.fixed(found, LEVEL))
