"""The rules of a walk with options: what the compiled general walk is told about a funnel."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from experiments.durations import microseconds
from experiments.funnel import MOST_EXCLUSIONS, MOST_STEPS, Funnel
from experiments.instants import us_of

FAR = 1 << 61
"""Microseconds further away than any moment."""


@dataclass(frozen=True, slots=True)
class Rules:
    """A funnel's options as numbers.

    Args:
        steps: Number of steps n, 1 to 40.
        within: Microseconds from the chain's first step, end included.
        order: ordered | strict | unordered.
        first_only: Only the unit's first instant that can start a chain does (`reentry = "first"`).
        windows: Per step, microseconds from the step before, end included; empty for none.
        gaps: Per step, at least so many microseconds from the step before; empty for none.
        increasing: Steps of a chain may not share an instant.
        exclusions: Pairs (after, before) of steps, 1-based; bit n + e of `extra` says that a row excludes e.
        drop: A unit whose furthest chain is excluded leaves; else only the chain ends.
        hold: Rows carry codes that must be equal along a chain.
        starts: Moments (from, to): a chain starts at or after the first and before the second.
        optional: Steps, 1-based, that no other waits for; neither the first nor in an exclusion.
        chains: Count chains: from left to right, greedy, none overlapping; else one chain per unit.
    """

    steps: int
    within: int
    order: Literal["ordered", "strict", "unordered"] = "ordered"
    first_only: bool = False
    windows: tuple[int, ...] = ()
    gaps: tuple[int, ...] = ()
    increasing: bool = False
    exclusions: tuple[tuple[int, int], ...] = ()
    drop: bool = True
    hold: bool = False
    starts: tuple[int, int] = (-FAR, FAR)
    optional: tuple[int, ...] = ()
    chains: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.steps <= MOST_STEPS:
            raise ValueError(f"`steps` is {self.steps}; must be 1 to {MOST_STEPS}; split the funnel.")
        if self.within < 1:
            raise ValueError(f"`within` is {self.within}; must be at least 1; give microseconds.")
        if len(self.exclusions) > MOST_EXCLUSIONS:
            count = len(self.exclusions)
            raise ValueError(f"`exclusions` are {count}; must be at most {MOST_EXCLUSIONS}; name fewer.")
        for after, before in self.exclusions:
            if not 1 <= after < before <= self.steps:
                raise ValueError(
                    f"`exclusions` has {(after, before)}; must be steps, the first before the second; correct it."
                )
        for name, one in (("windows", self.windows), ("gaps", self.gaps)):
            if len(one) not in (0, self.steps):
                raise ValueError(f"`{name}` has {len(one)} numbers; must be one per step; give them.")
        if any(not 1 < step <= self.steps for step in self.optional):
            raise ValueError(f"`optional` is {self.optional}; must be steps after the first; correct it.")
        if {step for pair in self.exclusions for step in pair} & set(self.optional):
            raise ValueError("`exclusions` name an optional step; must name required ones; move them.")
        if self.order == "unordered":
            self._without_order()

    def _without_order(self) -> None:
        if self.increasing or self.optional or not self.free_of_gaps:
            raise ValueError(
                "`order` is 'unordered'; must have no step windows, gaps, strictly increasing times or optional "
                "steps; leave them out."
            )
        if any(pair != (1, self.steps) for pair in self.exclusions):
            raise ValueError(
                f"`exclusions` is {self.exclusions}; must be after = 1 and before = {self.steps} where no step comes "
                "before another; correct them."
            )

    @property
    def free_of_gaps(self) -> bool:
        """Has no step a window or a minimum gap of its own?"""
        return all(window >= self.within for window in self.windows) and not any(self.gaps)

    @property
    def bare(self) -> bool:
        """Is there nothing but the order, and when chains may start?"""
        asked = self.first_only, self.increasing, self.exclusions, self.hold, self.optional, self.chains
        return not any(asked) and self.free_of_gaps

    @property
    def required(self) -> tuple[int, ...]:
        """The steps, 1-based, that a chain is made of."""
        return tuple(step for step in range(1, self.steps + 1) if step not in self.optional)


def rules_of(funnel: Funnel) -> Rules:
    """The options of a definition as numbers.

    Args:
        funnel: The definition.
    """
    windows = tuple(funnel.within_us if s.within is None else microseconds(s.within) for s in funnel.steps)
    return Rules(
        steps=len(funnel.steps),
        within=funnel.within_us,
        order=funnel.order,
        first_only=funnel.reentry == "first",
        windows=windows,
        gaps=tuple(step.gap_us for step in funnel.steps),
        increasing=funnel.strictly_increasing,
        exclusions=tuple((one.after, one.before) for one in funnel.exclusions),
        drop=funnel.on_exclusion == "drop",
        hold=bool(funnel.hold),
        starts=(_moment(funnel.from_, -FAR), _moment(funnel.to, FAR)),
        optional=tuple(k for k, step in enumerate(funnel.steps, 1) if step.optional),
        chains=funnel.count == "chains",
    )


def _moment(given: datetime | None, otherwise: int) -> int:
    return otherwise if given is None else us_of(given)
