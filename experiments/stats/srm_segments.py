"""The sample ratio segment by segment: which of them are off, and which explains the mismatch of the whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.stats.multiplicity import holm
from experiments.stats.split_change import deviance
from experiments.stats.srm import planned_shares, require_split
from experiments.stats.srm_sequence import MIXED, Concentration, log_evidence, p_of_evidence

Segments = Mapping[str, Mapping[str, Sequence[int]]]
"""Units by arm, by value of each dimension: {"app_version": {"4.2": (510, 480)}}."""


@dataclass(frozen=True, slots=True)
class SegmentRatio:
    """The split within one segment.

    Args:
        dimension, value: Which segment, for example "app_version" and "4.2".
        observed: Units by arm.
        expected: Units by arm under the plan.
        p_value: Of the planned split in this segment, valid under looks at any time.
        adjusted_p: Holm's p-value among all segments of all dimensions.
        share: Of the units of its dimension.
        explained: Share of the dimension's deviance that vanishes when the segment is left out, at most 1; near `share`
            where all segments are off alike, below 0 where the segment makes up for others.
    """

    dimension: str
    value: str
    observed: tuple[int, ...]
    expected: tuple[float, ...]
    p_value: float
    adjusted_p: float
    share: float
    explained: float

    @property
    def excess(self) -> float:
        """How much of the mismatch it explains beyond its share of the units."""
        return self.explained - self.share


def segment_ratios(
    segments: Segments, weights: Sequence[float], concentration: Concentration = MIXED
) -> tuple[SegmentRatio, ...]:
    """The split in every segment, those first that explain most of the mismatch beyond their share of the units.

    Each segment is tested by itself as `srm_sequence.sample_ratio_p` and all together by Holm (1979), so that under the plan the
    chance of ever naming any segment stays below α. With D the deviance of a dimension's sum and D₋ that without the segment,
    explained = 1 − D₋/D.

    Args:
        segments: Units by arm, by value of each dimension; each unit once per dimension.
        weights: Planned relative weights by arm, all positive.
        concentration: As for `srm_sequence.log_evidence`.

    Returns:
        Segments with units, ranked. `explained` means little while the sum raises no alarm.

    Raises:
        ValueError: If a segment has another number of arms, or a count is negative.
    """
    shares, found = planned_shares(weights), []
    for dimension, values in segments.items():
        for observed in values.values():
            require_split(observed, weights)
        table = np.array([list(observed) for observed in values.values()], np.int64).reshape(-1, len(shares))
        whole = table.sum(axis=0)
        off, without = float(deviance(whole, shares)), deviance(whole - table, shares)
        evidence = log_evidence(table, weights, concentration).tolist()
        for (value, observed), left, log in zip(values.items(), without.tolist(), evidence, strict=True):
            n = sum(observed)
            if n:
                explained = 1 - left / off if off > 0 else 0.0
                p_value = p_of_evidence(log)
                found.append((dimension, value, tuple(observed), n, p_value, n / int(whole.sum()), explained))
    adjusted = holm([one[4] for one in found])
    ratios = [
        SegmentRatio(
            dimension, value, seen, tuple(n * part for part in shares), p_value, together, share, explained
        )
        for (dimension, value, seen, n, p_value, share, explained), together in zip(
            found, adjusted, strict=True
        )
    ]
    return tuple(sorted(ratios, key=lambda one: (-one.excess, one.p_value)))
