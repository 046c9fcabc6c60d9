"""The answer as plain JSON; docs/json/contrast.md explains every key."""

from analysis import plain
from analysis.contrast.answers import ContrastAnswer, Difference, Side

Json = dict[str, object]


def to_json(found: ContrastAnswer) -> Json:
    """The answer as plain JSON: rates 0..1, intervals [low, high], null with a reason."""
    return {
        "kind": found.kind,
        "sides": [_side(side) for side in found.sides],
        "differences": [_difference(one) for one in found.differences],
        "unit": found.unit,
        "within_s": found.within_s,
        "clustered": found.clustered,
        "shared": found.shared,
        "young": found.young,
        "cannot_say": plain.reason(found.cannot_say),
        "timezone": found.timezone,
        "observed_until": plain.moment(found.observed_until),
        "data_version": found.data_version,
        "synthetic": found.synthetic,
    }


def _side(side: Side) -> Json:
    return {
        "key": side.key,
        "name": side.name,
        "from": plain.moment(side.start),
        "to": plain.moment(side.end),
        "entered": side.entered,
        "young": side.young,
        "persons": side.persons,
        "corrected": None if side.corrected is None else plain.estimate(side.corrected),
        "steps": [
            {
                "name": one.name,
                "units": one.units,
                **plain.estimate(one.rate),
                "from_previous": one.from_previous,
            }
            for one in side.steps
        ],
    }


def _difference(one: Difference) -> Json:
    return {
        "side": one.side,
        "other": one.other,
        "step": one.step,
        "absolute": plain.effect(one.absolute),
        "relative": plain.effect(one.relative),
        "p_adjusted": one.p_adjusted,
    }
