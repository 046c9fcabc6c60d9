"""The shapes of what is planted, as written by --planted-out."""

from typing import Literal, TypedDict

from sample_data.reading import Cause

Temperature = Literal["warm", "cold"]


class Rate(TypedDict):
    """P(the metric's event happens to a unit of this variant)."""

    experiment: str
    metric: str
    variant: str
    value: float


class Effect(TypedDict):
    """Difference from control, absolute and relative (relative is None where control is unknown)."""

    experiment: str
    metric: str
    variant: str
    absolute: float
    relative: float | None


class Curve(TypedDict):
    """Cumulative incidence of one cause at one second since shown."""

    experiment: str
    variant: str
    cause: Cause
    at_s: float
    value: float


class Latency(TypedDict):
    """A quantile of inference time on one phone, apart for cold and warm runs."""

    device: str
    delegate: str
    conversion: str
    temperature: Temperature
    quantile: float
    value_ms: float


class FunnelRate(TypedDict):
    """The share of attempts that reach a step, of all that opened the camera."""

    variant: str
    step: str
    value: float


class Planted(TypedDict):
    """Everything that can be compared with an interval."""

    rates: list[Rate]
    effects: list[Effect]
    curves: list[Curve]
    late_share_of_taps: float
    tap_median_s: float
    copy_ratio: float | None
    interaction: float
    precision: float
    latency: list[Latency]
    funnel: list[FunnelRate]
    mismatch: str
