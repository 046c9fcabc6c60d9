"""Worlds of numbers: log-normal and zero-inflated amounts, capped or not, a ratio, amounts and medians of clusters."""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.calibration.study import Truth, World, lift_for
from benchmarks.calibration.ways import family
from experiments.stats import fieller, means, ratios
from experiments.stats.effects import NoEffect
from experiments.stats.samples import Moments, Ratio
from experiments.stats.winsorising import caps_of

Floats = NDArray[np.float64]
Values = Callable[[np.random.Generator, tuple[int, int]], Floats]
SPREAD = 2.0
"""σ of the log-normal world; its mean is 7.39, its standard deviation 54."""
PAYING, AMOUNT = 0.2, 1.0
"""Zero-inflated: the share of units with an amount, and σ of its logarithm."""
PULL, NOISE, MANY = 0.1, 0.5, 2.0
"""Ratio: a unit with k visits more than one has exp(.1 k + .5 z) a visit, k Poisson with mean 2: more of both."""
CAP = 0.99
_AT_ONCE = 2_000_000


def worlds() -> tuple[World[Moments] | World[Ratio], ...]:
    """Every world of numbers whose samples are sums."""
    plain, heavy = (
        family(
            "Welch",
            means.difference,
            means.relative_difference,
            means.relative_shift,
            instead,
            fieller.of_means,
        )
        for instead in ("", "cap at 99 %")
    )
    over = family(
        "delta method",
        ratios.difference,
        ratios.relative_difference,
        ratios.relative_shift,
        agreeing=fieller.of_ratios,
    )
    named: tuple[tuple[str, Values, Callable[[float], Sequence[Truth]]], ...] = (
        (f"log-normal σ = {SPREAD:g}", log_normal, log_normal_truths),
        (f"zero-inflated log-normal, {PAYING:.0%} above 0", zero_inflated, zero_inflated_truths),
        ("5 amounts a user, mean by user", amounts_of_user, amounts_truths),
    )
    found = [
        World(name, truths, partial(moments, drawn), heavy if drawn is log_normal else plain, _lift(truths))
        for name, drawn, truths in named
    ]
    capped = World(
        f"log-normal σ = {SPREAD:g}, capped at {CAP:.0%}",
        capped_truths,
        _capped,
        plain,
        _lift(log_normal_truths),
    )
    ratio = World("ratio, correlated denominator", ratio_truths, _ratios, over, _lift(ratio_truths))
    return (*found[:1], capped, *found[1:], ratio)


def log_normal(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """exp(2 z)."""
    return np.asarray(np.exp(SPREAD * rng.standard_normal(shape)))


def zero_inflated(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """0 for most, exp(z) for some."""
    found = np.zeros(shape)
    paying = rng.random(shape) < PAYING
    found[paying] = np.exp(AMOUNT * rng.standard_normal(int(paying.sum())))
    return found


def amounts_of_user(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """The mean of five amounts of a user, exponential around a level of the user's own that is gamma with shape 2."""
    return np.asarray(rng.standard_gamma(2.0, shape) * rng.standard_gamma(5.0, shape) / 10)


def log_normal_truths(lift: float) -> Sequence[Truth]:
    """Mean e², variance e⁸ − e⁴."""
    return _scaled(math.exp(SPREAD**2 / 2), math.exp(2 * SPREAD**2) - math.exp(SPREAD**2), lift)


def zero_inflated_truths(lift: float) -> Sequence[Truth]:
    """Mean π e^{σ²/2}, second moment π e^{2σ²}."""
    mean = PAYING * math.exp(AMOUNT**2 / 2)
    found = _scaled(mean, PAYING * math.exp(2 * AMOUNT**2) - mean**2, lift)[0]
    return [Truth(found.control, found.treatment, found.control_variance, found.treatment_variance, PAYING)]


def amounts_truths(lift: float) -> Sequence[Truth]:
    """Mean 1, second moment (2 + 4) / 4 · (5 + 25) / 25."""
    return _scaled(1.0, 1.5 * 1.2 - 1, lift)


def capped_truths(lift: float) -> Sequence[Truth]:
    """Mean and variance of min(amount, cap), the cap being the quantile of both arms together."""
    from scipy.optimize import brentq
    from scipy.special import ndtr

    more = math.log1p(lift)

    def beyond(log: float) -> float:
        return float(ndtr(log / SPREAD) + ndtr((log - more) / SPREAD)) / 2 - CAP

    log_cap = float(brentq(beyond, 0.0, 100.0, xtol=1e-13))

    def moment(power: int, middle: float) -> float:
        s = power * SPREAD
        below = math.exp(power * middle + s * s / 2) * float(ndtr((log_cap - middle) / SPREAD - s))
        return below + math.exp(power * log_cap) * float(ndtr((middle - log_cap) / SPREAD))

    one, other = ((moment(1, m), moment(2, m)) for m in (0.0, more))
    return [Truth(one[0], other[0], one[1] - one[0] ** 2, other[1] - other[0] ** 2)]


def ratio_truths(lift: float) -> Sequence[Truth]:
    """Σ over Poisson of the moments of (b v, b), b = 1 + k, v = exp(.1 k + .5 z)."""
    b, visits, amount = visits_law()
    bottom, first = float(visits @ b), math.exp(NOISE**2 / 2)
    top = float(visits @ (b * amount)) * first
    squares = float(visits @ (b * amount) ** 2) * math.exp(2 * NOISE**2)
    products, below = float(visits @ (b * b * amount)) * first, float(visits @ (b * b))
    value = top / bottom
    variance = (squares - 2 * value * products + value**2 * below) / bottom**2
    return _scaled(value, variance, lift)


def visits_law() -> tuple[Floats, Floats, Floats]:
    """Visits b, their probabilities, and exp(.1 (b − 1))."""
    from scipy.stats import poisson

    k = np.arange(80)
    return np.asarray(1.0 + k), np.asarray(poisson.pmf(k, MANY)), np.asarray(np.exp(PULL * k))


def pairs_of_unit(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[Floats, Floats]:
    """What stands above and below the line for every unit."""
    more = rng.poisson(MANY, shape).astype(np.float64)
    bottom = more + 1
    return bottom * np.exp(PULL * more + NOISE * rng.standard_normal(shape)), bottom


def moments(
    values: Values, rng: np.random.Generator, n: int, draws: int, lifts: Sequence[float]
) -> Iterator[Sequence[tuple[Moments, Moments]]]:
    """Arms whose treatment multiplies every value: one draw serves every lift.

    Args:
        values: (random numbers, shape) -> values of units.
        rng: Random numbers.
        n: Units an arm.
        draws: How many worlds.
        lifts: What the treatment adds, as shares of control.
    """
    for size in chunks(draws, n):
        arms = [values(rng, (size, n)) for _ in range(2)]
        found = [(arm.mean(axis=1), arm.var(axis=1) * n) for arm in arms]
        (c, c_apart), (t, t_apart) = found
        for k in range(size):
            control = Moments(n, float(c[k]), float(c_apart[k]))
            yield [
                (control, Moments(n, float(t[k]) * (1 + lift), float(t_apart[k]) * (1 + lift) ** 2))
                for lift in lifts
            ]


def chunks(draws: int, n: int) -> Iterator[int]:
    """How many draws to hold at a time."""
    size = max(1, _AT_ONCE // n)
    yield from (min(size, draws - start) for start in range(0, draws, size))


def _capped(
    rng: np.random.Generator, n: int, draws: int, lifts: Sequence[float]
) -> Iterator[Sequence[tuple[Moments, Moments]]]:
    for size in chunks(draws, n):
        control, treatment = (log_normal(rng, (size, n)) for _ in range(2))
        for one, other in zip(control, treatment, strict=True):
            yield [_capped_pair(one, other * (1 + lift)) for lift in lifts]


def _capped_pair(control: Floats, treatment: Floats) -> tuple[Moments, Moments]:
    caps = caps_of(np.concatenate([control, treatment]), CAP)
    if isinstance(caps, NoEffect):
        raise AssertionError(caps.sentence)  # noqa: TRY004 - never with values that all differ
    kept = [caps.applied(arm) for arm in (control, treatment)]
    found = [Moments(arm.size, float(arm.mean()), float(arm.var()) * arm.size) for arm in kept]
    return found[0], found[1]


def _ratios(
    rng: np.random.Generator, n: int, draws: int, lifts: Sequence[float]
) -> Iterator[Sequence[tuple[Ratio, Ratio]]]:
    for size in chunks(draws, n):
        sums = [_ratio_sums(*pairs_of_unit(rng, (size, n))) for _ in range(2)]
        for k in range(size):
            one, other = (_ratio_of(n, arm[:, k]) for arm in sums)
            yield [(one, _lifted(other, lift)) for lift in lifts]


def _ratio_sums(top: Floats, bottom: Floats) -> Floats:
    """Means and co-deviations by row, (5, draws)."""
    above, below = top - top.mean(axis=1, keepdims=True), bottom - bottom.mean(axis=1, keepdims=True)
    products = [np.einsum("ij,ij->i", *two) for two in ((above, above), (below, below), (above, below))]
    return np.stack([top.mean(axis=1), bottom.mean(axis=1), *products])


def _ratio_of(n: int, sums: Floats) -> Ratio:
    top, bottom, above, below, both = (float(one) for one in sums)
    return Ratio(n, top, bottom, above, below, both)


def _lifted(arm: Ratio, lift: float) -> Ratio:
    times = 1 + lift
    return Ratio(
        arm.n, arm.top_mean * times, arm.bottom_mean, arm.top_deviations * times**2, arm.bottom_deviations,
        arm.codeviations * times,
    )  # fmt: skip


def _scaled(mean: float, variance: float, lift: float) -> list[Truth]:
    return [Truth(mean, mean * (1 + lift), variance, variance * (1 + lift) ** 2)]


def _lift(truths: Callable[[float], Sequence[Truth]]) -> Callable[[int], float]:
    return partial(lift_for, truths=truths)
