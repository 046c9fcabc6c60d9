"""Five families of waiting times, as functions of log time: shares ended, and the log of the share ending in a span."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Name = Literal["exponential", "weibull", "log_normal", "log_logistic", "gamma"]
Ended = Callable[[Floats, Floats, Floats], Floats]
Within = Callable[[Floats, Floats, Floats, Floats], Floats]

_LARGEST_LOG = 690.0  # exp of more overflows
_SMALLEST = 1e-300


@dataclass(frozen=True, slots=True)
class Family:
    """A family of waiting times T > 0 with a place (where on the log time axis) and, but for one, a shape.

    Every array broadcasts. Times come as their natural logs.

    Args:
        name: Its name in the field.
        ended: (log t, place, shape) -> G(t) = P(T ≤ t).
        within: (log a, log b, place, shape) -> log(G(b) − G(a)), without loss of digits in the tail.
        shaped: Whether it has a shape; without one, `shape` is ignored.
    """

    name: Name
    ended: Ended
    within: Within
    shaped: bool


def _exp(x: Floats) -> Floats:
    return np.exp(np.minimum(x, _LARGEST_LOG))


def _log(x: Floats) -> Floats:
    return np.log(np.maximum(x, _SMALLEST))


def _weibull_ended(log_t: Floats, place: Floats, shape: Floats) -> Floats:
    return -np.expm1(-_exp(np.exp(shape) * (log_t - place)))


def _weibull_within(log_a: Floats, log_b: Floats, place: Floats, shape: Floats) -> Floats:
    power = np.exp(shape)
    a, b = _exp(power * (log_a - place)), _exp(power * (log_b - place))
    return _log(-np.expm1(a - b)) - a


def _exponential_ended(log_t: Floats, place: Floats, shape: Floats) -> Floats:
    return _weibull_ended(log_t, place, np.zeros_like(shape))


def _exponential_within(log_a: Floats, log_b: Floats, place: Floats, shape: Floats) -> Floats:
    return _weibull_within(log_a, log_b, place, np.zeros_like(shape))


def _log_normal_ended(log_t: Floats, place: Floats, shape: Floats) -> Floats:
    from scipy.special import ndtr

    return np.asarray(ndtr((log_t - place) * np.exp(-shape)))


def _log_normal_within(log_a: Floats, log_b: Floats, place: Floats, shape: Floats) -> Floats:
    from scipy.special import ndtr

    inverse = np.exp(-shape)
    a, b = (log_a - place) * inverse, (log_b - place) * inverse
    late = a > 0  # the upper tail is mirrored to the lower one, where small shares keep their digits
    return _log(ndtr(np.where(late, -a, b)) - ndtr(np.where(late, -b, a)))


def _log_logistic_ended(log_t: Floats, place: Floats, shape: Floats) -> Floats:
    from scipy.special import expit

    return np.asarray(expit(np.exp(shape) * (log_t - place)))


def _log_logistic_within(log_a: Floats, log_b: Floats, place: Floats, shape: Floats) -> Floats:
    power = np.exp(shape)
    a, b = power * (log_a - place), power * (log_b - place)
    return _log(-np.expm1(a - b)) - np.logaddexp(0.0, a) - np.logaddexp(0.0, -b)


def _gamma_ended(log_t: Floats, place: Floats, shape: Floats) -> Floats:
    from scipy.special import gammainc

    power = np.exp(shape)
    return np.asarray(gammainc(power, _exp(log_t - place) * power))


def _gamma_within(log_a: Floats, log_b: Floats, place: Floats, shape: Floats) -> Floats:
    return _log(_gamma_ended(log_b, place, shape) - _gamma_ended(log_a, place, shape))


FAMILIES: dict[Name, Family] = {
    family.name: family
    for family in (
        Family("exponential", _exponential_ended, _exponential_within, shaped=False),
        Family("weibull", _weibull_ended, _weibull_within, shaped=True),
        Family("log_normal", _log_normal_ended, _log_normal_within, shaped=True),
        Family("log_logistic", _log_logistic_ended, _log_logistic_within, shaped=True),
        Family("gamma", _gamma_ended, _gamma_within, shaped=True),
    )
}
"""exponential: G = 1 − e^(−t/m), place log m. weibull: 1 − e^(−(t/m)^k), place log m, shape log k. log_normal:
Φ((log t − μ)/σ), place μ, shape log σ. log_logistic: 1/(1 + (t/m)^−k), place log m, shape log k. gamma: P(k, kt/m),
place log m with m its mean, shape log k."""
