"""What every readout says alike in JSON: values, changes, tests, checks and reasons."""

from experiments.stats.effects import Check, Effect, Estimate, Interval, NoEffect, Reason
from experiments.stats.proportions import ChiSquare

Json = dict[str, object]


def estimate(found: Estimate | NoEffect) -> Json:
    """A value with its interval, or why there is none."""
    if isinstance(found, NoEffect):
        return {"value": None, "interval": None, "level": None, "method": None, "why": said(found)}
    return {
        "value": found.value,
        "interval": interval(found.interval),
        "level": found.interval.level if found.interval else None,
        "method": found.method,
        "why": None,
    }


def effect(found: Effect | NoEffect) -> Json:
    """A change with its interval and p-value, or why there is none."""
    if isinstance(found, NoEffect):
        return {
            "value": None,
            "interval": None,
            "level": None,
            "p": None,
            "method": None,
            "why": said(found),
        }
    return {
        "value": found.value,
        "interval": interval(found.interval),
        "level": found.interval.level,
        "p": found.p_value,
        "method": found.method,
        "why": None,
    }


def chi_square(found: ChiSquare | NoEffect) -> Json:
    """A test of all arms at once, or why there is none."""
    if isinstance(found, NoEffect):
        return {"statistic": None, "df": None, "p": None, "method": None, "why": said(found)}
    return {
        "statistic": found.statistic,
        "df": found.freedom,
        "p": found.p_value,
        "method": "pearson_chi_square",
        "why": None,
    }


def check(found: Check) -> Json:
    """What a check found."""
    return {"key": found.key, "passed": found.passed, "p": found.p_value, **said(found.reason)}


def said(why: Reason | NoEffect) -> Json:
    """A reason, or why nothing can be said."""
    return {"code": why.code, "sentence": why.sentence, "facts": dict(why.facts)}


def interval(ends: Interval | None) -> list[float] | None:
    """[low, high]; null where there is none."""
    return [ends.low, ends.high] if ends else None
