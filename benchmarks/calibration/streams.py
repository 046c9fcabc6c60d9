"""Experiments as they grow: sums of both arms at every look, and the difference with its variance.

The formulae are those of `shift` and `relative_shift`, for arrays; a test holds them to the production functions.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.calibration import adjusted, shares, values
from benchmarks.calibration.study import Truth

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LEAST_HITS = 25


@dataclass(frozen=True, slots=True)
class Estimates:
    """Of one arm by path and look.

    Args:
        value: The estimate.
        variance: Its variance.
        told: Where it may be looked at.
        shared: Its covariance with θ times the covariate's mean over both arms, where it is adjusted by that.
        common: The variance of that.
    """

    value: Floats
    variance: Floats
    told: NDArray[np.bool_]
    shared: Floats | float = 0.0
    common: Floats | float = 0.0


@dataclass(frozen=True, slots=True)
class Stream:
    """A world that grows.

    Args:
        name: What the table calls it.
        way: The formula.
        truth: From a lift to what is so.
        draw: (random numbers, paths, units at the looks, lift) -> control and treatment.
        at_once: Paths to hold at a time.
    """

    name: str
    way: str
    truth: Callable[[float], Truth]
    draw: Callable[[np.random.Generator, int, Ints, float], tuple[Estimates, Estimates]]
    at_once: int


def streams() -> tuple[Stream, ...]:
    """Every world."""
    return (
        *(
            Stream(f"binomial {p:g}", "share", partial(_share_truth, p), partial(_share, p), 2_000)
            for p in (0.02, 0.3)
        ),
        Stream(
            f"{shares.EACH} impressions a user, share {shares.SHARE}",
            "ratio",
            _clustered_truth,
            _clustered,
            1_000,
        ),
        Stream(
            "log-normal σ = 2",
            "mean",
            _first(values.log_normal_truths),
            partial(_mean, values.log_normal),
            100,
        ),
        Stream(
            "zero-inflated log-normal",
            "mean",
            _first(values.zero_inflated_truths),
            partial(_mean, values.zero_inflated),
            100,
        ),
        Stream("ratio, correlated denominator", "ratio", _first(values.ratio_truths), _ratio, 100),
        Stream("log-normal, known before", "CUPED", _first(adjusted.mean_truths), _adjusted, 100),
    )


def difference(control: Estimates, treatment: Estimates) -> tuple[Floats, Floats]:
    """Value and variance of treatment − control; value 0 and variance 1 where there is none to look at."""
    variance = control.variance + treatment.variance
    told = control.told & treatment.told & (variance > 0)
    return np.where(told, treatment.value - control.value, 0.0), np.where(told, variance, 1.0)


def freedom(control: Estimates, treatment: Estimates, n: Ints) -> Floats:
    """Welch–Satterthwaite degrees of freedom of `difference`, n units an arm."""
    both = control.variance + treatment.variance
    share = np.divide(treatment.variance, both, out=np.full(both.shape, 0.5), where=both > 0)
    return np.asarray((n - 1) / (share**2 + (1 - share) ** 2))


def farthest(control: Estimates) -> Floats:
    """How many of its standard errors control lies from 0."""
    alone = control.variance + 2 * control.shared + control.common
    return np.divide(np.abs(control.value), np.sqrt(alone), out=np.zeros(alone.shape), where=alone > 0)


def relative_difference(control: Estimates, treatment: Estimates, z: float) -> tuple[Floats, Floats]:
    """The same of (treatment − control) / |control| by the delta method, where |control| > z · its standard error."""
    alone = control.variance + 2 * control.shared + control.common
    told = control.told & treatment.told & (np.abs(control.value) > z * np.sqrt(alone))
    c = np.where(told, control.value, 1.0)
    ratio = treatment.value / c
    along = 2 * (1 - ratio) * (treatment.shared - ratio * control.shared) + (1 - ratio) ** 2 * control.common
    variance = (treatment.variance + ratio**2 * control.variance + along) / c**2
    told &= variance > 0
    return np.where(told, (treatment.value - c) / np.abs(c), 0.0), np.where(told, variance, 1.0)


def logarithm(value: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Of what was found relative: log(1 + r) with variance var(r) / (1 + r)²."""
    told = value > -1
    ratio = np.where(told, 1 + value, 1.0)
    return np.where(told, np.log(ratio), 0.0), np.where(told, variance / ratio**2, 1.0)


def of_shares(hits: Ints, n: Ints) -> Estimates:
    """Shares of n units; looked at from 25 hits and 25 others on."""
    share = hits / n
    enough = (hits >= LEAST_HITS) & (n - hits >= LEAST_HITS)
    return Estimates(share, share * (1 - share) / n, enough)


def of_means(sums: Floats, n: Ints) -> Estimates:
    """Means from Σx and Σx², (2, paths, looks)."""
    mean = sums[0] / n
    return _everywhere(mean, (sums[1] / n - mean**2) / (n - 1))


def of_ratios(sums: Floats, n: Ints) -> Estimates:
    """Σ top / Σ bottom from Σt, Σb, Σt², Σb², Σtb, (5, paths, looks)."""
    value = sums[0] / sums[1]
    spread = sums[2] - 2 * value * sums[4] + value**2 * sums[3]
    return _everywhere(value, spread / (n - 1) / n / (sums[1] / n) ** 2)


def of_adjusted(control: Floats, treatment: Floats, n: Ints) -> tuple[Estimates, Estimates]:
    """Means of y adjusted by x from Σy, Σx, Σy², Σx², Σyx of both arms: one coefficient, from deviations within the arms."""
    arms = [(sums, sums[:2] / n) for sums in (control, treatment)]
    apart = [(sums[2] - n * y**2, sums[3] - n * x**2, sums[4] - n * y * x) for sums, (y, x) in arms]
    theta = (apart[0][2] + apart[1][2]) / (apart[0][1] + apart[1][1])
    centre = (arms[0][1][1] + arms[1][1][1]) / 2
    common = theta**2 * (apart[0][1] + apart[1][1]) / (n - 1) / n / 4
    found = []
    for (_, (y, x)), (yy, xx, yx) in zip(arms, apart, strict=True):
        variance = (yy - 2 * theta * yx + theta**2 * xx) / (n - 1) / n
        shared = theta * (yx - theta * xx) / (n - 1) / n / 2
        told = np.ones(y.shape, np.bool_)
        found.append(Estimates(y - theta * (x - centre), variance, told, shared, common))
    return found[0], found[1]


def _everywhere(value: Floats, variance: Floats) -> Estimates:
    return Estimates(value, variance, np.ones(value.shape, np.bool_))


def _share(
    p: float, rng: np.random.Generator, paths: int, grid: Ints, lift: float
) -> tuple[Estimates, Estimates]:
    steps = np.diff(grid, prepend=0)
    arms = [
        np.cumsum(rng.binomial(steps, share, (paths, grid.size)), axis=1) for share in (p, p * (1 + lift))
    ]
    return of_shares(arms[0], grid), of_shares(arms[1], grid)


def _clustered(rng: np.random.Generator, paths: int, grid: Ints, lift: float) -> tuple[Estimates, Estimates]:
    steps, hits = np.diff(grid, prepend=0), np.arange(shares.EACH + 1)
    found = []
    for share in (shares.SHARE, shares.SHARE * (1 + lift)):
        users = np.cumsum(rng.multinomial(steps, shares.hits_of_user(share), (paths, grid.size)), axis=1)
        whole = np.broadcast_to(grid, users.shape[:2]) * shares.EACH
        top = users @ hits
        sums = np.stack([top, whole, users @ hits**2, whole * shares.EACH, top * shares.EACH]).astype(
            np.float64
        )
        found.append(of_ratios(sums, grid))
    return found[0], found[1]


def _mean(
    drawn: values.Values, rng: np.random.Generator, paths: int, grid: Ints, lift: float
) -> tuple[Estimates, Estimates]:
    arms = [drawn(rng, (paths, int(grid[-1]))) * times for times in (1.0, 1 + lift)]
    control, treatment = (of_means(_summed((x, x * x), grid), grid) for x in arms)
    return control, treatment


def _ratio(rng: np.random.Generator, paths: int, grid: Ints, lift: float) -> tuple[Estimates, Estimates]:
    found = []
    for times in (1.0, 1 + lift):
        top, bottom = values.pairs_of_unit(rng, (paths, int(grid[-1])))
        found.append(of_ratios(_pairs(top * times, bottom, grid), grid))
    return found[0], found[1]


def _adjusted(rng: np.random.Generator, paths: int, grid: Ints, lift: float) -> tuple[Estimates, Estimates]:
    found = []
    for times in (1.0, 1 + lift):
        after, before = adjusted.before_and_after(rng, (paths, int(grid[-1])))
        found.append(_pairs(after * times, before, grid))
    return of_adjusted(found[0], found[1], grid)


def _pairs(one: Floats, other: Floats, grid: Ints) -> Floats:
    return _summed((one, other, one * one, other * other, one * other), grid)


def _summed(columns: Sequence[Floats], grid: Ints) -> Floats:
    """Sums up to each look, (columns, paths, looks), of columns (paths, units)."""
    starts = np.concatenate([[0], grid[:-1]])
    return np.stack([np.cumsum(np.add.reduceat(column, starts, axis=1), axis=1) for column in columns])


def _share_truth(p: float, lift: float) -> Truth:
    q = min(p * (1 + lift), shares.MOST)
    return Truth(p, q, p * (1 - p), q * (1 - q), min(p, 1 - q))


def _clustered_truth(lift: float) -> Truth:
    return shares.clustered_truths(lift)[0]


def _first(truths: Callable[[float], Sequence[Truth]]) -> Callable[[float], Truth]:
    return lambda lift: truths(lift)[0]


def lift_of(truth: Callable[[float], Truth], drift: float, n: int) -> float:
    """The lift whose difference is `drift` standard errors with n units an arm, by bisection."""
    low, high = 0.0, 100.0
    for _ in range(60):
        lift = (low + high) / 2
        told = truth(lift)
        error = math.sqrt((told.control_variance + told.treatment_variance) / n)
        low, high = (lift, high) if told.absolute < drift * error else (low, lift)
    return high
