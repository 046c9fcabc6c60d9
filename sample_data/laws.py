"""Laws solved numerically: sums of waiting times, and quantiles of cold runs among warm ones."""

from math import log
from statistics import NormalDist

import numpy as np

from sample_data.truths import Model, Span

_NORMAL = NormalDist()
_GRID_MS = 1


def sum_before(spans: tuple[Span, ...], limit_s: float) -> float:
    """P(sum of independent low + (high - low) u² <= limit), by convolution on a grid of 1 ms.

    Args:
        spans: (low, high) of each, in seconds.
        limit_s: seconds.

    Returns:
        The probability, to about 1e-4.
    """
    mass = np.ones(1)
    for low, high in spans:
        edges = np.arange(0.0, (high - low) * 1000 + _GRID_MS, _GRID_MS) / 1000
        before = np.sqrt(np.clip(edges / (high - low), 0.0, 1.0))
        mass = np.convolve(mass, np.diff(before))
    shortest = sum(low for low, _ in spans)
    ends = shortest + (np.arange(len(mass)) + len(spans) / 2) * _GRID_MS / 1000
    return float(np.sum(mass[ends <= limit_s]))


def latency_quantile(median: float, model: Model, cold: float, quantile: float) -> float:
    """Solve (1 - cold) F(x) + cold F(x / cold_times) = quantile by halving; F is log-normal.

    Args:
        median: of a warm run, in ms.
        model: the spread of log latency and how many times longer a cold run takes.
        cold: the share of cold runs.
        quantile: in (0, 1).

    Returns:
        Milliseconds.
    """
    low, high = median / 100, median * 100
    for _ in range(80):
        x = (low * high) ** 0.5
        warm_below = _NORMAL.cdf(log(x / median) / model.spread)
        cold_below = _NORMAL.cdf(log(x / median / model.cold_times) / model.spread)
        low, high = (x, high) if (1 - cold) * warm_below + cold * cold_below < quantile else (low, x)
    return float((low * high) ** 0.5)
