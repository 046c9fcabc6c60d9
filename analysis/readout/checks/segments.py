"""The sample ratio of every segment, and where to look for the cause of one that is off."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from analysis.readout.asked import Asked
from analysis.readout.checks.saying import failed, note
from analysis.readout.query import Arm
from analysis.readout.query.places import Placed
from analysis.words import ZONE
from experiments.stats.effects import Check
from experiments.stats.split_change import SplitChange, first_bad
from experiments.stats.srm_causes import RatioCause, suggested_causes
from experiments.stats.srm_segments import SegmentRatio, Segments, segment_ratios
from experiments.stats.srm_sequence import MIXED

SAMPLE_RATIO_ALPHA = 0.0005
MOST_CAUSES, MOST_SEGMENTS = 3, 3
_HOUR = 3600
_ALWAYS = 0.01


def segments(asked: Asked, arms: Sequence[Arm], placed: Placed, *, whole_is_off: bool) -> tuple[Check, ...]:
    """A failure for each of the worst segments that are off, the first bad hour, and stages to look at, best first.

    Args:
        asked: the experiment.
        arms: what was read.
        placed: where and when units that count were exposed.
        whole_is_off: did the sample ratio of all units fail? Then only segments that differ from it are told.

    Returns:
        One passed check where no segment is off and all are as planned.
    """
    weights = [variant.weight for variant in asked.experiment.variants]
    split = {name: values for name, values in placed.segments.items() if len(values) > 1}
    ratios = segment_ratios(split, weights)
    off = [one for one in ratios if one.adjusted_p < SAMPLE_RATIO_ALPHA]
    causes = _causes(arms, split, placed, weights)
    if whole_is_off and not any(cause.stage == "execution" for cause in causes):
        off = []  # every segment is off as the whole is
    told = tuple(_off(one) for one in off[:MOST_SEGMENTS]) or tuple(
        _alike(ratios) if not whole_is_off else ()
    )
    looked = (
        Check(f"cause_{place}", passed=True, reason=cause.reason)
        for place, cause in enumerate(causes, start=1)
    )
    return (*told, *_since(placed, weights), *looked)


def _off(one: SegmentRatio) -> Check:
    seen = " / ".join(f"{units:,}" for units in one.observed)
    planned = " / ".join(f"{units:,.1f}" for units in one.expected)
    value = one.value or "?"
    sentence = (
        f"In {one.dimension} {value} the arms received {seen} units where {planned} were planned "
        f"(p = {one.adjusted_p:.2g} over all segments): look at what this segment loses or adds."
    )
    return failed(
        "segment_ratio_mismatch", sentence, one.adjusted_p, "sample_ratio_segments",
        dimension=one.dimension, value=value, observed=seen, expected=planned,
    )  # fmt: skip


def _alike(ratios: Sequence[SegmentRatio]) -> Iterable[Check]:
    if len(ratios) > 1:
        lowest = min(one.adjusted_p for one in ratios)
        sentence = f"The split is as planned in each of {len(ratios)} segments (smallest p = {lowest:.2g})."
        yield note("segment_ratio_ok", sentence, segments=len(ratios), p_value=lowest)


def _since(placed: Placed, weights: Sequence[float]) -> Iterable[Check]:
    found = first_bad(placed.by_hour, weights, SAMPLE_RATIO_ALPHA, MIXED) if len(placed.by_hour) else None
    if not isinstance(found, SplitChange):
        return
    if found.always_p >= _ALWAYS:
        sentence = "The split has been off since the first exposures, not from some hour on."
        yield note("off_since_start", sentence)
        return
    at = datetime.fromtimestamp(placed.first_s + found.hour * _HOUR, UTC).astimezone(ZoneInfo(ZONE))
    before, since = (" / ".join(f"{units:,}" for units in counts) for counts in (found.before, found.since))
    sentence = f"The split is off from {at:%Y-%m-%d %H:%M} on: {before} units before, {since} since."
    yield note("first_bad_hour", sentence, at=f"{at:%Y-%m-%d %H:%M}", before=before, since=since)


def _causes(
    arms: Sequence[Arm], split: Segments, placed: Placed, weights: Sequence[float]
) -> tuple[RatioCause, ...]:
    counted, exposed = [arm.counted for arm in arms], [arm.exposed for arm in arms]
    found = suggested_causes(
        counted, weights, split, exposed if exposed != counted else None,
        placed.by_hour if len(placed.by_hour) else None, alpha=SAMPLE_RATIO_ALPHA,
    )  # fmt: skip
    return found[:MOST_CAUSES]
