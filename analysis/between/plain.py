"""The answer as plain JSON; docs/json/between.md explains every key."""

from analysis import plain
from analysis.between.answers import BetweenAnswer, Frequencies, Frequency

Json = dict[str, object]


def to_json(found: BetweenAnswer) -> Json:
    """The answer as plain JSON: shares 0..1, intervals [low, high], null with a reason."""
    return {
        "events": list(found.events),
        "after": found.after,
        "after_name": found.after_name,
        "step": found.step,
        "name": found.name,
        "next_step": found.next_step,
        "next_name": found.next_name,
        "came": _frequencies(found.came),
        "stayed": _frequencies(found.stayed),
        "young": found.young,
        "within_s": found.within_s,
        "unit": found.unit,
        "cannot_say": plain.reason(found.cannot_say),
        "observed_until": plain.moment(found.observed_until),
        "data_version": found.data_version,
        "synthetic": found.synthetic,
    }


def _frequencies(of: Frequencies) -> Json:
    return {"units": of.units, "mean": of.mean, "some": of.some, "rows": [_row(one) for one in of.rows]}


def _row(one: Frequency) -> Json:
    rate = None if one.next_rate is None else plain.estimate(one.next_rate)
    return {
        "times": one.times,
        "units": one.units,
        "share": one.share,
        "next_units": one.next_units,
        "next_rate": rate,
    }
