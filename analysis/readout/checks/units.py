"""Which units and impressions stay out, and whether that differs between arms."""

from collections.abc import Iterable, Sequence

from analysis.readout.asked import Asked
from analysis.readout.checks.saying import failed, note
from analysis.readout.query import Arm, Reading
from experiments.stats.crossover import check_several_variants
from experiments.stats.effects import Check
from experiments.stats.proportions import ChiSquare, independence
from experiments.stats.samples import Count

LOST_ALPHA = 0.001
FEWEST_EXPOSED = 100
"""Of fewer exposed units no share of several variants is too large."""


def left_out(asked: Asked, reading: Reading) -> tuple[Check, ...]:
    """Lost and untimed impressions, and units that are excluded, unknown, without id, or of one person.

    Args:
        asked: the experiment and how its arms are found.
        reading: what was read.
    """
    return (
        *_lost(reading.arms),
        *_several(reading.arms),
        *outside(asked, reading),
        *_repeated(asked, reading),
        *_untimed(reading.arms),
    )


def outside(asked: Asked, reading: Reading) -> tuple[Check, ...]:
    """Exposures that belong to no arm of the plan, or to no unit."""
    return (*_unknown(reading), *_without_unit(asked, reading))


def _lost(arms: Sequence[Arm]) -> Iterable[Check]:
    if not any(arm.lost for arm in arms):
        return
    counts = [Count(arm.impressions, arm.lost) for arm in arms]
    found = independence(counts)
    shares = " · ".join(f"{count.hits:,}/{count.n:,}" for count in counts)
    if isinstance(found, ChiSquare) and found.p_value < LOST_ALPHA:
        sentence = (
            f"Impressions without an ending differ between arms ({shares}, p = {found.p_value:.2g}): curves of the "
            "others cannot be compared; look for endings that one arm fails to log."
        )
        yield failed("lost_impressions_differ", sentence, found.p_value, "lost_impressions", shares=shares)
    else:
        sentence = f"Impressions without an ending stay out of the curves: {shares}."
        yield note("lost_impressions", sentence, shares=shares)


def _several(arms: Sequence[Arm]) -> Iterable[Check]:
    """Units of several variants are left out; who is left out must not depend on the arm."""
    if not any(arm.several for arm in arms):
        return
    several, exposed = sum(arm.several for arm in arms), sum(arm.exposed for arm in arms)
    found = check_several_variants([Count(arm.exposed, arm.several) for arm in arms])
    if isinstance(found, Check) and exposed >= FEWEST_EXPOSED:
        yield found
        return
    sentence = f"{several:,} of {exposed:,} units were exposed to several variants and are excluded."
    yield note("several_variants", sentence, units=several, exposed=exposed)


def _unknown(reading: Reading) -> Iterable[Check]:
    if reading.unknown:
        units = sum(n for _, n in reading.unknown)
        names = ", ".join(name for name, _ in reading.unknown)
        sentence = f"{units:,} units were exposed to variants that the plan does not have ({names}); they are rejected."
        yield note("unknown_variants", sentence, units=units, variants=names)


def _without_unit(asked: Asked, reading: Reading) -> Iterable[Check]:
    if reading.without_unit:
        n, unit = reading.without_unit, asked.experiment.unit
        yield note(
            "exposures_without_unit", f"{n:,} exposures belong to no {unit} and are left out.", n=n, unit=unit
        )


def _repeated(asked: Asked, reading: Reading) -> Iterable[Check]:
    units, persons = sum(arm.counted for arm in reading.arms), reading.persons
    if asked.experiment.unit != "user" and units > persons:
        sentence = (
            f"{units:,} units come from {persons:,} people: units of one person resemble each other, so "
            "intervals and p-values count each person once."
        )
        yield note("repeated_people", sentence, units=units, persons=persons)


def _untimed(arms: Sequence[Arm]) -> Iterable[Check]:
    untimed = sum(arm.untimed for arm in arms)
    if untimed:
        sentence = f"{untimed:,} impressions ended at an unknown time and stay out of the curves."
        yield note("endings_without_time", sentence, n=untimed)
