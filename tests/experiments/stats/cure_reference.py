"""The mixture-cure likelihood said slowly: every ms for itself, distributions by scipy.stats, nothing gathered."""

import numpy as np
from scipy import stats
from scipy.integrate import quad


def waiting(family, place, shape):
    """The distribution as scipy parametrises it."""
    scale, power = np.exp(place), np.exp(shape)
    return {
        "exponential": lambda: stats.expon(scale=scale),
        "weibull": lambda: stats.weibull_min(power, scale=scale),
        "log_normal": lambda: stats.lognorm(power, scale=scale),
        "log_logistic": lambda: stats.fisk(power, scale=scale),
        "gamma": lambda: stats.gamma(power, scale=scale / power),
    }[family]()


def log_likelihood(table, cause, family, share, place, shape):
    """Σ log(π (G(t+1) − G(t))) over endings, log(1 − π G(·)) over those who ended otherwise, were censored, or remained."""
    wait, row = waiting(family, place, shape), table.causes.index(cause)
    end = int(np.flatnonzero(table.at_risk() > 0)[-1])
    total = 0.0
    for ms in range(end):
        hits = int(table.events[row, ms])
        others = int(table.events[:, ms].sum()) - hits
        if hits:
            total += hits * (np.log(share) + np.log(wait.cdf(ms + 1) - wait.cdf(ms)))
        if others:
            total += others * np.log1p(-share * wait.cdf(ms + 0.5))
        if table.censored[ms]:
            total += int(table.censored[ms]) * np.log1p(-share * wait.cdf(ms))
    return total + int(table.at_risk()[end]) * np.log1p(-share * wait.cdf(end))


def ended_later(family, share, place, shape, from_ms, to_ms, rate):
    """The share of those there at L who end by the cause before N: the density against what the others leave."""
    wait = waiting(family, place, shape)
    left = 1 - share * wait.cdf(from_ms)
    there = quad(lambda s: share * wait.pdf(s) / left * np.exp(-rate * (s - from_ms)), from_ms, to_ms)
    return there[0]
