"""The answer as plain JSON; docs/json/milestones.md explains every key."""

from dataclasses import asdict

from analysis.milestones.answers import Difference, Milestone, MilestonesAnswer, Side
from analysis.plain import reason
from experiments.stats.effects import Estimate, NoEffect

Json = dict[str, object]


def to_json(found: MilestonesAnswer) -> Json:
    """The answer as plain JSON: shares 0..1, seconds as *_s, intervals [low, high], null with a reason."""
    return {
        "sides": [_side(side) for side in found.sides],
        "experiment": found.experiment,
        "control": found.control,
        "differences": [_difference(one) for one in found.differences],
        "within_s": found.within_s,
        "untold": found.untold,
        "several_arms": found.several_arms,
        "cannot_say": reason(found.cannot_say),
        "observed_until": None if found.observed_until is None else found.observed_until.isoformat(),
        "data_version": found.data_version,
        "synthetic": found.synthetic,
    }


def _side(side: Side) -> Json:
    return {
        "name": side.name,
        "flows": list(side.flows),
        "people": side.people,
        "attempts": side.attempts,
        "milestones": [_milestone(one) for one in side.milestones],
        "maturing": side.maturing,
        "actions": side.actions,
        "tries": side.tries,
        "first_try": _share(side.first_try),
    }


def _milestone(one: Milestone) -> Json:
    return {**asdict(one), "reach": _share(one.reach)}


def _difference(one: Difference) -> Json:
    head: Json = {"arm": one.arm, "milestone": one.milestone, "p_adjusted": one.p_adjusted}
    if isinstance(one.effect, NoEffect):
        return {**head, "value": None, "interval": None, "p_value": None, "no_effect": reason(one.effect)}
    effect = one.effect
    ends = [effect.interval.low, effect.interval.high]
    return {**head, "value": effect.value, "interval": ends, "p_value": effect.p_value, "no_effect": None}


def _share(said: Estimate | NoEffect) -> Json:
    if isinstance(said, NoEffect):
        return {"value": None, "interval": None, "no_effect": reason(said)}
    ends = None if said.interval is None else [said.interval.low, said.interval.high]
    return {"value": said.value, "interval": ends, "no_effect": None}
