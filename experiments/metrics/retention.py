"""Metric kind "retention": the share of units that come back in a later window."""

from typing import Literal, Self

from pydantic import model_validator

from experiments.conditions import Name
from experiments.metrics.metric import EventMetric
from experiments.metrics.needs import Need
from experiments.metrics.shares import Share
from experiments.steps import ANY_EVENT


class Retention(Share, EventMetric):
    """The share of units seen again from `delay` after the anchor on, within `within`.

    Args:
        event: The event that counts as coming back; "*" (any event but background ones) if left out.
    """

    kind: Literal["retention"]
    event: Name = ANY_EVENT

    @model_validator(mode="after")
    def _later(self) -> Self:
        for name in ("delay", "within"):
            if getattr(self, name) is None:
                raise ValueError(
                    f"`{name}` is missing in the retention {self.key!r}; must say when a unit comes back; write for "
                    'example delay = "7d" and within = "1d".'
                )
        return self

    def needs(self) -> tuple[Need, ...]:
        """Whether the event happened in the later window."""
        return (Need("events", self.event, self.window, "hit", where=self.where),)
