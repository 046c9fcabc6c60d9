"""The log-likelihood of a mixture-cure model on spans, for many parameters at once, and its slopes."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from experiments.stats.cure.families import Family
from experiments.stats.cure.spans import Spans

Floats = NDArray[np.float64]
Valued = Callable[[Floats], Floats]
"""From parameters of shape (points, 3) to one value each."""

_STEP = 1e-5
_WIDE_STEP = 1e-3
NEARLY_ALL = 1 - 1e-15
"""A share ended so near to all is taken for it: nobody left would be nothing to divide by."""


def columns(points: Floats) -> tuple[Floats, Floats, Floats]:
    """(log share, place, shape), each of shape (points, 1), from parameters of shape (points, 3)."""
    return points[:, :1], points[:, 1:2], points[:, 2:]


def log_likelihood(family: Family, data: Spans, points: Floats) -> Floats:
    """Σ ended · log(π (G(to) − G(from))) + Σ kept · log(1 − π G(seen)).

    The likelihood of competing hazards factorises by cause (Kalbfleisch & Prentice 2002, The Statistical Analysis of
    Failure Time Data, eq. 8.9), so the other causes only censor. π is the share that would ever end by the cause if
    nothing else did (Boag 1949, JRSS B 11:15–44).

    Args:
        family: The family of G.
        data: The spans of one cause.
        points: Parameters (log π, place, shape), shape (points, 3).

    Returns:
        Shape (points,).
    """
    log_share, place, shape = columns(points)
    ended = (
        family.within(data.log_from, data.log_to, place, shape) @ data.ended + log_share[:, 0] * data.events
    )
    share = np.exp(log_share) * family.ended(data.log_seen, place, shape)
    return np.asarray(ended + np.log1p(-np.minimum(share, NEARLY_ALL)) @ data.kept)


def slope(function: Valued, at: Floats) -> Floats:
    """The gradient of a function of (log π, place, shape) at one point, by central differences."""
    steps = np.eye(at.size) * _STEP
    values = function(np.concatenate([at + steps, at - steps]))
    return np.asarray((values[: at.size] - values[at.size :]) / (2 * _STEP))


def curvature(function: Valued, at: Floats) -> Floats:
    """The matrix of second derivatives of a function of (log π, place, shape) at one point, by central differences."""
    one = np.eye(at.size) * _WIDE_STEP
    pairs = (one[:, None] + one).reshape(-1, at.size), (one[:, None] - one).reshape(-1, at.size)
    values = function(np.concatenate([at + pairs[0], at - pairs[0], at + pairs[1], at - pairs[1]]))
    alike, against = values[: 2 * at.size**2], values[2 * at.size**2 :]
    total = alike.reshape(2, -1).sum(axis=0) - against.reshape(2, -1).sum(axis=0)
    return np.asarray(total.reshape(at.size, at.size) / (4 * _WIDE_STEP**2))
