"""Score intervals of two shares: the values at which the score test, its variance taken under each, does not reject."""

import math
from collections.abc import Callable

from experiments.stats.contrast import p_of, z_of
from experiments.stats.effects import Effect, Interval, NoEffect, no_units, without_hits
from experiments.stats.samples import Count

_CLOSE = 1e-15  # of the distance searched, where a search ends
_HALVINGS = 200  # more than any search between two doubles of ordinary size needs
_LARGEST = 1e300


def score(control: Count, treatment: Count, level: float = 0.95) -> Effect | NoEffect:
    """Treatment's share minus control's with Miettinen & Nurminen's score interval.

    All d with |t − c − d| ≤ z √(V(d) N / (N − 1)), V(d) = p̃t (1 − p̃t) / nt + p̃c (1 − p̃c) / nc, the shares p̃ being the
    likeliest ones with p̃t − p̃c = d, N = nt + nc (Miettinen & Nurminen 1985, Statist. Med. 4:213–226). The p-value is of
    the same statistic at d = 0: Pearson's χ² times (N − 1) / N, which Campbell (2007, Statist. Med. 26:3661–3675)
    recommends.

    Args:
        control: Units and hits of control.
        treatment: Units and hits of the treatment.
        level: Confidence level in (0, 1).

    Returns:
        An Effect in shares (0.01 = one %-point), also at 0 % and 100 %; a NoEffect when an arm has no units. Not for units
        that repeat within an arm.
    """
    z = z_of(level)
    if control.n == 0 or treatment.n == 0:
        return no_units()
    value = treatment.hits / treatment.n - control.hits / control.n
    low = _edge(lambda d: _apart(control, treatment, d) <= z, value, -1.0)
    high = _edge(lambda d: -_apart(control, treatment, d) <= z, value, 1.0)
    p_value = p_of(_apart(control, treatment, 0.0))
    return Effect(value, Interval(low, high, level), p_value, "absolute", "miettinen_nurminen")


def score_ratio(control: Count, treatment: Count, level: float = 0.95) -> Effect | NoEffect:
    """(treatment − control) / control of two shares with Koopman's score interval.

    All ratios r with |t − r c| ≤ z √(p̃t (1 − p̃t) / nt + r² p̃c (1 − p̃c) / nc), the shares p̃ being the likeliest ones with
    p̃t = r p̃c (Koopman 1984, Biometrics 40:513–517; in this form Gart & Nam 1988, Biometrics 44:323–338). The p-value is
    of the same statistic at r = 1, which is Pearson's χ²; that of `score` is larger by a hair, for its N − 1.

    Args:
        control: Units and hits of control.
        treatment: Units and hits of the treatment.
        level: Confidence level in (0, 1).

    Returns:
        A relative Effect (0.1 = +10 %), −100 % at least; a NoEffect when an arm has no units or control has no hits. Not
        for units that repeat within an arm.
    """
    z = z_of(level)
    if control.n == 0 or treatment.n == 0:
        return no_units()
    if control.hits == 0:
        return without_hits()
    value = treatment.hits / treatment.n / (control.hits / control.n)
    low = 0.0
    if treatment.hits > 0:
        logs = _edge(lambda x: _times(control, treatment, math.exp(x)) <= z, math.log(value), -690.0)
        low = min(math.exp(logs), value)
    above = max(value, 1 / control.n / treatment.n)
    while above < _LARGEST and -_times(control, treatment, above) <= z:
        above *= 4
    start = math.log(value) if value > 0 else math.log(above) - 690.0
    logs = _edge(lambda x: -_times(control, treatment, math.exp(x)) <= z, start, math.log(above))
    high = max(math.exp(logs), value)
    p_value = p_of(_times(control, treatment, 1.0))
    return Effect(value - 1, Interval(low - 1, high - 1, level), p_value, "relative", "koopman")


def _edge(inside: Callable[[float], bool], within: float, beyond: float) -> float:
    """Where `inside` ends on the way from a value that is inside to one that is not."""
    whole = abs(beyond - within)
    for _ in range(_HALVINGS):
        middle = (within + beyond) / 2
        if abs(beyond - within) <= _CLOSE * whole or middle in (within, beyond):
            break
        if inside(middle):
            within = middle
        else:
            beyond = middle
    return within


def _apart(control: Count, treatment: Count, difference: float) -> float:
    """The score statistic of "the shares differ by this much", above 0 where they differ by more."""
    n = control.n + treatment.n
    distance = treatment.hits / treatment.n - control.hits / control.n - difference
    if distance == 0:
        return 0.0
    if difference == 0:
        p = (control.hits + treatment.hits) / n
        variance = p * (1 - p) * (1 / control.n + 1 / treatment.n)
    else:
        p = _likeliest(control, treatment, difference)
        q = min(max(p + difference, 0.0), 1.0)
        variance = q * (1 - q) / treatment.n + p * (1 - p) / control.n
    error = math.sqrt(variance * n / (n - 1))
    return distance / error if error > 0 else math.copysign(math.inf, distance)


def _likeliest(control: Count, treatment: Count, difference: float) -> float:
    """Control's likeliest share where treatment's is higher by `difference`: the root of the falling score function.

    By bisection: the closed form of the cubic loses all its digits where hits are rare.
    """
    low, high = max(0.0, -difference), min(1.0, 1 - difference)
    gained, lost, hits, misses = (
        treatment.hits,
        treatment.n - treatment.hits,
        control.hits,
        control.n - control.hits,
    )
    for _ in range(_HALVINGS):
        p = (low + high) / 2
        if high - low <= _CLOSE * low or p in (low, high):
            break
        q = p + difference
        if 0 < q < 1:
            slope = gained / q - lost / (1 - q) + hits / p - misses / (1 - p)
        else:
            slope = _pull(gained, q) - _pull(lost, 1 - q) + _pull(hits, p) - _pull(misses, 1 - p)
        low, high = (p, high) if slope > 0 else (low, p)
    return (low + high) / 2


def _pull(units: int, share: float) -> float:
    if units == 0:
        return 0.0
    return units / share if share > 0 else _LARGEST


def _times(control: Count, treatment: Count, ratio: float) -> float:
    """The score statistic of "treatment's share is this many times control's", above 0 where it is more."""
    distance = treatment.hits / treatment.n - ratio * (control.hits / control.n)
    if distance == 0:
        return 0.0
    above, below = ratio * (treatment.n + control.hits), float(treatment.hits + control.n)
    misses = (treatment.n - treatment.hits) * (control.n - control.hits)
    root = math.sqrt((above - below) * (above - below) + 4 * ratio * misses)  # cancels nothing near 100 %
    p = min(2 * (control.hits + treatment.hits) / (above + below + root), 1.0)
    q = min(ratio * p, 1.0)
    error = math.sqrt(q * (1 - q) / treatment.n + ratio * q * (1 - p) / control.n)
    return distance / error if error > 0 else math.copysign(math.inf, distance)
