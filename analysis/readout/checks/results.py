"""Results to be doubted before they are believed: there before the exposure, due to one unit, or too good to be true."""

import math
from collections.abc import Iterable
from dataclasses import replace

from analysis.readout.asked import Asked
from analysis.readout.query import Arm, Reading
from experiments import Experiment
from experiments.metrics import Metric
from experiments.stats import means, suspicion
from experiments.stats.effects import Check, Effect, Reason, Shift
from experiments.stats.samples import Moments
from experiments.stats.sequential import confidence_sequence

FEWEST_UNITS = 100
"""Near-normal differences: below so many units an arm says nothing about what was before it."""
_LEVEL = 0.95
_TOLD = ("look_twice", "one_unit_matters")
_NOTED = {"too_good_to_be_true": "look_twice"}


def doubts(asked: Asked, reading: Reading) -> tuple[Check, ...]:
    """Bias before the exposure, single units that decide, and changes too good to be true; valid at any look.

    Args:
        asked: the experiment and how its arms are found; groups that were not assigned at random are not doubted here.
        reading: what was read.

    Returns:
        What failed and what is worth a note; one line for each kind that found nothing.
    """
    if asked.by is not None:
        return ()
    return (
        *_bias(asked.experiment, reading),
        *_worst(_outliers(asked.experiment, reading)),
        *_worst(_striking(asked.experiment, reading)),
    )


def _bias(plan: Experiment, reading: Reading) -> Iterable[Check]:
    """What units did in the 14 days before their exposure must not depend on the arm that they came to later."""
    own = {arm.key: arm for arm in reading.arms}
    shifts: dict[str, Shift] = {}
    for metric in plan.metrics:
        control = _before(own[plan.control.key], metric)
        for variant in plan.treatments:
            treatment = _before(own[variant.key], metric)
            shift = None if control is None or treatment is None else means.shift(control, treatment)
            if isinstance(shift, Shift):
                shifts[f"{metric.key} · {variant.key}"] = shift
    found = suspicion.pre_exposure_bias(shifts, interval=lambda shift, level: _anytime(plan, shift, level))
    if isinstance(found, Check):
        yield found


def _before(arm: Arm, metric: Metric) -> Moments | None:
    """The metric's first value before the exposure, one per unit; None where it is not read, or of too few units."""
    sample = arm.metrics[metric.key].with_before
    if sample is None or sample.n < FEWEST_UNITS:
        return None
    place = sample.outcomes
    return Moments(sample.n, float(sample.means[place]), float(sample.products[place, place]))


def _outliers(plan: Experiment, reading: Reading) -> Iterable[tuple[str, str, Check]]:
    """Means of which a single unit changes the answer."""
    own = {arm.key: arm for arm in reading.arms}
    for metric in plan.metrics:
        control = own[plan.control.key].metrics[metric.key]
        for variant in plan.treatments:
            treatment = own[variant.key].metrics[metric.key]
            if not isinstance(control.sample, Moments) or not isinstance(treatment.sample, Moments):
                continue
            if control.largest is None or treatment.largest is None:
                continue
            found = suspicion.one_unit_moves(
                control.sample, treatment.sample, control.largest, treatment.largest, 1 - plan.alpha
            )
            if isinstance(found, Check):
                yield metric.key, variant.key, found


def _striking(plan: Experiment, reading: Reading) -> Iterable[tuple[str, str, Check]]:
    """Success metrics that changed more than experiments do."""
    own = {arm.key: arm for arm in reading.arms}
    for metric in plan.metrics:
        if metric.role != "success":
            continue
        for variant in plan.treatments:
            control, treatment = (
                own[key].metrics[metric.key].sample for key in (plan.control.key, variant.key)
            )
            if min(control.n, treatment.n) < FEWEST_UNITS:
                continue
            change = metric.relative_shift(control, treatment, _LEVEL)
            if isinstance(change, Shift):
                yield metric.key, variant.key, _believed(plan, change)


def _believed(plan: Experiment, change: Shift) -> Check:
    """A failure beyond what the plan calls believable; a note beyond what most experiments show."""

    def drawn(shift: Shift, level: float) -> Effect:
        return _anytime(plan, shift, level)

    beyond = suspicion.too_good(change, plan.believable, 1.0, math.inf, interval=drawn)
    if not beyond.passed:
        return beyond
    usual = suspicion.too_good(change, interval=drawn)
    return replace(
        usual,
        passed=True,
        reason=replace(usual.reason, code=_NOTED.get(usual.reason.code, usual.reason.code)),
    )


def _anytime(plan: Experiment, shift: Shift, level: float) -> Effect:
    return confidence_sequence.interval(shift, level, plan.tuning)


def _worst(found: Iterable[tuple[str, str, Check]]) -> Iterable[Check]:
    """Every check that failed or is worth a note, with the metric and arm that it is about; else the first one alone."""
    every = list(found)
    told = [one for one in every if not one[2].passed or one[2].reason.code in _TOLD]
    for metric, arm, check in told or every[:1]:
        about = f"{metric} in {arm}: {check.reason.sentence[0].lower()}{check.reason.sentence[1:]}"
        facts = (("about", f"{metric} · {arm}"), *check.reason.facts)
        yield replace(check, reason=Reason(f"readout.{check.reason.code}", about, facts))
