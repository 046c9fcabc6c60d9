"""Differences of two independent, settled estimates: their variance, degrees of freedom, and the end of the numbers."""

import math
from dataclasses import dataclass

from experiments.stats.contrast import divisible
from experiments.stats.effects import NoEffect, Scale, Shift, no_variation
from experiments.stats.effects import out_of_range as out_of_range
from experiments.stats.means import welch_freedom

_CONSTANT = 1e-14  # of its mean: what spreads less is one number, differently rounded


@dataclass(frozen=True, slots=True)
class Settled:
    """An arm's estimate with its standard error, both in the metric's unit."""

    value: float
    error: float


def welch(
    control: Settled, control_units: int, treatment: Settled, treatment_units: int, coefficient: float, method: str
) -> Shift | NoEffect:  # fmt: skip
    """treatment − coefficient · control of two independent estimates, with Welch–Satterthwaite degrees of freedom.

    Args:
        control: Control's estimate.
        control_units: Its units, 2 or more.
        treatment: The treatment's estimate.
        treatment_units: Its units, 2 or more.
        coefficient: 1 for the difference.
        method: The name that the Shift carries.
    """
    weighted = coefficient * control.error
    error = math.hypot(treatment.error, weighted)
    freedom = None
    if 0 < error < math.inf:
        vt, vc = (treatment.error / error) ** 2, (weighted / error) ** 2
        freedom = welch_freedom(vt, treatment_units, vc, control_units)
    value, units = treatment.value - coefficient * control.value, control_units + treatment_units
    return shifted(value, error, units, "absolute", method, freedom)


def relative(control: Settled, treatment: Settled, units: int, level: float) -> Shift | NoEffect:
    """(treatment − control) / |control| of two independent estimates by the delta method.

    se² = (var(t) + (t / c)² var(c)) / c².

    Args:
        control: Control's estimate c.
        treatment: The treatment's estimate t.
        units: Units of both arms.
        level: At which control must be told from 0 (Fieller's condition), in (0, 1).
    """
    said = divisible(control.value, control.error * control.error, level)
    if said is not None:
        return said
    error = math.hypot(treatment.error, treatment.value / control.value * control.error) / abs(control.value)
    value = (treatment.value - control.value) / abs(control.value)
    return shifted(value, error, units, "relative", "delta")


def logged(found: Shift | NoEffect) -> Shift | NoEffect:
    """A relative shift on the logarithmic scale, log(1 + r): nearer to normal, and no interval reaches below −100 %.

    variance var(r) / (1 + r)²; for two shares that is `shares.log_shift` (Katz et al. 1978, Biometrics 34:469–474), for
    two independent means var(t) / t² + var(c) / c².

    Args:
        found: From any `relative_shift`; a NoEffect is handed on.

    Returns:
        A Shift: draw its interval, for one look or for many, then turn it with `shares.unlogged`. A NoEffect where the
        treatment is 0 or of another sign than control. Not for values that may be below 0, such as profits.

    Raises:
        ValueError: If the shift is absolute.
    """
    if isinstance(found, NoEffect):
        return found
    if found.scale != "relative":
        raise ValueError(f"`found` is {found.scale}; must be a relative shift; ask for `relative_shift`.")
    ratio = 1 + found.value
    if ratio <= 0:
        return without_logarithm()
    return shifted(math.log(ratio), found.error / ratio, found.units, "relative", "log_ratio", found.freedom)


def shifted(
    value: float, error: float, units: int, scale: Scale, method: str, freedom: float | None = None
) -> Shift | NoEffect:
    """A Shift of this standard error; a NoEffect where there is no error, or its square is beyond the numbers.

    Args:
        value: The difference.
        error: Its standard error, 0 or more, perhaps not finite.
        units: Units of both arms.
        scale: "absolute" or "relative".
        method: The formula by name.
        freedom: Degrees of freedom; None for normal quantiles.
    """
    if error == 0:
        return no_variation()
    if not math.isfinite(value) or not 0 < error * error < math.inf:
        return out_of_range()
    return Shift(value, error * error, units, scale, method, freedom)


def spread_of(n: int, mean: float, deviations: float) -> float:
    """√Σ (x − mean)²; 0 where that is the rounding of a constant, so that it does not look like chance.

    Args:
        n: Units.
        mean: Their mean.
        deviations: Σ (x − mean)², 0 or more.
    """
    found = math.sqrt(deviations)
    return found if found > _CONSTANT * math.sqrt(n) * abs(mean) else 0.0


def without_logarithm() -> NoEffect:
    """There is no ratio above 0."""
    return NoEffect(
        "log_ratio_without_sign",
        "The treatment is zero or of another sign than control, so the logarithm of their ratio does not exist.",
    )


def one_unit() -> NoEffect:
    """One value has no spread."""
    return NoEffect("one_unit", "An arm has a single unit, so its spread is unknown.")
