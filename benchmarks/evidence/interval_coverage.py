"""How often the intervals cover the truth: Newcombe, Welch and Aalen–Johansen on simulated arms, with Monte-Carlo error."""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from experiments.stats import means, proportions, survival
from experiments.stats.effects import Effect, Estimate, NoEffect
from experiments.stats.samples import Count, Moments, RiskTable

SIZES = (200, 2_000, 20_000)
LEVEL = 0.95
_REPLICATES = 2_000
_FEWEST = 100
_LIMIT = 800
_MOMENTS = (80, 400, 800)
_HAZARDS = {"tap": 1.5e-3, "dismiss": 1.0e-3, "leave": 0.5e-3}  # per tick of the clock

Draw = Callable[[np.random.Generator], Iterator[tuple[str, Effect | Estimate | NoEffect, float]]]
"""One replicate: (figure, answer, truth) for each interval that it shows."""


def run(scale: float = 1.0, sizes: Sequence[int] = SIZES, seed: int = 20_261_122) -> list[dict[str, Any]]:
    """Coverage of every interval at every size.

    Args:
        scale: 1.0 draws 2,000 replicates of each world; at least 100 are drawn.
        sizes: Units per arm.
        seed: Of the random numbers; the same seed gives the same figures.

    Returns:
        One row per figure and size: figure, n, replicates, nominal, coverage, error (Monte-Carlo standard error),
        silent (share of replicates that could not say).
    """
    replicates = max(_FEWEST, round(_REPLICATES * scale))
    rows = []
    for n in sizes:
        for world, draw in enumerate(_worlds(n)):
            rng = np.random.default_rng([seed, n, world])
            rows += _covered(draw, rng, replicates, n)
    return rows


def _worlds(n: int) -> tuple[Draw, ...]:
    shares = tuple(
        partial(_shares, n=n, control=c, treatment=t) for c, t in ((0.01, 0.01), (0.05, 0.07), (0.30, 0.36))
    )
    return (*shares, partial(_skewed_means, n=n), partial(_curves, n=n))


def _covered(draw: Draw, rng: np.random.Generator, replicates: int, n: int) -> list[dict[str, Any]]:
    inside: dict[str, int] = {}
    said: dict[str, int] = {}
    for _ in range(replicates):
        for figure, answer, truth in draw(rng):
            inside.setdefault(figure, 0)
            said.setdefault(figure, 0)
            if not isinstance(answer, NoEffect) and answer.interval is not None:
                said[figure] += 1
                inside[figure] += answer.interval.contains(truth)
    return [_row(figure, n, replicates, said[figure], inside[figure]) for figure in inside]


def _row(figure: str, n: int, replicates: int, said: int, inside: int) -> dict[str, Any]:
    coverage = inside / said if said else math.nan
    return {
        "figure": figure,
        "n": n,
        "replicates": replicates,
        "nominal": LEVEL,
        "coverage": coverage if said else None,
        "error": math.sqrt(coverage * (1 - coverage) / said) if said else None,
        "silent": 1 - said / replicates,
    }


def _shares(
    rng: np.random.Generator, n: int, control: float, treatment: float
) -> Iterator[tuple[str, Effect | Estimate | NoEffect, float]]:
    """Two arms of n units each with given shares."""
    arms = (Count(n, int(rng.binomial(n, control))), Count(n, int(rng.binomial(n, treatment))))
    name = f"{control:.0%} against {treatment:.0%}"
    yield f"wilson {name}", proportions.rate(arms[0], LEVEL), control
    yield f"newcombe {name}", proportions.difference(*arms, level=LEVEL), treatment - control
    relative = treatment / control - 1
    yield f"mover ratio {name}", proportions.relative_difference(*arms, level=LEVEL), relative
    yield f"delta ratio {name}", proportions.delta_ratio(*arms, level=LEVEL), relative


def _skewed_means(
    rng: np.random.Generator, n: int
) -> Iterator[tuple[str, Effect | Estimate | NoEffect, float]]:
    """Purses: exponential amounts, 1.0 against 1.2 on average, the treatment arm half as large."""
    arms = (_moments(rng.exponential(1.0, n)), _moments(rng.exponential(1.2, n // 2)))
    yield "welch 1.0 against 1.2, exponential", means.difference(*arms, level=LEVEL), 0.2
    yield (
        "delta ratio of means 1.0 against 1.2, exponential",
        means.relative_difference(*arms, level=LEVEL),
        0.2,
    )


def _moments(values: np.ndarray[Any, np.dtype[np.float64]]) -> Moments:
    mean = float(values.mean())
    return Moments(values.size, mean, float(((values - mean) ** 2).sum()))


def _curves(rng: np.random.Generator, n: int) -> Iterator[tuple[str, Effect | Estimate | NoEffect, float]]:
    """Constant competing hazards, a display limit, and units lost along the way; the treatment's tap hazard is 1.3 times."""
    hazards = [_HAZARDS, _HAZARDS | {"tap": 1.3 * _HAZARDS["tap"]}]
    control, treatment = (survival.incidence(_table(rng, n, arm), "tap", LEVEL) for arm in hazards)
    if isinstance(control, NoEffect) or isinstance(treatment, NoEffect):
        return  # never with n > 0
    for tick in _MOMENTS:
        truth = [_tapped(arm, tick) for arm in hazards]
        yield f"aalen-johansen at {tick / _LIMIT:.0%} of the limit", control.at(tick), truth[0]
        difference = survival.difference_at(control, treatment, tick, LEVEL)
        yield f"incidence difference at {tick / _LIMIT:.0%} of the limit", difference, truth[1] - truth[0]
        ratio = survival.relative_difference_at(control, treatment, tick, LEVEL)
        yield f"incidence ratio at {tick / _LIMIT:.0%} of the limit", ratio, truth[1] / truth[0] - 1


def _table(rng: np.random.Generator, n: int, hazards: dict[str, float]) -> RiskTable:
    """n units on whole ticks: an exponential time rounded up keeps the truth exact at every tick."""
    total = sum(hazards.values())
    ended = np.ceil(rng.exponential(1 / total, n)).astype(np.int64)
    lost = np.minimum(np.ceil(rng.exponential(2 * _LIMIT, n)), _LIMIT).astype(np.int64)
    cause = rng.choice(len(hazards), n, p=[hazard / total for hazard in hazards.values()])
    events = np.zeros((len(hazards), _LIMIT + 1), np.int64)
    seen = ended <= lost
    np.add.at(events, (cause[seen], ended[seen]), 1)
    return RiskTable(tuple(hazards), events, np.bincount(lost[~seen], minlength=_LIMIT + 1).astype(np.int64))


def _tapped(hazards: dict[str, float], tick: int) -> float:
    total = sum(hazards.values())
    return hazards["tap"] / total * -math.expm1(-total * tick)
