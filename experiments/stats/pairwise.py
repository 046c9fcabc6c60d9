"""Three and more arms against each other: every pair, with one error rate for all of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

from experiments.stats.effects import Effect, NoEffect
from experiments.stats.multiplicity import bonferroni_level, holm

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class PairEffect:
    """One arm against another, among all pairs of arms.

    Args:
        control: The arm that is subtracted: the earlier of the two in the order given.
        treatment: The other arm.
        effect: With its interval at the simultaneous level and its own p-value; a NoEffect where there is none.
        p_value: Adjusted by Holm over all pairs, in [0, 1]; None where there is no effect.
        differs: Whether the adjusted p-value is at most α.
    """

    control: str
    treatment: str
    effect: Effect | NoEffect
    p_value: float | None
    differs: bool


def pairwise(
    arms: Mapping[str, S], effect_of: Callable[[S, S, float], Effect | NoEffect], alpha: float = 0.05
) -> tuple[PairEffect, ...]:
    """Every pair of arms: Holm decides which differ, Bonferroni's level makes the intervals hold together.

    With m pairs the intervals are at level 1 − α/m, so that all cover at once with probability 1 − α or more. Holm's
    adjusted p-values find at least as much as these intervals do and keep the chance of any false finding at α, under any
    dependence (Holm 1979, Scand. J. Stat. 6:65–70). A pair that cannot be compared counts among the m: whether it can
    depends on the data.

    Args:
        arms: Samples by name, two or more, in the order in which they shall be shown.
        effect_of: From control's sample, the treatment's and a level to their effect.
        alpha: Chance of any false finding, in (0, 1).

    Returns:
        m (m − 1) / 2 pairs for m arms, in the order of the arms. Neither the names nor the order of the arms change which
        pairs differ, if swapping the arms of a pair only turns its effect around. An interval may hold 0 where Holm finds a
        difference: it is wider than one decision needs.

    Raises:
        ValueError: If there are fewer than two arms, or alpha is outside (0, 1).
    """
    if len(arms) < 2:
        raise ValueError(f"`arms` is {len(arms)}; must be two or more; compare at least two.")
    pairs = tuple(combinations(arms, 2))
    level = bonferroni_level(alpha, len(pairs))
    effects = [effect_of(arms[control], arms[treatment], level) for control, treatment in pairs]
    adjusted = holm([effect.p_value if isinstance(effect, Effect) else 1.0 for effect in effects])
    return tuple(
        PairEffect(control, treatment, effect, p_value, p_value <= alpha)
        if isinstance(effect, Effect)
        else PairEffect(control, treatment, effect, None, differs=False)
        for (control, treatment), effect, p_value in zip(pairs, effects, adjusted, strict=True)
    )
