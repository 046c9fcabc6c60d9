"""Maximum likelihood of the five mixture-cure families."""

from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np
from numpy.typing import NDArray

from experiments.stats.cure.families import FAMILIES, Family, Name
from experiments.stats.cure.likelihood import curvature, log_likelihood, slope
from experiments.stats.cure.spans import Spans, spans
from experiments.stats.effects import NoEffect
from experiments.stats.samples import RiskTable

Floats = NDArray[np.float64]

FEWEST = 10
"""Endings by the cause below which nothing is fitted."""
AT_THE_EDGE = 1e-6
"""A parameter so near to the edge of its box lies on it."""
_SMALLEST_SHARE = 1e-7
_PLACES = (-8.0, 40.0)  # around the log of the limit
_SHAPES = (-3.0, 3.5)
_TRIED_PLACES = (-3.0, -2.2, -1.5, -1.0, -0.6, -0.2, 0.3, 1.0, 2.5, 6.0)
_TRIED_SHAPES = (-1.0, -0.5, 0.0, 0.3, 0.7, 1.2, 2.0)
_STARTS = 3
_NEWTON_STEPS = 5
_ROUNDING = 1e-14  # of a log-likelihood
_HALVINGS = 30
_FLAT = 1e-2  # of the root of the endings: a slope below it leaves some 1e-4 of log-likelihood to gain


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """One family at its maximum likelihood.

    Args:
        family: Which family.
        share: π̂, the share that would ever end by the cause if nothing else ended anybody, in (0, 1].
        place: The family's place, in log ms.
        shape: The family's shape; 0 for a family without one.
        log_likelihood: At the maximum.
        aic: 2 · parameters − 2 · log-likelihood.
        cured: Whether the share was estimated; without, it is 1.
        data: The spans that were fitted.
    """

    family: Name
    share: float
    place: float
    shape: float
    log_likelihood: float
    aic: float
    cured: bool
    data: Spans

    @property
    def point(self) -> Floats:
        """(log π, place, shape)."""
        return np.array([np.log(self.share), self.place, self.shape])


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """All five families on the same data, so that their AIC can be compared.

    Args:
        table: The data.
        cause: The cause whose waiting time was fitted.
        found: By family, in a fixed order: the fit, or why there is none.
    """

    table: RiskTable
    cause: str
    found: dict[Name, Fit | NoEffect]

    def within(self, distance: float = np.inf) -> list[Fit]:
        """The fits whose AIC is at most `distance` above the best, best first (Burnham & Anderson 2002, §2.6)."""
        there = sorted((one for one in self.found.values() if isinstance(one, Fit)), key=lambda one: one.aic)
        return [one for one in there if one.aic <= there[0].aic + distance]


def fits(table: RiskTable, cause: str) -> Fits:
    """Fit all five families.

    Args:
        table: When the units ended and how.
        cause: One of the table's causes; the others censor it.

    Raises:
        ValueError: If the table has no such cause.
    """
    data = spans(table, cause)
    return Fits(table, cause, {name: fitted(data, family, cured=True) for name, family in FAMILIES.items()})


def fit(table: RiskTable, cause: str, family: Name, *, cured: bool = True) -> Fit | NoEffect:
    """One family by maximum likelihood: P(T > t) = 1 − π G(t), grouped by ms, right-censored at the limit.

    Boag (1949), JRSS B 11:15–44; Farewell (1982), Biometrics 38:1041–1046. From several starts by sequential quadratic
    programming (Kraft 1988) under 0 < π ≤ 1.

    Args:
        table: When the units ended and how.
        cause: One of the table's causes; the others censor it.
        family: One of `FAMILIES`.
        cured: False fixes π = 1: everybody would end by the cause in the end.

    Returns:
        The fit; a NoEffect with fewer than 10 endings, or where no maximum was found. Units must be independent. π is
        the least certain number of all: before most have ended, a small share soon and a large share late look alike.

    Raises:
        ValueError: If the table has no such cause, or there is no such family.
    """
    if family not in FAMILIES:
        raise ValueError(f"`family` is {family!r}; must be one of {tuple(FAMILIES)}; choose one of them.")
    return fitted(spans(table, cause), FAMILIES[family], cured=cured)


def box(data: Spans, family: Family, *, cured: bool = True) -> list[tuple[float, float]]:
    """The least and the largest (log π, place, shape) that are looked at."""
    places = (data.log_limit + _PLACES[0], data.log_limit + _PLACES[1])
    return [
        (np.log(_SMALLEST_SHARE) if cured else 0.0, 0.0),
        places,
        _SHAPES if family.shaped else (0.0, 0.0),
    ]


def fitted(data: Spans, family: Family, *, cured: bool = True) -> Fit | NoEffect:
    """`fit` on data reduced before."""
    if round(data.events) < FEWEST:
        return _too_few(data.events)
    tops = [_climbed(data, family, start, cured=cured) for start in _starts(data, family, cured=cured)]
    point = _polished(data, family, max(tops, key=lambda top: top[1])[0], cured=cured)
    low, high = np.array(box(data, family, cured=cured)).T
    rise, held = _rise(data, family, point, low, high)
    if np.abs(rise[~held]).max(initial=0) > _FLAT * np.sqrt(data.events):
        return _unfitted(family.name)
    height = float(log_likelihood(family, data, point[None])[0])
    free = int((low < high).sum())
    share, place, shape = float(np.exp(point[0])), float(point[1]), float(point[2])
    return Fit(family.name, share, place, shape, height, 2 * free - 2 * height, cured, data)


def _starts(data: Spans, family: Family, *, cured: bool) -> list[Floats]:
    """The likeliest few of a coarse grid of places and shapes, each with its best share."""
    shapes = _TRIED_SHAPES if family.shaped else (0.0,)
    grid = np.array(list(product(_TRIED_PLACES, shapes)))
    place, shape = grid[:, :1] + data.log_limit, grid[:, 1:]
    share = _best_share(data, family.ended(data.log_seen, place, shape)) if cured else np.zeros(len(grid))
    points = np.column_stack([share, place, shape])
    return list(points[np.argsort(-log_likelihood(family, data, points), kind="stable")[:_STARTS]])


def _best_share(data: Spans, ended: Floats) -> Floats:
    """log π where Σ ended / π = Σ kept · G / (1 − π G), by halving; the likelihood is concave in π."""
    low, high = np.full(len(ended), np.log(_SMALLEST_SHARE)), np.zeros(len(ended))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        part = np.minimum(np.exp(middle)[:, None] * ended, 1 - 1e-12)
        rising = data.events > (part / (1 - part)) @ data.kept
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    return high


def _climbed(data: Spans, family: Family, start: Floats, *, cured: bool) -> tuple[Floats, float]:
    from scipy.optimize import minimize

    height = partial(log_likelihood, family, data)
    scale = -1 / data.events
    found = minimize(
        lambda at: scale * float(height(at[None])[0]),
        start,
        jac=lambda at: scale * slope(height, at),
        method="SLSQP",
        bounds=box(data, family, cured=cured),
        options={"maxiter": 200, "ftol": 1e-14},
    )
    return found.x, float(height(found.x[None])[0])


def _rise(
    data: Spans, family: Family, at: Floats, low: Floats, high: Floats
) -> tuple[Floats, NDArray[np.bool_]]:
    """The gradient, and which parameters it cannot move: fixed ones, and those pressed against their edge."""
    rise = slope(partial(log_likelihood, family, data), at)
    pressed = ((at <= low + AT_THE_EDGE) & (rise < 0)) | ((at >= high - AT_THE_EDGE) & (rise > 0))
    return rise, pressed | (low == high)


def _polished(data: Spans, family: Family, at: Floats, *, cured: bool) -> Floats:
    """A few of Newton's steps, as long as they do not fall."""
    height = partial(log_likelihood, family, data)
    low, high = np.array(box(data, family, cured=cured)).T
    for _ in range(_NEWTON_STEPS):
        rise, held = _rise(data, family, at, low, high)
        step = np.zeros(at.size)
        bent = curvature(height, at)[np.ix_(~held, ~held)]
        step[~held] = -np.linalg.lstsq(bent, rise[~held], rcond=None)[0]
        there = np.clip(at + step, low, high)
        before, after = height(np.stack([at, there]))
        if after < before - _ROUNDING * abs(before):
            break
        at = there
    return at


def _too_few(events: float) -> NoEffect:
    return NoEffect(
        "too_few_endings",
        f"Only {round(events)} ended this way, so no curve can be fitted; {FEWEST} or more are needed.",
        (("n", round(events)), ("needed", FEWEST)),
    )


def _unfitted(family: Name) -> NoEffect:
    return NoEffect("not_fitted", f"No best {family} curve was found for these times.", (("family", family),))
