"""The law of a sum of waiting times, by convolution."""

import numpy as np

from sample_data.truths import Span

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
