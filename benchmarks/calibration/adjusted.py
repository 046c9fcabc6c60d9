"""Worlds in which something was known of every unit before its exposure: adjusted means and ratios (CUPED)."""

import math
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.calibration.study import Truth, World, lift_for
from benchmarks.calibration.values import MANY, NOISE, PULL, chunks, ratio_truths, visits_law
from benchmarks.calibration.ways import family
from experiments.stats import adjustment, fieller, strata
from experiments.stats.samples import Moments, Regression
from experiments.stats.strata import Strata

Floats = NDArray[np.float64]
SIZES: Floats = np.array([0.5, 0.3, 0.2])
LEVELS: Floats = np.array([1.0, 2.0, 4.0])
SIGMA, KNOWN = 0.7, 0.8
"""Amounts before and after are exp(.7 z), their logarithms correlate by .8; so does the noise of the ratio with its covariate."""


def worlds() -> tuple[World[Regression], ...]:
    """A mean and a ratio, each with one covariate."""
    ways = family(
        "CUPED",
        adjustment.difference,
        adjustment.relative_difference,
        adjustment.relative_shift,
        agreeing=fieller.of_adjusted,
    )
    return (
        World("log-normal, known before", mean_truths, _means, ways, partial(lift_for, truths=mean_truths)),
        World(
            "ratio, known before", adjusted_truths, _ratios, ways, partial(lift_for, truths=adjusted_truths)
        ),
    )


def strata_world() -> World[Strata]:
    """Three kinds of units known before, whose levels differ: normal around 1, 2 and 4."""
    ways = family("post-stratified", strata.difference, strata.relative_difference, strata.relative_shift)
    return World("three strata", strata_truths, _strata, ways, partial(lift_for, truths=strata_truths))


def strata_truths(lift: float) -> Sequence[Truth]:
    """The spread within strata, and that of the strata's effects, whose sizes are a sample too."""
    mean = float(SIZES @ LEVELS)
    between = lift**2 * float(SIZES @ (LEVELS - mean) ** 2)
    return [Truth(mean, mean * (1 + lift), 1 + between / 4, (1 + lift) ** 2 + between / 4)]


def _strata(
    rng: np.random.Generator, n: int, draws: int, lifts: Sequence[float]
) -> Iterator[Sequence[tuple[Strata, Strata]]]:
    """Means of normal values are normal, their squared deviations chi-square: no unit need be drawn."""
    arms = []
    for _ in range(2):
        units = np.maximum(rng.multinomial(n, SIZES, draws), 2)
        arms.append(
            (units, LEVELS + rng.standard_normal(units.shape) / np.sqrt(units), rng.chisquare(units - 1))
        )
    for turn in range(draws):
        one, other = ([part[turn] for part in arm] for arm in arms)
        yield [(_stratified(one, 1.0), _stratified(other, 1 + lift)) for lift in lifts]


def _stratified(arm: Sequence[Floats], times: float) -> Strata:
    return {
        f"{place}": Moments(int(n), float(mean) * times, float(apart) * times**2)
        for place, (n, mean, apart) in enumerate(zip(*arm, strict=True))
    }


def mean_correlation() -> float:
    """Of the two amounts: (e^{ρσ²} − 1) / (e^{σ²} − 1)."""
    return math.expm1(KNOWN * SIGMA**2) / math.expm1(SIGMA**2)


def ratio_correlation() -> float:
    """Of the linearised ratio with the covariate: σ-free, cov(b v, x) = .5 · .8 · E[b e^{.1 k}] e^{.125} over √var."""
    b, visits, amount = visits_law()
    bottom = float(visits @ b)
    with_known = NOISE * KNOWN * math.exp(NOISE**2 / 2) * float(visits @ (b * amount)) / bottom
    return with_known / math.sqrt(ratio_truths(0.0)[0].control_variance)


def mean_truths(lift: float) -> Sequence[Truth]:
    """Variances after adjustment by one coefficient for both arms, cov(y, x) / var(x) of the two together."""
    mean = math.exp(SIGMA**2 / 2)
    spread = math.exp(SIGMA**2) * math.expm1(SIGMA**2)
    return [Truth(mean, mean * (1 + lift), *_adjusted(spread, spread * mean_correlation() ** 2, lift))]


def adjusted_truths(lift: float) -> Sequence[Truth]:
    """The ratio's variances, likewise."""
    plain = ratio_truths(0.0)[0]
    explained = plain.control_variance * ratio_correlation() ** 2
    return [
        Truth(plain.control, plain.control * (1 + lift), *_adjusted(plain.control_variance, explained, lift))
    ]


def _adjusted(variance: float, explained: float, lift: float) -> tuple[float, float]:
    """Variance − 2 θ cov + θ² var(x) of each arm, whose own coefficients would be 1 and 1 + lift times control's."""
    found = []
    for own in (1.0, 1 + lift):
        shared = 1 + lift / 2
        found.append(own**2 * variance - 2 * own * shared * explained + shared**2 * explained)
    return found[0], found[1]


def _means(
    rng: np.random.Generator, n: int, draws: int, lifts: Sequence[float]
) -> Iterator[Sequence[tuple[Regression, Regression]]]:
    for size in chunks(draws, n):
        arms = [cross_moments(np.stack(before_and_after(rng, (size, n)))) for _ in range(2)]
        yield from _pairs(arms, n, lifts, 1)


def _ratios(
    rng: np.random.Generator, n: int, draws: int, lifts: Sequence[float]
) -> Iterator[Sequence[tuple[Regression, Regression]]]:
    for size in chunks(draws, n):
        arms = [cross_moments(np.stack(pairs_and_before(rng, (size, n)))) for _ in range(2)]
        yield from _pairs(arms, n, lifts, 2)


def before_and_after(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[Floats, Floats]:
    """(after, before) of every unit."""
    z, own = rng.standard_normal(shape), rng.standard_normal(shape)
    after = np.exp(SIGMA * (KNOWN * z + math.sqrt(1 - KNOWN**2) * own))
    return after, np.exp(SIGMA * z)


def pairs_and_before(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[Floats, Floats, Floats]:
    """(top, bottom, before) of every unit."""
    more, z = rng.poisson(MANY, shape).astype(np.float64), rng.standard_normal(shape)
    noise = KNOWN * z + math.sqrt(1 - KNOWN**2) * rng.standard_normal(shape)
    return (more + 1) * np.exp(PULL * more + NOISE * noise), more + 1, z


def cross_moments(columns: Floats) -> tuple[Floats, Floats]:
    """Means (draws, k) and products of deviations (draws, k, k) of columns (k, draws, units)."""
    means = columns.mean(axis=2)
    apart = (columns - means[:, :, None]).transpose(1, 0, 2)
    return means.T, apart @ apart.transpose(0, 2, 1)


def _pairs(
    arms: Sequence[tuple[Floats, Floats]], n: int, lifts: Sequence[float], outcomes: int
) -> Iterator[Sequence[tuple[Regression, Regression]]]:
    for turn in range(arms[0][0].shape[0]):
        (c, c_products), (t, t_products) = ((means[turn], products[turn]) for means, products in arms)
        control = Regression(n, outcomes, c.copy(), _symmetric(c_products))
        pairs = []
        for lift in lifts:
            times = np.ones_like(t)
            times[0] = 1 + lift
            lifted = _symmetric(t_products * np.outer(times, times))
            pairs.append((control, Regression(n, outcomes, t * times, lifted)))
        yield pairs


def _symmetric(products: Floats) -> Floats:
    return np.asarray((products + products.T) / 2)
