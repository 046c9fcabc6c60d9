"""A Bayesian reading of an effect: the chance that the treatment is better, and what a wrong choice would cost."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from experiments.stats.beliefs import Beta, Normal, normal_marks, quadrature
from experiments.stats.contrast import z_of
from experiments.stats.effects import Interval, NoEffect, Scale, Shift, no_units
from experiments.stats.samples import Count

Direction = Literal["up", "down"]
"""The good way of the metric."""

Floats = NDArray[np.float64]
_FLAT = Beta()
_FARTHEST = 38.0  # standard errors beyond which no chance is left in a double


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is believed about treatment minus control after the data.

    Args:
        value: Its expectation, in the unit of the effect.
        interval: The equal-tailed credible interval: holds the truth with this probability, given the prior.
        chance_better: P(the treatment is better), in [0, 1].
        loss_shipping: Expected worsening if the treatment is shipped, 0 or more, in the unit of the effect.
        loss_keeping: Expected improvement forgone if control is kept, 0 or more.
        scale: "absolute" or "relative".
        method: "bayes_flat", "bayes_normal" or "beta_binomial".
    """

    value: float
    interval: Interval
    chance_better: float
    loss_shipping: float
    loss_keeping: float
    scale: Scale
    method: str


def of_shift(
    shift: Shift, prior: Normal | None = None, level: float = 0.95, direction: Direction = "up"
) -> Posterior:
    """The posterior of a near-normal difference under a flat or a stated normal prior.

    With the estimate d and its squared standard error v, a prior Normal(m, τ²) gives Normal(m + w (d − m), w v) with
    w = τ²/(τ² + v), a flat one Normal(d, v) (Gelman et al. 2013, Bayesian Data Analysis, §2.5). With z = mean / sd the chance
    of a rise is Φ(z), and the expected fall is sd (φ(z) − z Φ(−z)) (Stucchio 2015, "Bayesian A/B testing at VWO", §3).

    Looking again and again changes nothing in what the posterior says to someone who holds the prior, but it does to an analyst
    who asks how often it misleads: without any effect and with a flat prior, stopping at the first of 28 equally spaced looks
    with a chance above .975 ships the treatment in 13.8 % of experiments, not in 2.5 % (de Heide & Grünwald 2021, Psychon. Bull.
    Rev. 28:795–812). A prior as narrow as real effects are lowers this, but nothing bounds it: not a way to decide early.

    Args:
        shift: Treatment minus control with its variance, absolute or relative.
        prior: What was believed before, in the shift's unit; None for flat. State it before the data are seen.
        level: Of the credible interval, in (0, 1).
        direction: The good way, "up" or "down".

    Returns:
        The posterior in the shift's unit. Degrees of freedom are not used: with fewer than about 30 units an arm it is too sure.

    Raises:
        ValueError: If the level is outside (0, 1).
    """
    mean, sd = shift.value, shift.error
    if prior is not None:
        both = math.hypot(prior.sd, sd)
        mean = prior.mean + (prior.sd / both) ** 2 * (mean - prior.mean)
        sd *= prior.sd / both
    half = z_of(level) * sd
    rise, fall = _above_zero(mean, sd), _above_zero(-mean, sd)
    good, bad = (rise, fall) if direction == "up" else (fall, rise)
    return Posterior(
        value=mean,
        interval=Interval(mean - half, mean + half, level),
        chance_better=good[0],
        loss_shipping=bad[1],
        loss_keeping=good[1],
        scale=shift.scale,
        method="bayes_flat" if prior is None else "bayes_normal",
    )


def of_counts(
    control: Count, treatment: Count, prior: Beta = _FLAT, level: float = 0.95, direction: Direction = "up"
) -> Posterior | NoEffect:
    """The posterior of a difference of two shares, each arm a Beta of its own: exact also for a handful of hits.

    An arm with x hits among n units is Beta(x + a, n − x + b). With densities f and distribution functions F,

        P(t > c) = ∫ F_c f_t,     E (t − c)⁺ = ∫ F_c (1 − F_t),     P(t − c ≤ d) = ∫ f_c(x) F_t(x + d) dx,

    by Gauss–Legendre quadrature on the log odds, to 1e-10; the interval solves the last for its two tails.

    Looking again and again: as for `of_shift`. Before many hits are seen the flat prior is a strong one for rare events (its
    expected share is .5): state a prior with the share that is usual, worth few units.

    Args:
        control: Units and hits of control.
        treatment: Units and hits of the treatment.
        prior: Of the share in each arm, the same in both; flat unless stated.
        level: Of the credible interval, in (0, 1).
        direction: The good way, "up" or "down".

    Returns:
        The posterior of the absolute difference; a NoEffect when an arm has no units.

    Raises:
        ValueError: If the level is outside (0, 1).
    """
    z = z_of(level)
    if control.n == 0 or treatment.n == 0:
        return no_units()
    c, t = _updated(control, prior), _updated(treatment, prior)
    rise, fall = _exceeds(t, c), _exceeds(c, t)
    good, bad = (rise, fall) if direction == "up" else (fall, rise)
    sd = math.sqrt(c.variance + t.variance)
    value = t.mean - c.mean
    low, high = (
        _quantile(c, t, value + side * z * sd, sd, tail) for side, tail in ((-1, 1 - level), (1, 1 + level))
    )
    return Posterior(value, Interval(low, high, level), good[0], bad[1], good[1], "absolute", "beta_binomial")


def chances_best(arms: Sequence[Normal], direction: Direction = "up") -> tuple[float, ...]:
    """The chance of each arm to be the best of all, from independent normal beliefs about their means.

    P(i is best) = ∫ φ(u) Π Φ((m_i + s_i u − m_j) / s_j) du over j ≠ i, by quadrature on stretches that follow every arm, so that
    neither random numbers nor unequal spreads cost digits (1e-12).

    Args:
        arms: Mean and standard error of each arm, two or more; no arm's estimate may enter another's.
        direction: The good way, "up" or "down".

    Returns:
        Chances in the order given, adding up to 1. Looked at again and again: as for `of_shift`.

    Raises:
        ValueError: If there are fewer than two arms.
    """
    from scipy.special import ndtr

    _require_arms(len(arms))
    sign = 1.0 if direction == "up" else -1.0
    marks, found = normal_marks(), []
    for i, arm in enumerate(arms):
        others = [(sign * (arm.mean - other.mean), other.sd) for j, other in enumerate(arms) if j != i]
        with np.errstate(over="ignore"):
            edges = np.concatenate([marks, *((marks * sd - gap) / arm.sd for gap, sd in others)])
            points, weights = quadrature(np.clip(edges, marks[0], marks[-1]))
            beaten = [ndtr((gap + arm.sd * points) / sd) for gap, sd in others]
        density = np.exp(-(points**2) / 2) / math.sqrt(2 * math.pi)
        found.append(float(np.sum(weights * density * np.prod(beaten, axis=0))))
    return tuple(found)


def chances_best_share(
    arms: Sequence[Count], prior: Beta = _FLAT, direction: Direction = "up"
) -> tuple[float, ...] | NoEffect:
    """The chance of each arm to have the best share of all, each arm a Beta of its own.

    P(i is best) = ∫ f_i Π F_j over j ≠ i on the log odds, with 1 − F_j where less is better.

    Args:
        arms: Units and hits of each arm, two or more.
        prior: Of the share in each arm; flat unless stated.
        direction: The good way, "up" or "down".

    Returns:
        Chances in the order given, adding up to 1; a NoEffect when an arm has no units. Looked at again and again: as for
        `of_shift`.

    Raises:
        ValueError: If there are fewer than two arms.
    """
    _require_arms(len(arms))
    if min(arm.n for arm in arms) == 0:
        return no_units()
    beliefs = [_updated(arm, prior) for arm in arms]
    points, weights = quadrature(np.concatenate([belief.marks() for belief in beliefs]))
    beaten = [one.below(points) if direction == "up" else one.above(points) for one in beliefs]
    return tuple(
        float(np.sum(weights * one.density(points) * np.prod(beaten[:i] + beaten[i + 1 :], axis=0)))
        for i, one in enumerate(beliefs)
    )


def _above_zero(mean: float, sd: float) -> tuple[float, float]:
    """P(X > 0) and E X⁺ of a normal."""
    z = mean / sd
    tail = math.erfc(abs(z) / math.sqrt(2)) / 2
    peak = math.exp(-(min(abs(z), _FARTHEST) ** 2) / 2) / math.sqrt(2 * math.pi)
    beyond = sd * max(peak - abs(z) * tail, 0.0) if abs(z) < _FARTHEST else 0.0
    return (1 - tail, mean + beyond) if z > 0 else (tail, beyond)


def _updated(arm: Count, prior: Beta) -> Beta:
    return Beta(arm.hits + prior.hits, arm.n - arm.hits + prior.misses)


def _exceeds(one: Beta, other: Beta) -> tuple[float, float]:
    """P(one > other) and E (one − other)⁺."""
    from scipy.special import expit

    points, weights = quadrature(np.concatenate([one.marks(), other.marks(), _FLAT.marks()]))
    below = other.below(points)
    width = expit(points) * expit(-points)
    return (
        min(float(np.sum(weights * below * one.density(points))), 1.0),
        float(np.sum(weights * width * below * one.above(points))),
    )


def _quantile(c: Beta, t: Beta, guess: float, sd: float, doubled: float) -> float:
    """The d with P(t − c ≤ d) = doubled / 2."""
    from scipy.optimize import brentq
    from scipy.special import expit, logit

    shares = expit(t.marks())

    def excess(d: float) -> float:
        moved = np.concatenate([shares, [0.0, 1.0]]) - d
        inner = moved[(moved > 0) & (moved < 1)]
        points, weights = quadrature(np.concatenate([c.marks(), logit(inner)]))
        reached = np.clip(expit(points) + d, 0.0, 1.0)
        with np.errstate(divide="ignore"):
            below = t.below(logit(reached))
        return float(np.sum(weights * c.density(points) * below)) - doubled / 2

    near = [min(max(guess + step * sd, -1.0), 1.0) for step in (-1.0, 1.0)]
    low, high = near if excess(near[0]) < 0 < excess(near[1]) else (-1.0, 1.0)
    return float(brentq(excess, low, high, xtol=1e-15, rtol=1e-12))


def _require_arms(arms: int) -> None:
    if arms < 2:
        raise ValueError(f"`arms` is {arms}; must be two or more; compare at least two.")
