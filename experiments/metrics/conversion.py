"""Metric kind "conversion": the share of units with an event."""

from typing import Literal

from experiments.metrics.metric import EventMetric
from experiments.metrics.needs import Need
from experiments.metrics.shares import Share


class Conversion(Share, EventMetric):
    """The share of units with the event in the window."""

    kind: Literal["conversion"]

    def needs(self) -> tuple[Need, ...]:
        """Whether the event happened."""
        return (Need("events", self.event, self.window, "hit", where=self.where),)
