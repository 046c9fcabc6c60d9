"""What a formula answers: an interval, an estimate, an effect, or the typed "cannot say"."""

import math
from dataclasses import dataclass
from typing import Literal

Facts = tuple[tuple[str, str | int | float], ...]
"""The values that a translated sentence needs, as (name, value) pairs."""

Scale = Literal["absolute", "relative"]
"""absolute: treatment minus control, in the metric's own unit; relative: (treatment − control) / control."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A two-sided confidence interval, both ends finite.

    Args:
        low: Lower end, in the unit of the value that it belongs to.
        high: Upper end, at least `low`.
        level: Confidence level in (0, 1); 0.95 unless said otherwise.

    Raises:
        ValueError: If an end is not finite, the ends are swapped, or the level is outside (0, 1).
    """

    low: float
    high: float
    level: float = 0.95

    def __post_init__(self) -> None:
        _require_finite("low", self.low)
        _require_finite("high", self.high)
        if self.low > self.high:
            raise ValueError(f"`low` is {self.low}; must be at most `high` ({self.high}); swap the two ends.")
        if not 0 < self.level < 1:
            raise ValueError(f"`level` is {self.level}; must be in (0, 1); write 95 % as 0.95.")

    def contains(self, value: float) -> bool:
        """Whether `value` lies in the closed interval."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Estimate:
    """One number about one group.

    Args:
        value: The point estimate, finite.
        interval: Its confidence interval, or None where the formula gives none.
        n: Units (or impressions, inferences: what the caller counted) behind it, 0 or more.
        method: The formula by name, for example "wilson".

    Raises:
        ValueError: If the value is not finite or `n` is negative.
    """

    value: float
    interval: Interval | None
    n: int
    method: str

    def __post_init__(self) -> None:
        _require_finite("value", self.value)
        if self.n < 0:
            raise ValueError(f"`n` is {self.n}; must be 0 or more; pass the units behind the value.")


@dataclass(frozen=True, slots=True)
class Effect:
    """What a treatment changed against control.

    Args:
        value: The point estimate, finite.
        interval: Confidence interval of the same quantity.
        p_value: Two-sided p-value of "no effect", in [0, 1].
        scale: "absolute" (treatment − control) or "relative" ((treatment − control) / control).
        method: The formula by name, for example "newcombe".

    Raises:
        ValueError: If the value is not finite or the p-value is outside [0, 1].
    """

    value: float
    interval: Interval
    p_value: float
    scale: Scale
    method: str

    def __post_init__(self) -> None:
        _require_finite("value", self.value)
        if not 0 <= self.p_value <= 1:
            raise ValueError(f"`p_value` is {self.p_value}; must be in [0, 1]; return a NoEffect if unknown.")


@dataclass(frozen=True, slots=True)
class Shift:
    """A near-normal difference of two arms, before an interval is drawn around it.

    Args:
        value: Treatment − coefficient · control, or relative to control; finite.
        variance: Its squared standard error, finite and above 0.
        units: Units of both arms behind it, 1 or more.
        scale: "absolute" or "relative".
        method: The formula by name, for example "welch".
        freedom: Degrees of freedom of Student's t for one look; None for normal quantiles.

    Raises:
        ValueError: If a number is not finite, the variance is not above 0, or there are no units.
    """

    value: float
    variance: float
    units: int
    scale: Scale
    method: str
    freedom: float | None = None

    def __post_init__(self) -> None:
        _require_finite("value", self.value)
        _require_finite("variance", self.variance)
        if self.variance <= 0:
            raise ValueError(
                f"`variance` is {self.variance}; must be above 0; return a NoEffect where nothing varies."
            )
        if self.units < 1:
            raise ValueError(
                f"`units` is {self.units}; must be 1 or more; return a NoEffect for an empty arm."
            )

    @property
    def error(self) -> float:
        """The standard error, in the unit of the value."""
        return math.sqrt(self.variance)


@dataclass(frozen=True, slots=True)
class NoEffect:
    """The typed "cannot say": why there is no number here.

    Args:
        code: Stable name of the reason, dots and underscores only.
        sentence: The reason in complete English.
        facts: The values in the sentence, for translation.
    """

    code: str
    sentence: str
    facts: Facts = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of a verdict or a check.

    Args:
        code: Stable name of the reason, dots and underscores only.
        sentence: The reason in complete English.
        facts: The values in the sentence, for translation.
    """

    code: str
    sentence: str
    facts: Facts = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One look at whether the data can be trusted.

    Args:
        key: Which check, for example "sample_ratio".
        passed: Whether it found nothing.
        reason: What it found, as a sentence.
        p_value: The p-value behind it, or None for a check without one.
    """

    key: str
    passed: bool
    reason: Reason
    p_value: float | None = None


def no_units() -> NoEffect:
    """An arm is empty."""
    return NoEffect("no_units", "An arm has no units yet, so there is nothing to compare.")


def no_variation() -> NoEffect:
    """Every unit behaved alike."""
    return NoEffect("no_variation", "All units behaved alike, so chance cannot be told from an effect.")


def without_hits() -> NoEffect:
    """Nothing to divide by, or into."""
    return NoEffect("ratio_without_hits", "An arm has no hits, so a relative change cannot be stated.")


def out_of_range() -> NoEffect:
    """The arithmetic of computers ends here."""
    return NoEffect(
        "out_of_range",
        "The numbers are too large or too small to compute with; measure in another unit.",
    )


def _require_finite(name: str, value: float) -> None:
    if not math.isfinite(value):
        raise ValueError(f"`{name}` is {value}; must be finite; return a NoEffect where there is no number.")
