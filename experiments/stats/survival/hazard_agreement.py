"""Did two arms behave alike as long as they saw the same thing?"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from experiments.stats.effects import Estimate
from experiments.stats.multiplicity import holm
from experiments.stats.samples import RiskTable
from experiments.stats.survival.hazard_ratio import HazardRatio, hazard_ratio

State = Literal["agree", "differ", "unclear"]
ALPHA = 0.01
BAND = (0.8, 1.25)
"""Hazards within these times each other agree."""
MOST_PARTS = 8


@dataclass(frozen=True, slots=True)
class CauseAgreement:
    """How one ending compares between the arms.

    Args:
        cause: Which ending.
        overall: The ratio of hazards over the whole common time.
        parts: The same in equal parts of it, in order.
        p_value: That the hazards are equal throughout: the smaller of overall and of the parts, each for half of α.
        adjusted: The p-value by Holm over the causes.
    """

    cause: str
    overall: HazardRatio
    parts: tuple[HazardRatio, ...]
    p_value: float
    adjusted: float

    def sharpest(self) -> HazardRatio:
        """Where the arms differ most surely: overall, or one part."""
        part = min(self.parts, key=lambda one: one.p_value)
        return part if len(self.parts) * part.p_value < self.overall.p_value else self.overall


@dataclass(frozen=True, slots=True)
class Agreement:
    """Whether cause-specific hazards agree before the shorter limit.

    Args:
        state: "differ" if some cause's hazards differ at ALPHA, unless where they differ most surely the interval
            lies within BAND; else "agree" if the overall ratios of all causes lie within BAND with their intervals;
            else "unclear": too few endings.
        until_ms: The common time.
        causes: Every cause.
        worst: The ratio to name: where the arms differ most surely, else the overall ratio that is farthest from 1.
    """

    state: State
    until_ms: int
    causes: tuple[CauseAgreement, ...]
    worst: HazardRatio


def hazards_agree(
    control: RiskTable, treatment: RiskTable, until_ms: int, parts: int = 4, level: float = 0.95
) -> Agreement:
    """Whether two arms that saw the same until `until_ms` also ended alike until then.

    Per cause: the ratio of hazards overall, and in equal parts (a countdown changes them only near its end), with
    half of α for either; Holm over the causes at ALPHA. Agreement is not a large p-value but intervals of the overall
    ratios within BAND (two one-sided tests of every cause: an intersection-union test needs no correction;
    Berger & Hsu 1996, Statist. Sci. 11:283–319).

    Args:
        control: Each unit's first impression in control; units must be independent.
        treatment: The same in the treatment, with the same causes.
        until_ms: The shorter display limit: later endings count in neither.
        parts: Equal parts of the common time, 1 to 8.
        level: Confidence level of the ratios' intervals.

    Returns:
        The agreement.

    Raises:
        ValueError: If the causes differ, or there are no parts or too many.
    """
    if control.causes != treatment.causes:
        raise ValueError(
            f"`causes` is {control.causes} and {treatment.causes}; must be equal; name them alike."
        )
    if not 1 <= parts <= MOST_PARTS:
        raise ValueError(f"`parts` is {parts}; must be 1 to {MOST_PARTS}; choose for example 4.")
    arms = (
        control.shortened(min(until_ms, control.limit_ms)),
        treatment.shortened(min(until_ms, treatment.limit_ms)),
    )
    end = min(arm.limit_ms for arm in arms)
    edges = [(end + 1) * k // parts for k in range(parts)] + [end + 1]
    found = []
    for cause in control.causes:
        overall = hazard_ratio(*arms, cause, level=level)
        pieces = tuple(
            hazard_ratio(*arms, cause, low, high, level) for low, high in pairwise(edges) if high > low
        )
        p = min(1.0, 2 * overall.p_value, 2 * len(pieces) * min(one.p_value for one in pieces))
        found.append((cause, overall, pieces, p))
    adjusted = holm([p for *_, p in found])
    causes = tuple(CauseAgreement(*one, a) for one, a in zip(found, adjusted, strict=True))
    state = _state(causes)
    return Agreement(state, end, causes, _worst(causes, state))


def _state(causes: tuple[CauseAgreement, ...]) -> State:
    if any(map(_differs, causes)):
        return "differ"
    return "agree" if all(_within(one.overall) for one in causes) else "unclear"


def _worst(causes: tuple[CauseAgreement, ...], state: State) -> HazardRatio:
    if state == "differ":
        return min((one for one in causes if _differs(one)), key=lambda one: one.p_value).sharpest()
    return max((one.overall for one in causes), key=_distance)


def _differs(one: CauseAgreement) -> bool:
    return one.adjusted < ALPHA and not _within(one.sharpest())


def _within(found: HazardRatio) -> bool:
    said = found.ratio
    if not isinstance(said, Estimate) or said.interval is None:
        return False
    return BAND[0] <= said.interval.low and said.interval.high <= BAND[1]


def _distance(found: HazardRatio) -> float:
    """How far the interval reaches from 1, on the scale of ratios; a ratio that is not known reaches farthest."""
    said = found.ratio
    if not isinstance(said, Estimate) or said.interval is None or said.interval.low == 0:
        return float("inf")
    return max(1 / said.interval.low, said.interval.high)
