"""What adjustment takes away: the variance after / before, as reported and as seen over experiments."""

import math
from collections.abc import Iterator

import numpy as np

from benchmarks.calibration.adjusted import mean_correlation, ratio_correlation, worlds
from benchmarks.calibration.page import Row
from experiments.stats import adjustment
from experiments.stats.effects import NoEffect
from experiments.stats.samples import Regression

N, DRAWS = 20_000, 2_000


def rows(scale: float, seed: int) -> Iterator[Row]:
    """1 − ρ² of a mean and of a ratio, each in two ways.

    Args:
        scale: 1 draws 2,000 experiments.
        seed: Of the random numbers.
    """
    draws = max(2, round(DRAWS * scale))
    for place, (world, rho) in enumerate(
        zip(worlds(), (mean_correlation(), ratio_correlation()), strict=True)
    ):
        rng = np.random.default_rng((seed, 77, place))
        drawn = [_both(*pairs[0]) for pairs in world.draw(rng, N, draws, (0.0,))]
        before, after, said = (np.array(column) for column in zip(*drawn, strict=True))
        left = 1 - rho**2
        seen = float(after.var() / before.var())
        reported = float(said.mean())
        yield _row(world.name, "as reported", draws, reported, float(said.std()) / math.sqrt(draws), left)
        yield _row(world.name, "over experiments", draws, seen, left * 2 * abs(rho) / math.sqrt(draws), left)


def _both(control: Regression, treatment: Regression) -> tuple[float, float, float]:
    """The difference before and after adjustment, and the variance after / before that is reported."""
    plain, adjusted = adjustment.shift(_bare(control), _bare(treatment)), adjustment.shift(control, treatment)
    if isinstance(plain, NoEffect) or isinstance(adjusted, NoEffect):
        raise AssertionError("never with units that differ")  # noqa: TRY004
    return plain.value, adjusted.value, adjusted.variance / plain.variance


def _bare(arm: Regression) -> Regression:
    k = arm.outcomes
    return Regression(arm.n, k, arm.means[:k].copy(), arm.products[:k, :k].copy())


def _row(world: str, way: str, draws: int, figure: float, error: float, left: float) -> Row:
    met = "yes" if abs(figure - left) <= 3 * error else "no"
    beside, limit = f"1 − ρ² = {left:.5f}", "1 − ρ² ± 3 s.e."
    return Row("Adjustment", world, way, f"{N:,}", draws, figure, error, beside, limit, met)
