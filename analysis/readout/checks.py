"""What must hold before a result is read: sample ratio, trigger ratio, exclusions, maturity."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from analysis.readout.asked import Asked
from analysis.readout.query import Arm, Reading
from experiments.stats.effects import Check, NoEffect, Reason
from experiments.stats.proportions import ChiSquare, independence
from experiments.stats.samples import Count
from experiments.stats.srm import check_sample_ratio

SAMPLE_RATIO_ALPHA = 0.0005
TRIGGER_ALPHA = 0.0005
LOST_ALPHA = 0.001


def checks_of(asked: Asked, reading: Reading) -> tuple[Check, ...]:
    """Every check of one reading, in the order in which they are read.

    Args:
        asked: the experiment and how its arms are found.
        reading: what was read.

    Returns:
        Checks that failed or passed; notes (exclusions, maturity) always pass.
    """
    if not any(arm.exposed for arm in reading.arms):
        return (*_unknown(reading), *_without_unit(asked, reading))
    return (
        *(_sample_ratio(asked, reading.arms) if asked.by is None else _observational(asked)),
        *_trigger_ratio(asked, reading.arms),
        *_lost(reading.arms),
        *_several(reading.arms),
        *_unknown(reading),
        *_without_unit(asked, reading),
        *_repeated(asked, reading),
        *_untimed(reading.arms),
        *_maturing(asked, reading.arms),
    )


def _sample_ratio(asked: Asked, arms: Sequence[Arm]) -> Iterable[Check]:
    weights = [variant.weight for variant in asked.experiment.variants]
    before = check_sample_ratio([arm.exposed for arm in arms], weights, SAMPLE_RATIO_ALPHA)
    if isinstance(before, Check):
        yield before
    after = check_sample_ratio([arm.counted for arm in arms], weights, SAMPLE_RATIO_ALPHA)
    if isinstance(after, Check) and any(arm.several for arm in arms):
        yield replace(after, key="sample_ratio_after_exclusions")


def _observational(asked: Asked) -> Iterable[Check]:
    sentence = f"The arms are groups by {asked.by}, not assigned at random: other differences may explain the result."
    yield _note("observational", sentence, by=str(asked.by))


def _trigger_ratio(asked: Asked, arms: Sequence[Arm]) -> Iterable[Check]:
    """The share of units that reached the impression must not depend on the arm; one check for all such metrics."""
    metric = next((one for one in asked.experiment.metrics if one.window.anchor == "impression"), None)
    if metric is None or asked.experiment.unit == "impression":
        return
    counts = [Count(arm.counted, arm.metrics[metric.key].triggered) for arm in arms]
    found = independence(counts)
    shares = " / ".join(f"{count.hits:,} of {count.n:,}" for count in counts)
    if isinstance(found, NoEffect):
        yield _note("trigger_ratio_open", f"Units with an impression: {shares}.", shares=shares)
    elif found.p_value < TRIGGER_ALPHA:
        sentence = (
            f"The share of units that saw an impression differs between arms ({shares}, p = {found.p_value:.2g}): "
            "results per impression cannot be trusted; look for impressions that one arm loses or adds."
        )
        yield _failed("trigger_ratio_mismatch", sentence, found, "trigger_ratio", shares=shares)
    else:
        sentence = f"The arms saw an impression alike ({shares}, p = {found.p_value:.2g})."
        said = Reason("readout.trigger_ratio_ok", sentence, (("shares", shares), ("p_value", found.p_value)))
        yield Check("trigger_ratio", passed=True, reason=said, p_value=found.p_value)


def _lost(arms: Sequence[Arm]) -> Iterable[Check]:
    if not any(arm.lost for arm in arms):
        return
    counts = [Count(arm.impressions, arm.lost) for arm in arms]
    found = independence(counts)
    shares = " / ".join(f"{count.hits:,} of {count.n:,}" for count in counts)
    if isinstance(found, ChiSquare) and found.p_value < LOST_ALPHA:
        sentence = (
            f"Impressions without an ending differ between arms ({shares}, p = {found.p_value:.2g}): curves of the "
            "others cannot be compared; look for endings that one arm fails to log."
        )
        yield _failed("lost_impressions_differ", sentence, found, "lost_impressions", shares=shares)
    else:
        sentence = f"Impressions without an ending stay out of the curves: {shares}."
        yield _note("lost_impressions", sentence, shares=shares)


def _several(arms: Sequence[Arm]) -> Iterable[Check]:
    several, exposed = sum(arm.several for arm in arms), sum(arm.exposed for arm in arms)
    if several:
        sentence = f"{several:,} of {exposed:,} units were exposed to several variants and are excluded."
        yield _note("several_variants", sentence, units=several, exposed=exposed)


def _unknown(reading: Reading) -> Iterable[Check]:
    if reading.unknown:
        units = sum(n for _, n in reading.unknown)
        names = ", ".join(name for name, _ in reading.unknown)
        sentence = f"{units:,} units were exposed to variants that the plan does not have ({names}); they are rejected."
        yield _note("unknown_variants", sentence, units=units, variants=names)


def _without_unit(asked: Asked, reading: Reading) -> Iterable[Check]:
    if reading.without_unit:
        n, unit = reading.without_unit, asked.experiment.unit
        yield _note(
            "exposures_without_unit", f"{n:,} exposures belong to no {unit} and are left out.", n=n, unit=unit
        )


def _repeated(asked: Asked, reading: Reading) -> Iterable[Check]:
    units, persons = sum(arm.counted for arm in reading.arms), reading.persons
    if asked.experiment.unit != "user" and units > persons:
        sentence = (
            f"{units:,} units come from {persons:,} people: units of one person resemble each other, so the "
            "intervals are somewhat too narrow."
        )
        yield _note("repeated_people", sentence, units=units, persons=persons)


def _untimed(arms: Sequence[Arm]) -> Iterable[Check]:
    untimed = sum(arm.untimed for arm in arms)
    if untimed:
        sentence = f"{untimed:,} impressions ended at an unknown time and stay out of the curves."
        yield _note("endings_without_time", sentence, n=untimed)


def _maturing(asked: Asked, arms: Sequence[Arm]) -> Iterable[Check]:
    for metric in asked.experiment.metrics:
        sampled = [arm.metrics[metric.key] for arm in arms]
        triggered, matured = sum(one.triggered for one in sampled), sum(one.matured for one in sampled)
        if matured < triggered:
            sentence = (
                f"{metric.key}: {matured:,} of {triggered:,} units have been watched for the whole window "
                f"({metric.within}); the others wait, in every arm alike."
            )
            yield _note(
                "maturing",
                sentence,
                metric=metric.key,
                matured=matured,
                triggered=triggered,
                within=str(metric.within),
            )


def _note(code: str, sentence: str, **facts: str | int) -> Check:
    return Check(code, passed=True, reason=Reason(f"readout.{code}", sentence, tuple(facts.items())))


def _failed(code: str, sentence: str, found: ChiSquare, key: str, **facts: str) -> Check:
    said = Reason(f"readout.{code}", sentence, (*facts.items(), ("p_value", found.p_value)))
    return Check(key, passed=False, reason=said, p_value=found.p_value)
