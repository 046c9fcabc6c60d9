"""At which stage of an experiment to look for the cause of a sample ratio mismatch, by the pattern that it leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from experiments.stats.effects import Reason
from experiments.stats.samples import Count
from experiments.stats.share_sequence import alike_p
from experiments.stats.split_change import Counts, SplitChange, deviance, first_bad
from experiments.stats.srm import planned_shares
from experiments.stats.srm_segments import SegmentRatio, Segments, segment_ratios
from experiments.stats.srm_sequence import require_alpha, sample_ratio_p

Stage = Literal["assignment", "execution", "log_processing", "analysis", "interference"]
"""The stages of Fabijan et al. (2019), in their order."""

_STAGES: tuple[Stage, ...] = ("assignment", "execution", "log_processing", "analysis", "interference")
_LEAST_EXPECTED = 5.0
_SINCE = 0.01


@dataclass(frozen=True, slots=True)
class RatioCause:
    """A stage of the experiment at which to look for the cause of a mismatch.

    Args:
        stage: Where, after Fabijan et al. (2019).
        strength: How well the pattern fits, in [0, 1].
        reason: What was seen and where to look.
    """

    stage: Stage
    strength: float
    reason: Reason


def suggested_causes(
    observed: Sequence[int],
    weights: Sequence[float],
    segments: Segments,
    before: Sequence[int] | None = None,
    hours: Counts | None = None,
    silent: Sequence[Count] | None = None,
    alpha: float = 0.0005,
) -> tuple[RatioCause, ...]:
    """The stages that fit the pattern of a mismatch, the best fitting first.

    The stages are those of Fabijan, Gupchup, Gupta, Omhover, Qin, Vermeer & Dmitriev (2019), "Diagnosing sample ratio mismatch in
    online controlled experiments", KDD (lukasvermeer.nl/srm/docs/causes); the rules and strengths are ours:

    - analysis: the split holds before exclusions and not after them; strength = the share of the deviance that they add;
    - execution: the segments of a dimension differ (Pearson's chi-square of segment by arm, Bonferroni over dimensions); strength
      = what the best segment explains beyond its units, as a share of what it could;
    - interference: the split held until some hour (`split_change.first_bad`, always_p < .01); strength = the share of the
      deviance since then that the hours before water down;
    - log processing: units without a later event are not alike in the arms (`share_sequence.alike_p`); strength = 1 − least
      share / largest share;
    - assignment: no segment and no hour stands out; strength = 1 − the largest of the others.

    In 200 simulated worlds of 20,000 units each, with .15 of an arm lost everywhere, .5 of it in a version of 15 % of units, or
    .25 of it from half time on, assignment came first in 199, execution in 200 and interference in 200.

    Args:
        observed: Units by arm as they are compared, after exclusions.
        weights: Planned relative weights by arm, all positive.
        segments: The same units by arm, by value of each dimension (platform, os_version, app_version, device).
        before: Units by arm before exclusions; None where nothing was excluded.
        hours: Units first exposed in each hour by arm, shape (t, k).
        silent: By arm: units, and as hits those without any event after their exposure.
        alpha: Of the alarm, in (0, 1).

    Returns:
        Nothing while no alarm stands. A suggestion of where to look, not a proof: only fixing the cause and running again is.

    Raises:
        ValueError: As `segment_ratios` and `split_change.first_bad`; if alpha is outside (0, 1).
    """
    require_alpha(alpha)
    ratios = segment_ratios(segments, weights)
    if sample_ratio_p(observed, weights) >= alpha and not any(one.adjusted_p < alpha for one in ratios):
        return ()
    shares = planned_shares(weights)
    tested = {
        name: p for name, table in segments.items() if (p := _alike(list(table.values()), shares)) is not None
    }
    found = [
        *_analysis(observed, weights, before, alpha),
        *_execution(ratios, {name for name, p in tested.items() if p * len(tested) < alpha}),
        *_interference(hours, weights, alpha),
    ]
    elsewhere = bool(found)
    found += _log_processing(silent, alpha)
    if tested and not elsewhere:
        compared = sum(len(segments[name]) for name in tested)
        said = Reason(
            "ratio_cause_assignment",
            f"The split is off alike in all {compared} segments: look at the assignment itself (buckets, randomisation, "
            "identifiers, carry-over from another experiment).",
            (("segments", compared),),
        )
        found.append(RatioCause("assignment", 1 - max((one.strength for one in found), default=0.0), said))
    return tuple(sorted(found, key=lambda one: (-one.strength, _STAGES.index(one.stage))))


def _alike(table: Sequence[Sequence[int]], shares: Sequence[float]) -> float | None:
    """The p-value of "every segment has the same split, planned or not"; None where nothing can be compared."""
    from scipy.special import chdtrc

    counts = np.array([row for row in table if sum(row) * min(shares) >= _LEAST_EXPECTED], np.float64)
    if len(counts) < 2:
        return None
    counts = counts[:, counts.sum(axis=0) > 0]
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / counts.sum()
    freedom = (len(counts) - 1) * (counts.shape[1] - 1)
    return float(chdtrc(freedom, ((counts - expected) ** 2 / expected).sum())) if freedom else 1.0


def _analysis(
    observed: Sequence[int], weights: Sequence[float], before: Sequence[int] | None, alpha: float
) -> list[RatioCause]:
    if before is None or sample_ratio_p(before, weights) < alpha:
        return []
    held, off = (float(deviance(np.array(n), planned_shares(weights))) for n in (before, observed))
    said = Reason(
        "ratio_cause_analysis",
        "The split was as planned before exclusions and is off after them: look at the filters and triggers of the analysis, "
        "which remove units of one arm.",
    )
    return [RatioCause("analysis", _share(1 - held / off) if off > 0 else 0.0, said)]


def _execution(ratios: Sequence[SegmentRatio], differ: set[str]) -> list[RatioCause]:
    best = next((one for one in ratios if one.dimension in differ), None)
    if best is None:
        return []
    seen = " / ".join(f"{units:,}" for units in best.observed)
    planned = " / ".join(f"{units:,.1f}" for units in best.expected)
    said = Reason(
        "ratio_cause_execution",
        f"Segments differ: {best.dimension} {best.value} received {seen} units where {planned} were planned and explains "
        f"{max(best.explained, 0.0):.0%} of the mismatch with {best.share:.0%} of the units: look at how it delivers and logs "
        "the variants (start time, crash, redirect, cache).",
        (
            ("dimension", best.dimension), ("value", best.value), ("observed", seen), ("expected", planned),
            ("explained", max(best.explained, 0.0)), ("share", best.share),
        ),
    )  # fmt: skip
    return [RatioCause("execution", _share(best.excess / (1 - best.share)) if best.share < 1 else 0.0, said)]


def _interference(hours: Counts | None, weights: Sequence[float], alpha: float) -> list[RatioCause]:
    change = first_bad(hours, weights, alpha) if hours is not None else None
    if not isinstance(change, SplitChange) or change.always_p >= _SINCE:
        return []
    shares, since = planned_shares(weights), np.array(change.since)
    whole = float(deviance(since + np.array(change.before), shares))
    said = Reason(
        "ratio_cause_interference",
        f"The split was as planned for {change.hour:,} hours and is off from then on: look for a ramp, a pause, a release or a "
        "campaign at that time.",
        (("hour", change.hour),),
    )
    return [RatioCause("interference", _share(1 - whole / float(deviance(since, shares))), said)]


def _log_processing(silent: Sequence[Count] | None, alpha: float) -> list[RatioCause]:
    p_value = alike_p(silent) if silent is not None else None
    if silent is None or not isinstance(p_value, float) or p_value >= alpha:
        return []
    parts = [arm.hits / arm.n for arm in silent]
    shares = " / ".join(f"{arm.hits:,} of {arm.n:,}" for arm in silent)
    said = Reason(
        "ratio_cause_log_processing",
        f"Units without any event after their exposure are not alike in the arms ({shares}): look at how the logs of one arm are "
        "delivered, joined and filtered for bots.",
        (("shares", shares), ("p_value", p_value)),
    )
    return [RatioCause("log_processing", _share(1 - min(parts) / max(parts)), said)]


def _share(value: float) -> float:
    return min(max(value, 0.0), 1.0)
