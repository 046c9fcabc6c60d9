"""Effects and checks become one decision with its reasons."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from experiments import reasons
from experiments.comparison import Comparison, NonInferiority
from experiments.design import Experiment
from experiments.reasons import all_of
from experiments.stats.effects import Check, Effect, Reason

Decision = Literal["ship", "do_not_ship", "keep_running", "cannot_trust"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do, and why.

    Args:
        decision: "ship", "do_not_ship", "keep_running" or "cannot_trust".
        reasons: The grounds, the weightiest first; never empty.

    Raises:
        ValueError: If there is no reason.
    """

    decision: Decision
    reasons: tuple[Reason, ...]

    def __post_init__(self) -> None:
        if not self.reasons:
            raise ValueError("`reasons` is (); must hold at least one Reason; say why it was decided.")


def decide(
    experiment: Experiment,
    comparisons: Sequence[Comparison],
    checks: Sequence[Check],
    units: int,
    per_day: float = 0.0,
) -> Verdict:
    """The verdict of one reading.

    A failed check: cannot_trust. Before the planned end: keep_running, where the plan allows one look only; looks that
    the plan allows may decide before it. Then ship, if some arm has a superior success metric (Holm at α), all its guardrails
    non-inferior (one-sided α, not split) and nothing deteriorated (one-sided α/2m over success and
    guardrail comparisons). Otherwise do_not_ship at the planned end, if every arm deteriorated, or if the smallest effects
    that matter are ruled out (futility); else keep_running.

    Args:
        experiment: The plan.
        comparisons: From `compare`, every metric in every treatment arm.
        checks: What was checked of the data.
        units: Units over all arms that count and have been watched for every window that decides.
        per_day: Units that lately came in a day, for how long it may still take; 0 if unknown.

    Returns:
        The decision; it depends neither on the order nor on the names of arms and metrics.
    """
    failed = tuple(check.reason for check in checks if not check.passed)
    if failed:
        return Verdict("cannot_trust", failed)
    harms = deteriorated(comparisons, experiment.alpha)
    waiting = _waiting(experiment, units)
    if waiting:
        return Verdict("keep_running", waiting + all_of(reasons.harm_so_far, harms))
    winners = [arm for arm in _arms(comparisons) if _wins(arm, comparisons, harms, experiment.alpha)]
    if winners:
        return Verdict("ship", _for_shipping(winners, comparisons, experiment))
    grounds = _against(comparisons, harms, experiment.alpha)
    if _ended(experiment, units) or {one.arm for one in harms} == set(_arms(comparisons)) != set():
        return Verdict("do_not_ship", grounds)
    if _in_vain(comparisons):
        return Verdict("do_not_ship", (*grounds, _futile()))
    return Verdict("keep_running", (*grounds, *_would_change(experiment, units, per_day)))


def superior(comparisons: Iterable[Comparison], alpha: float) -> tuple[Comparison, ...]:
    """Success comparisons that are better than control with Holm's p ≤ α."""
    return tuple(
        one
        for one in comparisons
        if one.role == "success" and one.adjusted_p is not None and one.adjusted_p <= alpha and _better(one)
    )


def deteriorated(comparisons: Sequence[Comparison], alpha: float) -> tuple[Comparison, ...]:
    """Success and guardrail comparisons worse than control, one-sided at α/2m (two-sided p ≤ α/m)."""
    deciding = [one for one in comparisons if one.role != "exploratory"]
    return tuple(
        one
        for one in deciding
        if isinstance(one.effect, Effect) and one.effect.p_value <= alpha / len(deciding) and not _better(one)
    )


def _waiting(experiment: Experiment, units: int) -> tuple[Reason, ...]:
    """Why it is too early for any decision, if it is."""
    if experiment.planned_units is None:
        if experiment.peeking != "group":
            return ()
        return (
            Reason(
                "verdict.planned_units_missing",
                "Looks at set times need a planned end, and the plan names none: add planned_units.",
            ),
        )
    if units >= experiment.planned_units or experiment.peeking != "fixed":
        return ()
    early = Reason(
        "verdict.planned_units_not_reached",
        f"{units:,} of {experiment.planned_units:,} planned units have been counted: a decision before the "
        "planned end would be wrong more often than alpha says.",
        (("units", units), ("planned", experiment.planned_units)),
    )
    return (early,)


def _wins(arm: str, comparisons: Sequence[Comparison], harms: Sequence[Comparison], alpha: float) -> bool:
    own = [one for one in comparisons if one.arm == arm]
    return (
        bool(superior(own, alpha))
        and all(_guarded(one) for one in own if one.role == "guardrail")
        and all(one.arm != arm for one in harms)
    )


def _for_shipping(
    winners: Sequence[str], comparisons: Sequence[Comparison], experiment: Experiment
) -> tuple[Reason, ...]:
    own = [one for one in comparisons if one.arm in winners]
    said = all_of(reasons.superior, superior(own, experiment.alpha))
    said += all_of(reasons.guardrail, [one for one in own if one.role == "guardrail"])
    if experiment.planned_units is None and experiment.peeking == "fixed":
        once = Reason(
            "verdict.looked_once",
            "The plan names no planned end: this holds only if the result was looked at once, at an end "
            "set beforehand.",
        )
        return (*said, once)
    return said


def _against(
    comparisons: Sequence[Comparison], harms: Sequence[Comparison], alpha: float
) -> tuple[Reason, ...]:
    """Everything that speaks against shipping any arm; never empty."""
    said = all_of(reasons.deteriorated, harms)
    better = superior(comparisons, alpha)
    if not any(one.role == "success" for one in comparisons):
        sentence = "The plan declares no success metric, so nothing can speak for shipping."
        said += (Reason("verdict.no_success_metric", sentence),)
    elif not better:
        sentence = "No success metric is shown to be better than control."
        said += (Reason("verdict.none_superior", sentence),)
    said += all_of(reasons.superior, better)
    unshown = [one for one in comparisons if one.role == "guardrail" and not _guarded(one)]
    said += all_of(reasons.guardrail, unshown)
    silent = [one for one in comparisons if one.role == "success" and not isinstance(one.effect, Effect)]
    for one in silent:
        said += reasons.not_comparable(one, one.effect)
    return said


def _in_vain(comparisons: Sequence[Comparison]) -> bool:
    """Is the smallest effect that matters ruled out for every success metric in every arm?"""
    success = [one for one in comparisons if one.role == "success"]
    return bool(success) and all(one.futile for one in success)


def _futile() -> Reason:
    return Reason(
        "verdict.futile",
        "The smallest effect that would matter is as good as ruled out for every success metric: going on is in vain.",
    )


def _ended(experiment: Experiment, units: int) -> bool:
    return experiment.planned_units is not None and units >= experiment.planned_units


def _would_change(experiment: Experiment, units: int, per_day: float) -> tuple[Reason, ...]:
    """What may still decide it."""
    if experiment.planned_units is not None:
        left = experiment.planned_units - units
        if per_day > 0:
            days = math.ceil(left / per_day)
            return (
                Reason(
                    "verdict.days_to_go",
                    f"{left:,} more units reach the planned end (days at the present rate: about {days:,}); until then every "
                    "look may decide it.",
                    (("left", left), ("planned", experiment.planned_units), ("days", days)),
                ),
            )
        return (
            Reason(
                "verdict.units_to_go",
                f"{left:,} more units reach the planned end; until then every look may decide it.",
                (("left", left), ("planned", experiment.planned_units)),
            ),
        )
    if experiment.peeking == "sequence":
        sentence = "More units may still decide it, and looking again costs nothing; the plan names no end."
        return (Reason("verdict.open_end", sentence),)
    return (
        Reason(
            "verdict.no_planned_end",
            "The plan names no planned_units, so more units may still decide it; set an end before looking "
            "again.",
        ),
    )


def _better(one: Comparison) -> bool:
    return one.improvement is not None and one.improvement > 0


def _guarded(one: Comparison) -> bool:
    return isinstance(one.non_inferiority, NonInferiority) and one.non_inferiority.shown


def _arms(comparisons: Iterable[Comparison]) -> list[str]:
    return list(dict.fromkeys(one.arm for one in comparisons))
