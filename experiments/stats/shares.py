"""Differences of two shares before an interval is drawn: what the peek-safe ways begin with."""

import math

from experiments.stats import contrast
from experiments.stats.effects import Effect, Interval, NoEffect, Shift, no_units, no_variation, without_hits
from experiments.stats.means import welch_freedom
from experiments.stats.samples import Count

LEAST_UNITS = 100
LEAST_HITS = 25


def shift(control: Count, treatment: Count, coefficient: float = 1.0) -> Shift | NoEffect:
    """Treatment's share minus `coefficient` times control's, with its unpooled (Wald) variance.

    t − k c, variance t (1 − t) / nt + k² c (1 − c) / nc (Wald 1943; Agresti 2013, Categorical Data Analysis, 3.1.1). Far out
    z with this variance is too large, by nearly what Student's t with Welch's degrees of freedom takes back (D'Agostino, Chase &
    Belanger 1988, Am. Stat. 42:198–202).

    Args:
        control: Units and hits of control.
        treatment: Units and hits of the treatment.
        coefficient: k: 1 for the difference; 1 − m or 1 + m to test against a margin m relative to control.

    Returns:
        A Shift in shares; a NoEffect when an arm has no units, or its units behaved alike: its variance is then unknown,
        not 0. Near normal only with some hits and some misses: see `enough`.
    """
    said = _without_error(control, treatment)
    if said is not None:
        return said
    (c, vc), (t, vt) = _share_and_variance(control), _share_and_variance(treatment)
    variance = vt + coefficient**2 * vc
    if variance == 0:
        return no_variation()  # with more units than a number can hold the inverse of
    freedom = welch_freedom(vt, treatment.n, coefficient**2 * vc, control.n)
    return Shift(t - coefficient * c, variance, control.n + treatment.n, "absolute", "wald", freedom)


def relative_shift(control: Count, treatment: Count, level: float) -> Shift | NoEffect:
    """(treatment − control) / control of two shares with its variance by the delta method.

    t/c − 1, variance (t (1 − t) / nt) / c² + t² (c (1 − c) / nc) / c⁴.

    Args:
        control: Units and hits of control.
        treatment: Units and hits of the treatment.
        level: At which control must be told from 0 (Fieller's condition c > z · se), in (0, 1).

    Returns:
        A relative Shift (0.1 = +10 %); a NoEffect where `shift` has none or control may be 0.
    """
    said = _without_error(control, treatment)
    if said is not None:
        return said
    (c, vc), (t, vt) = _share_and_variance(control), _share_and_variance(treatment)
    return contrast.relative_shift(c, vc, t, vt, control.n + treatment.n, level)


def log_shift(control: Count, treatment: Count) -> Shift | NoEffect:
    """The logarithm of treatment's share over control's: nearer to normal than the ratio itself.

    log(t/c), variance 1/ht − 1/nt + 1/hc − 1/nc (Katz et al. 1978, Biometrics 34:469–474).

    Args:
        control: Units and hits of control.
        treatment: Units and hits of the treatment.

    Returns:
        A Shift on the logarithmic scale: draw its interval, then turn it with `unlogged`. A NoEffect when an arm has no
        units, no hits, or both have hits only.
    """
    if control.n == 0 or treatment.n == 0:
        return no_units()
    if control.hits == 0 or treatment.hits == 0:
        return without_hits()
    variance = sum((arm.n - arm.hits) / arm.hits / arm.n for arm in (control, treatment))
    if variance == 0:
        return no_variation()
    value = math.log(treatment.hits / treatment.n) - math.log(control.hits / control.n)
    return Shift(value, variance, control.n + treatment.n, "relative", "log_ratio")


def unlogged(effect: Effect) -> Effect | NoEffect:
    """What was found of `log_shift`, as a relative change: its ends become exp(end) − 1, so above −100 %.

    Args:
        effect: On the logarithmic scale.

    Returns:
        The relative Effect (0.1 = +10 %) with the same p-value; a NoEffect when an end is too large for a number.
    """
    try:
        low, value, high = (
            math.expm1(end) for end in (effect.interval.low, effect.value, effect.interval.high)
        )
    except OverflowError:
        return contrast.uncertain_control()
    interval = Interval(low, high, effect.interval.level)
    return Effect(value, interval, effect.p_value, "relative", effect.method)


def enough(control: Count, treatment: Count) -> NoEffect | None:
    """Why it is too early to look again and again, if so: the normal approximation must hold from the first look on.

    Args:
        control: Units and hits of control.
        treatment: Units and hits of the treatment.

    Returns:
        None when each arm has 100 units, 25 hits and 25 misses or more; else a NoEffect that says how
        far the arms are.
    """
    units = min(control.n, treatment.n)
    hits = min(control.hits, treatment.hits)
    misses = min(control.n - control.hits, treatment.n - treatment.hits)
    if units >= LEAST_UNITS and min(hits, misses) >= LEAST_HITS:
        return None
    return NoEffect(
        "too_early_to_look",
        f"Each arm needs {LEAST_UNITS:,} units, {LEAST_HITS:,} hits and {LEAST_HITS:,} misses before the first look; "
        f"the fewest in an arm are {units:,} units, {hits:,} hits and {misses:,} misses.",
        (
            ("least_units", LEAST_UNITS),
            ("least_hits", LEAST_HITS),
            ("units", units),
            ("hits", hits),
            ("misses", misses),
        ),
    )


def _without_error(control: Count, treatment: Count) -> NoEffect | None:
    """Why the difference of two shares has no standard error, if so."""
    if control.n == 0 or treatment.n == 0:
        return no_units()
    if control.hits + treatment.hits in (0, control.n + treatment.n):
        return no_variation()
    if any(arm.hits in (0, arm.n) for arm in (control, treatment)):
        sentence = "All units of one arm behaved alike, so its share has no standard error yet."
        return NoEffect("arm_without_variation", sentence)
    return None


def _share_and_variance(count: Count) -> tuple[float, float]:
    share = count.hits / count.n
    return share, share * ((count.n - count.hits) / count.n) / count.n
