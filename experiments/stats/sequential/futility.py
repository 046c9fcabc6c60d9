"""When an experiment has little left to find: futility boundaries by beta spending, and the units that a plan needs.

Pampallona, Tsiatis & Kim (2001), "Interim monitoring of group sequential trials using spending functions for the type I
and type II error probabilities", Drug Inf. J. 35:1113–1121.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from experiments.stats.sequential.boundaries import FARTHEST_Z, LEAST, crossed_by_side, efficacy, looks_of
from experiments.stats.sequential.paths import start
from experiments.stats.sequential.spending import Spending, spent

_CLOSE = 1e-11


@dataclass(frozen=True, slots=True)
class Futility:
    """Where to stop for want of promise, and what it costs.

    Args:
        boundaries: (looks,) z below which to stop, on one side; at the last look the efficacy boundary.
        drift: θ, the mean of Z at information 1 under the effect for which the plan has its power.
        inflation: Planned units over those of one look with the same power: (θ / (z(1 − α) + z(power)))².
    """

    boundaries: tuple[float, ...]
    drift: float
    inflation: float


def futility(information: Sequence[float], alpha: float, power: float, spending: Spending) -> Futility:
    """Lower boundaries: at the effect that matters, stopping below them spends 1 − power in all.

    P_θ(first below f_k at look k, no efficacy boundary crossed before) = B(t_k) − spent before, B the same family at
    1 − power; θ is where the two boundaries meet at the last look. Not binding: the efficacy boundaries take no notice of
    them, so going on regardless costs no error.

    Args:
        information: t_1 < … < t_K of the whole plan, the last 1 (or beyond).
        alpha: One-sided error, in (0, 1).
        power: Chance to find the effect that matters, in (alpha, 1).
        spending: The family for both errors.

    Raises:
        ValueError: If the information does not increase to 1, or not 0 < alpha < power < 1.
    """
    _require_plan(information, alpha, power)
    return _futility(looks_of(information), float(alpha), float(power), spending)


def inflation(information: Sequence[float], alpha: float, power: float, spending: Spending) -> float:
    """Planned units over those of one look with the same power, for two-sided efficacy boundaries without futility.

    (θ / (z(1 − α/2) + z(power)))², θ the drift at which the boundary on its own side is crossed first with that power
    (Jennison & Turnbull 2000, Group Sequential Methods, §2.3).

    Args:
        information: t_1 < … < t_K of the whole plan, the last 1 (or beyond).
        alpha: Two-sided error, in (0, 1).
        power: In (alpha, 1).
        spending: The family.

    Raises:
        ValueError: As `futility`.
    """
    _require_plan(information, alpha, power)
    return _inflation(looks_of(information), float(alpha), float(power), spending)


@lru_cache(maxsize=256)
def _futility(looks: tuple[float, ...], alpha: float, power: float, spending: Spending) -> Futility:
    uppers, one_look = efficacy(looks, alpha, spending, 1), _one_look(alpha, power)
    drift = _root(
        lambda theta: _lowers(looks, uppers, theta, 1 - power, spending)[1] - (1 - power), one_look, looks[-1]
    )
    lowers, _ = _lowers(looks, uppers, drift, 1 - power, spending)
    return Futility(lowers, drift, (drift / one_look) ** 2)


@lru_cache(maxsize=256)
def _inflation(looks: tuple[float, ...], alpha: float, power: float, spending: Spending) -> float:
    bounds, one_look = efficacy(looks, alpha, spending), _one_look(alpha / 2, power)
    drift = _root(lambda theta: power - crossed_by_side(looks, bounds, theta)[0][-1], one_look, looks[-1])
    return (drift / one_look) ** 2


def _lowers(
    looks: tuple[float, ...], uppers: tuple[float, ...], drift: float, beta: float, spending: Spending
) -> tuple[tuple[float, ...], float]:
    """The futility boundaries under a drift, and the chance to end without having crossed an efficacy boundary."""
    paths, used, found = start(), 0.0, []
    for place, (t, high) in enumerate(zip(looks, uppers, strict=True)):
        left, whole = spent(t, beta, spending) - used, paths.below(high, t, drift)
        if place + 1 == len(looks) or left >= whole:
            low, used = high, used + whole
        elif left <= LEAST:
            low = drift * math.sqrt(t) - FARTHEST_Z
        else:
            low, used = paths.lower(left, t, drift), used + left
        found.append(low)
        if place + 1 < len(looks):
            paths = paths.onward(low, high, t, looks[place + 1], drift)
    return tuple(found), used


def _one_look(alpha: float, power: float) -> float:
    """The drift that one look at information 1 finds with the stated power."""
    from scipy.special import ndtri

    return float(ndtri(power) - ndtri(alpha))


def _root(missing: Callable[[float], float], near: float, end: float) -> float:
    """The drift at which a falling function of it is 0; `near` is that of one look, `end` the last look's information."""
    from scipy.optimize import brentq

    unit = 1 / math.sqrt(end)
    return float(brentq(missing, near / 2 * unit, (4 * near + 4) * unit, xtol=_CLOSE * unit))


def _require_plan(information: Sequence[float], alpha: float, power: float) -> None:
    if looks_of(information)[-1] < 1:
        raise ValueError(f"`information` ends at {information[-1]}; must end at 1; add the plan's last look.")
    if not 0 < alpha < power < 1:
        raise ValueError(f"`power` is {power}; must be in (alpha, 1) with alpha {alpha}; write 80 % as 0.8.")
