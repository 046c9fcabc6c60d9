"""The nouns of the gallery: variants as people saw them, best first, and which of them are not told apart."""

from dataclasses import dataclass
from datetime import datetime

from experiments.copies import Copy
from experiments.stats.effects import Estimate, NoEffect, Reason
from experiments.stats.ranking import Comparison


@dataclass(frozen=True, slots=True)
class Variant:
    """Words in a design and a language, and how often they were tapped.

    Args:
        arm: The experiment's variant; None where the log alone tells variants apart.
        copy_id, design_id, language: As logged; for an arm what most of its people saw; None = not logged.
        n: People, each with a first impression; 1 or more.
        taps: Those of them who tapped it.
        rate: taps / n with Wilson's interval.
        limits: (display limit in ms, people), the most usual first; without those whose limit is not logged.
        mixed: People of the arm who saw other words or another design.
        wordings: What is on record about its words, in every language that fits, or nothing.
    """

    arm: str | None
    copy_id: str | None
    design_id: str | None
    language: str | None
    n: int
    taps: int
    rate: Estimate | NoEffect
    limits: tuple[tuple[int, int], ...]
    mixed: int
    wordings: tuple[Copy, ...]

    @property
    def stood(self) -> dict[int, float]:
        """Display limit in ms -> share of its people; empty if none is logged."""
        people = sum(n for _, n in self.limits)
        return {limit: n / people for limit, n in self.limits}


@dataclass(frozen=True, slots=True)
class CopiesAnswer:
    """The gallery.

    Args:
        variants: Best rate first; at most `compute.MOST`, the largest.
        comparisons: Every two of them, by their places in the gallery.
        ties: Brackets of two or more places: variants that are not told apart share one.
        left_out: Further variants, smaller than those shown.
        display_differs: That variants did not stand equally long, if so.
        randomised: True for the variants of an experiment.
        experiment: Its key.
        cannot_say: Why there is no variant at all.
        observed_until: End of observation; None if nothing has landed.
        sql: The SQL that ran.
        data_version: Version of the data.
        synthetic: Whether any load was declared synthetic.
    """

    variants: tuple[Variant, ...]
    comparisons: tuple[Comparison, ...]
    ties: tuple[tuple[int, ...], ...]
    left_out: int
    display_differs: Reason | None
    randomised: bool
    experiment: str | None
    cannot_say: NoEffect | None
    observed_until: datetime | None
    sql: str
    data_version: str
    synthetic: bool

    def brackets(self, place: int) -> tuple[int, ...]:
        """The brackets, from 0, that a variant stands in; none if it is told apart from all others."""
        return tuple(number for number, group in enumerate(self.ties) if place in group)
