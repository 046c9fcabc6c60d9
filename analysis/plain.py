"""Pieces of plain JSON that several rooms print: estimates, effects and why there are none."""

from datetime import datetime

from experiments.stats.effects import Effect, Estimate, NoEffect

Json = dict[str, object]


def estimate(said: Estimate | NoEffect) -> Json:
    """`value`, `interval` [low, high] and `method`; or nulls, and `no_effect` tells why."""
    if isinstance(said, NoEffect):
        return {"value": None, "interval": None, "method": None, "no_effect": reason(said)}
    ends = None if said.interval is None else [said.interval.low, said.interval.high]
    return {"value": said.value, "interval": ends, "method": said.method, "no_effect": None}


def effect(said: Effect | NoEffect) -> Json:
    """`value`, `interval` [low, high], `p_value` and `method`; or nulls, and `no_effect` tells why."""
    if isinstance(said, NoEffect):
        return {"value": None, "interval": None, "p_value": None, "method": None, "no_effect": reason(said)}
    ends = [said.interval.low, said.interval.high]
    return {
        "value": said.value,
        "interval": ends,
        "p_value": said.p_value,
        "method": said.method,
        "no_effect": None,
    }


def reason(said: NoEffect | None) -> Json | None:
    """`code` and `sentence`."""
    return None if said is None else {"code": said.code, "sentence": said.sentence}


def moment(at: datetime | None) -> str | None:
    """ISO 8601; null where there is none."""
    return None if at is None else at.isoformat()
