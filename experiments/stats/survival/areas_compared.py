"""Restricted means of two arms compared: relative to control, and with their variance alone."""

from experiments.stats.contrast import ratio, relative_shift
from experiments.stats.effects import Effect, Estimate, NoEffect, Shift, no_variation, without_hits
from experiments.stats.samples import RiskTable
from experiments.stats.survival.areas import lost_term, time_lost
from experiments.stats.survival.influences import time_lost_influence


def relative_time_lost(
    control: RiskTable, treatment: RiskTable, cause: str, until_ms: int, level: float = 0.95
) -> Effect | NoEffect:
    """(treatment − control) / control of two restricted mean times lost, by MOVER from both intervals.

    Donner & Zou (2012), Stat. Methods Med. Res. 21:347–359.

    Args:
        control: Control's endings.
        treatment: The treatment's endings.
        cause: A cause of both tables.
        until_ms: The restriction in ms, 1 or more.
        level: Confidence level in (0, 1).

    Returns:
        A relative Effect (0.1 = +10 %); a NoEffect where one of the means is one, or control's is 0.

    Raises:
        ValueError: If a table has no such cause, or `until_ms` is below 1.
    """
    one, other = lost_term(control, cause, until_ms), lost_term(treatment, cause, until_ms)
    if isinstance(one, NoEffect):
        return one
    if isinstance(other, NoEffect):
        return other
    if one.value == 0:
        return without_hits()
    return ratio(one, other, level, "mover_ratio_time_lost")


def time_lost_shift(
    control: RiskTable, treatment: RiskTable, cause: str, until_ms: int, coefficient: float = 1.0
) -> Shift | NoEffect:
    """Treatment's restricted mean time lost minus `coefficient` times control's, with its variance Σ influence².

    Args:
        control: Control's endings.
        treatment: The treatment's endings.
        cause: A cause of both tables.
        until_ms: The restriction in ms, 1 or more.
        coefficient: 1 for the difference; 1 − m or 1 + m to test against a margin m relative to control.

    Returns:
        The shift in ms; a NoEffect where one of the means is one, or nobody ended so in either arm.
    """
    one, other = _known(control, cause, until_ms), _known(treatment, cause, until_ms)
    if isinstance(one, NoEffect):
        return one
    if isinstance(other, NoEffect):
        return other
    (c, vc), (t, vt) = one, other
    variance = vt + coefficient**2 * vc
    if variance == 0:
        return no_variation()
    return Shift(t - coefficient * c, variance, control.n + treatment.n, "absolute", "time_lost")


def relative_time_lost_shift(
    control: RiskTable, treatment: RiskTable, cause: str, until_ms: int, level: float
) -> Shift | NoEffect:
    """(treatment − control) / control of two restricted mean times lost with its delta-method variance.

    Args:
        control: Control's endings.
        treatment: The treatment's endings.
        cause: A cause of both tables.
        until_ms: The restriction in ms, 1 or more.
        level: At which control must be told from 0, in (0, 1).
    """
    one, other = _known(control, cause, until_ms), _known(treatment, cause, until_ms)
    if isinstance(one, NoEffect):
        return one
    if isinstance(other, NoEffect):
        return other
    return relative_shift(*one, *other, control.n + treatment.n, level)


def _known(table: RiskTable, cause: str, until_ms: int) -> tuple[float, float] | NoEffect:
    """The mean time lost in ms and its variance in ms²."""
    found: Estimate | NoEffect = time_lost(table, cause, until_ms)
    if isinstance(found, NoEffect):
        return found
    return found.value, float(time_lost_influence(table, cause, until_ms).variance(table).item())
