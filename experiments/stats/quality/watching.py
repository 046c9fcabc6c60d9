"""A promised precision that may be looked at every day, and the day from which a model errs more."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed

import numpy as np
from numpy.typing import ArrayLike, NDArray

from experiments.stats.change_point import LEAST_DAYS, ChangePoint, worse_since
from experiments.stats.contrast import z_of
from experiments.stats.effects import Estimate, Interval, NoEffect
from experiments.stats.quality.cells import no_items
from experiments.stats.samples import Count
from experiments.stats.srm_sequence import log_evidence, p_of_evidence, require_alpha

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

CONCENTRATION = 50.0
"""Items that the prior around the promise weighs: sharpest for a fall of about √(p (1 − p) / 50), 4 points from 90 %."""
_HALVINGS = 200


@dataclass(frozen=True, slots=True)
class Watched:
    """How a promise stands after the days so far.

    Args:
        broken_on: Place of the first day on which it was shown to be broken, from 0; None if it was not. It stays broken.
        p_value: Of "the precision is the promised one or more": the lowest of any day so far.
        precision: Right / verified of all days, its interval valid at any look.
    """

    broken_on: int | None
    p_value: float
    precision: Estimate


def evidence_below(right: Counts, n: Counts, promised: float, concentration: float = CONCENTRATION) -> Floats:
    """The log evidence that the precision is below the promise, for many looks at once.

    log ∫ (q/p)^right ((1 − q)/(1 − p))^wrong π(q) dq, p the promise, π the Beta(c p, c (1 − p)) cut to q < p. For every true
    precision of p or more it is a supermartingale that starts at 1, so the chance that it ever reaches 1/α is α at most, at
    whatever looks (Ville 1939; mixtures of Robbins 1970, Ann. Math. Stat. 41:1397–1409; one-sided binomial mixture of Howard,
    Ramdas, McAuliffe & Sekhon 2021, Ann. Statist. 49:1055–1080).

    Args:
        right: Right answers so far, any shape.
        n: Verified answers so far, same shape.
        promised: p, in (0, 1).
        concentration: c, above 0, set before looking.

    Returns:
        Logs, same shape; log(1/α) or more is an alarm.

    Raises:
        ValueError: If the promise is outside (0, 1), counts contradict each other, or c is not positive.
    """
    _require_share("promised", promised)
    if right.shape != n.shape or (right < 0).any() or (right > n).any():
        raise ValueError("`right` is not 0 to `n`; must be, of the same shape; count each answer once.")
    wrong = n - right
    both = log_evidence(np.stack([right, wrong], axis=-1), (promised, 1 - promised), concentration)
    before = _log_below(concentration * promised, concentration * (1 - promised), promised)
    after = _log_below(right + concentration * promised, wrong + concentration * (1 - promised), promised)
    found: Floats = both + (after - before)
    return found


def watch(
    days: Sequence[Count], promised: float, alpha: float = 0.05, concentration: float = CONCENTRATION
) -> Watched | NoEffect:
    """Whether a promised precision is broken, to be asked every day without being wrong more often.

    A model that keeps its promise is called broken with probability alpha at most, ever (by simulation 2 to 3 % at 5 % in 400
    looks). A promise of 90 % is found broken half of the time by 1,500 verified answers if the precision is 88 %, by 300 if it is
    85 %, by 100 if it is 80 %. See `evidence_below`.

    Args:
        days: Verified answers and right ones of each day (not so far), in order; days without any are allowed.
        promised: In (0, 1).
        alpha: Chance of a false alarm, ever, in (0, 1).
        concentration: As for `evidence_below`.

    Returns:
        How it stands; a NoEffect while nothing is verified. For answers verified whatever their truth: days on which only
        complaints were verified break every promise.

    Raises:
        ValueError: If promised or alpha is outside (0, 1), or c is not positive.
    """
    require_alpha(alpha)
    _require_share("promised", promised)
    whole = Count(sum(day.n for day in days), sum(day.hits for day in days))
    precision = confidence_sequence(whole, promised, 1 - alpha, concentration)
    if isinstance(precision, NoEffect):
        return precision
    n, right = np.cumsum(np.array([(day.n, day.hits) for day in days], np.int64), axis=0).T
    evidence = evidence_below(right, n, promised, concentration)
    alarms = np.flatnonzero(evidence >= -math.log(alpha))
    return Watched(int(alarms[0]) if alarms.size else None, p_of_evidence(float(evidence.max())), precision)


def confidence_sequence(
    count: Count, around: float, level: float = 0.95, concentration: float = CONCENTRATION
) -> Estimate | NoEffect:
    """A share with an interval that covers it at all looks together: {p: Beta mixture of likelihoods / likelihood of p < 1/α}.

    Robbins (1970); Howard et al. (2021). Prior Beta(c · around, c (1 − around)): narrowest near `around`, valid everywhere.

    Args:
        count: Verified and right ones so far.
        around: Where the share is expected, in (0, 1), set before looking.
        level: Confidence level in (0, 1), the same at every look.
        concentration: c, above 0, set before looking.

    Returns:
        The share; a NoEffect when nothing is verified. About 1.6 times as wide as Wilson's: not for a single look.

    Raises:
        ValueError: If the level or `around` is outside (0, 1), or c is not positive.
    """
    z_of(level)
    _require_share("around", around)
    if count.n == 0:
        return no_items()
    right, wrong = count.hits, count.n - count.hits
    counts = np.array([right, wrong], np.int64)
    start = float(log_evidence(counts, (around, 1 - around), concentration))
    most = -math.log(1 - level) - start

    def outside(share: float) -> bool:
        gain = right * math.log(around / share) if right else 0.0
        return gain + (wrong * math.log((1 - around) / (1 - share)) if wrong else 0.0) >= most

    value = right / count.n
    low = _edge(outside, value, 0.0) if right else 0.0
    high = _edge(outside, value, 1.0) if wrong else 1.0
    return Estimate(value, Interval(low, high, level), count.n, "beta_binomial_sequence")


def worsening(days: Sequence[Count], alpha: float = 0.05) -> ChangePoint | NoEffect:
    """The day (or week, or version) from which the model errs more often, by `change_point.worse_since`.

    Errors of each day against its verified answers; `before` and `after` are shares of wrong answers. The p-value shuffles days,
    so it holds for days of about equal size: by simulation 4 to 5 % false alarms at 5 %, 6 to 8 % where they grow tenfold.

    Args:
        days: Verified answers and right ones of each day, in order; days without any are passed over.
        alpha: A p-value above it names no day.

    Returns:
        The day by its place in `days`; a NoEffect with fewer than four days that have answers, or where none stands out. One look
        at a stretch of days: asked again every day it is wrong more often than alpha; use `watch` for that.

    Raises:
        ValueError: If alpha is outside (0, 1).
    """
    require_alpha(alpha)
    places = [place for place, day in enumerate(days) if day.n > 0]
    seen = [days[place] for place in places]
    found = worse_since([day.n - day.hits for day in seen], [day.n for day in seen], alpha)
    if isinstance(found, ChangePoint):
        return changed(found, day=places[found.day])
    if found.code == "change_too_few_days":
        return NoEffect(
            "quality.drift_too_few_days",
            f"Answers were verified on {len(seen)} days only; a day of change needs at least {LEAST_DAYS}.",
            (("days", len(seen)), ("least", LEAST_DAYS)),
        )
    said = dict(found.facts)["p"]
    return NoEffect(
        "quality.no_drift",
        f"On no day did the model begin to err more often ({said}).",
        found.facts,
    )


def _log_below(one: ArrayLike, other: ArrayLike, promised: float) -> Floats:
    """The log of a Beta's probability below the promise; −inf where that is no double."""
    from scipy.special import betainc

    with np.errstate(divide="ignore"):
        found: Floats = np.log(np.asarray(betainc(one, other, promised), np.float64))
    return found


def _edge(outside: Callable[[float], bool], within: float, beyond: float) -> float:
    """The last share known to be outside, on the way from the estimate to a wall."""
    for _ in range(_HALVINGS):
        middle = (within + beyond) / 2
        if middle in (within, beyond):
            break
        if outside(middle):
            beyond = middle
        else:
            within = middle
    return beyond


def _require_share(name: str, share: float) -> None:
    if not 0 < share < 1:
        raise ValueError(f"`{name}` is {share}; must be in (0, 1); write 90 % as 0.9.")
