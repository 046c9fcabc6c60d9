"""A flow as data: what it logs, what starts an attempt, its milestones; a new surface is a new file, not new code."""

import tomllib
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

_SHIPPED = Path(__file__).with_name("flow_files")


class Prompt(BaseModel):
    """The events of a flow's prompt: when it was shown and the four ways it can end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shown: str
    tap: str
    dismiss: str
    leave: str
    expired: str


class Flow(BaseModel):
    """One flow of screens, read from a TOML file.

    Args:
        name: what the property `flow` of its first event says.
        events: every event it logs, in the usual order.
        attempt_starts: the events that start an attempt.
        milestones: what flows of different shape share, by name in order; one with the events of the milestone before
            it has no step of its own in this flow.
        actions: what a person does with a finger on the way: taps and photos.
        prompt: its pop-up, if it has one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    events: tuple[str, ...]
    attempt_starts: tuple[str, ...] = ()
    milestones: dict[str, tuple[str, ...]] = {}
    actions: tuple[str, ...] = ()
    prompt: Prompt | None = None


@cache
def flows() -> tuple[Flow, ...]:
    """Return the shipped flows, by name."""
    files = sorted(_SHIPPED.glob("*.toml"))
    return tuple(Flow.model_validate(tomllib.loads(file.read_text("utf-8"))) for file in files)


def attempt_starts(known: tuple[Flow, ...]) -> dict[str, bool]:
    """Say which events open an attempt.

    Args:
        known: the flows.

    Returns:
        Event name -> whether its flow encloses others, that is, holds their starts as steps of its own.
    """
    starts = {event: False for flow in known for event in flow.attempt_starts}
    for flow in known:
        inner = {event for event in flow.events if event in starts} - set(flow.attempt_starts)
        if inner:
            starts.update(dict.fromkeys(flow.attempt_starts, True))
    return starts
