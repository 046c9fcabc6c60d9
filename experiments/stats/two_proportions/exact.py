"""Two shares without any approximation, for small arms: Fisher's p-value, and an exact unconditional interval."""

import math

import numpy as np
from numpy.typing import NDArray

from experiments.stats.effects import Effect, Interval, NoEffect, no_units
from experiments.stats.samples import Count

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_UNITS = 300
_MOST_TABLES = 5_000_000
_TIE = 1e-7  # tables this close in probability count as equally likely, as in R's fisher.test
_SAME = 1e-6  # statistics this close are tied; more than the rounding of a cubic's root
_GRID, _ZOOMED, _ZOOMS, _PEAKS, _NEAR_BEST = 400, 21, 4, 4, 0.95
_CLOSE = 1e-10  # of a difference, where the search for its limit ends


def fisher(control: Count, treatment: Count) -> float | NoEffect:
    """Fisher's exact two-sided p-value of "the shares are equal", given how many hits there were in all.

    The hypergeometric probability of all tables no likelier than the one seen (Fisher 1934; as R's fisher.test and
    scipy's fisher_exact).

    Args:
        control: Units and hits of control.
        treatment: Units and hits of the treatment.

    Returns:
        The p-value in [0, 1]; a NoEffect when an arm has no units, or there are millions of tables: then the score test says
        the same. It belongs to no interval of the difference, and is conservative: `exact` is less so.
    """
    if control.n == 0 or treatment.n == 0:
        return no_units()
    hits, n = control.hits + treatment.hits, control.n + treatment.n
    least, most = max(0, hits - control.n), min(hits, treatment.n)
    if most - least >= _MOST_TABLES:
        return _too_many(_MOST_TABLES)
    x = np.arange(least, most, dtype=np.float64)
    steps = np.log((treatment.n - x) / (x + 1)) + np.log((hits - x) / (n - treatment.n - hits + x + 1))
    logs = np.concatenate([np.zeros(1), np.cumsum(steps)])
    weights = np.exp(logs - logs.max())
    seen = weights[treatment.hits - least]
    if seen == 0:
        return 0.0
    return min(1.0, float(weights[weights <= seen * (1 + _TIE)].sum() / weights.sum()))


def exact(control: Count, treatment: Count, level: float = 0.95) -> Effect | NoEffect:
    """Treatment's share minus control's with an interval that covers at least at its level, however few the units.

    Chan & Zhang (1999, Biometrics 55:1202–1209): the lower limit is the smallest d under which outcomes with a score statistic
    (Miettinen & Nurminen's, for that d) as high as the one seen can have a probability above α/2, at the worst share of
    control; the upper limit likewise. The p-value is where this interval begins to exclude 0: twice the smaller of Barnard's
    two one-sided ones (1947, Biometrika 34:123–138).

    Args:
        control: Units and hits of control, at most 300 units.
        treatment: Units and hits of the treatment, at most 300 units.
        level: Confidence level in (0, 1).

    Returns:
        An Effect in shares; a NoEffect when an arm has no units or more than 300: then `score` holds its level as well, and
        is narrower. Takes up to two seconds.

    Raises:
        ValueError: If the level is outside (0, 1).
    """
    if not 0 < level < 1:
        raise ValueError(f"`level` is {level}; must be in (0, 1); write 95 % as 0.95.")
    said = _refused(control, treatment)
    if said is not None:
        return said
    tail = (1 - level) / 2
    value = treatment.hits / treatment.n - control.hits / control.n
    low, gain = _limit(control, treatment, value, tail)
    high, loss = _limit(treatment, control, -value, tail)
    interval = Interval(min(low, value), max(-high, value), level)
    return Effect(value, interval, min(1.0, 2 * min(gain, loss)), "absolute", "chan_zhang")


def barnard(control: Count, treatment: Count) -> float | NoEffect:
    """Barnard's one-sided p-value of "treatment's share is not higher", pooled z, at the worst common share.

    Barnard (1947), Biometrika 34:123–138; the half of `exact` that looks for a gain.

    Args:
        control: Units and hits of control, at most 300 units.
        treatment: Units and hits of the treatment, at most 300 units.
    """
    said = _refused(control, treatment)
    return said if said is not None else _worst(control, treatment, 0.0)


def _refused(control: Count, treatment: Count) -> NoEffect | None:
    if control.n == 0 or treatment.n == 0:
        return no_units()
    return _too_many(MOST_UNITS) if max(control.n, treatment.n) > MOST_UNITS else None


def _too_many(most: int) -> NoEffect:
    return NoEffect(
        "too_many_for_exact",
        f"An exact comparison lists every outcome, at most {most:,} of them per arm; with so many use the score interval.",
        (("most", most),),
    )


def _limit(control: Count, treatment: Count, value: float, tail: float) -> tuple[float, float]:
    """The smallest difference under which as much gain is likelier than the tail, and the p-value of "no gain".

    As outcomes change their order with the difference, the chance need not rise with it everywhere: where limit and p-value
    would disagree about 0, the one that claims less is taken for both.
    """
    p_value = _worst(control, treatment, 0.0)
    without, found = -1.0, value
    while found - without > _CLOSE:
        middle = (without + found) / 2
        if _worst(control, treatment, middle, tail) > tail:
            found = middle
        else:
            without = middle
    if p_value > tail:
        return min(without, 0.0), p_value
    return without, p_value if without > 0 else math.nextafter(tail, 1.0)


def _worst(control: Count, treatment: Count, difference: float, tail: float | None = None) -> float:
    """The highest probability of as much gain among all shares that differ so much; to the digit only near the tail."""
    among = _gains(control, treatment, difference)
    low, high = max(0.0, -difference), min(1.0, 1 - difference)
    around = np.sin(np.linspace(0, math.pi / 2, _GRID)) ** 2  # dense near both ends, where shares vary least
    shares = low + (high - low) * around
    chances = _chances(among, shares, difference)
    best = float(chances.max())
    if tail is not None and (best > tail or best < _NEAR_BEST * tail):
        return best
    peaks = np.flatnonzero(
        (chances >= np.append(chances[1:], 0))
        & (chances >= np.append(0, chances[:-1]))
        & (chances >= _NEAR_BEST * best)
    )
    for peak in peaks[np.argsort(-chances[peaks], kind="stable")][:_PEAKS]:
        left, right = shares[max(peak - 1, 0)], shares[min(peak + 1, _GRID - 1)]
        for _ in range(_ZOOMS):
            closer = np.linspace(left, right, _ZOOMED)
            found = _chances(among, closer, difference)
            top = int(found.argmax())
            best = max(best, float(found[top]))
            left, right = closer[max(top - 1, 0)], closer[min(top + 1, _ZOOMED - 1)]
    return min(best, 1.0)


def _gains(control: Count, treatment: Count, difference: float) -> Floats:
    """1 for each outcome whose score statistic is at least that of the one seen, shape (treatment + 1, control + 1)."""
    t, c = np.arange(treatment.n + 1)[:, None], np.arange(control.n + 1)[None, :]
    p = _likeliest(c, control.n, t, treatment.n, difference)
    q = np.clip(p + difference, 0.0, 1.0)
    error = np.sqrt(q * (1 - q) / treatment.n + p * (1 - p) / control.n)
    apart = t / treatment.n - c / control.n - difference
    far = np.where(np.abs(apart) < _SAME, 0.0, np.copysign(np.inf, apart))
    z = np.divide(apart, error, out=far, where=error > _SAME)
    return np.asarray(z >= z[treatment.hits, control.hits] - _SAME, np.float64)


def _likeliest(c: Ints, nc: int, t: Ints, nt: int, difference: float) -> Floats:
    """Control's likeliest share in each outcome if treatment's is higher by so much (Miettinen & Nurminen 1985, appendix)."""
    n, hits, d = nc + nt, c + t, difference
    if d == 0:
        return np.asarray(hits / n)
    second, first, last = (
        ((nt + 2 * nc) * d - n - hits) / n,
        ((nc * d - n - 2 * c) * d + hits) / n,
        c * d * (1 - d) / n,
    )
    bend = second**3 / 27 - first * second / 6 + last / 2
    reach = np.copysign(np.sqrt(np.maximum(second**2 / 9 - first / 3, 0.0)), bend)
    angle = np.divide(bend, reach**3, out=np.ones_like(reach), where=reach != 0)
    p = 2 * reach * np.cos((math.pi + np.arccos(np.clip(angle, -1, 1))) / 3) - second / 3
    return np.asarray(np.clip(p, max(0.0, -d), min(1.0, 1 - d)))


def _chances(among: Floats, shares: Floats, difference: float) -> Floats:
    """The probability of the outcomes at each share of control."""
    own = _binomial(among.shape[0] - 1, np.clip(shares + difference, 0.0, 1.0))
    return np.asarray(((own @ among) * _binomial(among.shape[1] - 1, shares)).sum(axis=1))


def _binomial(n: int, shares: Floats) -> Floats:
    """P(X = x) for x = 0 … n at each share, shape (shares, n + 1)."""
    from scipy.special import gammaln, xlog1py, xlogy

    x = np.arange(n + 1)
    ways = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
    return np.asarray(np.exp(ways + xlogy(x, shares[:, None]) + xlog1py(n - x, -shares[:, None])))
