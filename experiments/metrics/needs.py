"""The closed vocabulary of what a metric may ask of the log."""

from dataclasses import dataclass
from dataclasses import field as made
from typing import Literal

from experiments.conditions import Where

Source = Literal["events", "impressions", "funnel"]
Anchor = Literal["exposure", "impression"]
Reducer = Literal["hit", "count", "sum", "time_to", "below", "step"]


@dataclass(frozen=True, slots=True)
class Window:
    """Which events of a unit count: anchor + delay ≤ ts ≤ anchor + delay + within, both ends included.

    Args:
        anchor: "exposure": the unit's first exposure; all exposed units are in. "impression": the unit's
            first impression
            at or after its exposure; only units that have one are in, so the share that has one must agree
            between arms.
        within_us: Length in µs, or None up to the end of observation.
        delay_us: How long after the anchor the window begins, in µs.
    """

    anchor: Anchor
    within_us: int | None
    delay_us: int = 0


@dataclass(frozen=True, slots=True)
class Need:
    """One value per unit that a metric asks of the log.

    Args:
        source: "events", "impressions" for how the anchoring impression ended, "funnel" for how far it came.
        event: The event name that counts; "*" for any.
        window: When it counts.
        reducer: "hit" (any such event: 0 or 1), "count", "sum" (of `field` over them; a missing value adds
            nothing), "time_to" (elapsed ms and cause of the ending), "below" (the values of `field` themselves, to be
            counted below cut-points) or "step" (the furthest step of a funnel).
        field: The property summed or ranked, for "sum" and "below" only.
        where: Conditions on the event.
        at_least: With it the value becomes 1 if it is so much or more, else 0.
    """

    source: Source
    event: str
    window: Window
    reducer: Reducer
    field: str | None = None
    where: Where = made(default_factory=dict)
    at_least: float | None = None

    @property
    def binary(self) -> bool:
        """Is the value 0 or 1?"""
        return self.reducer == "hit" or self.at_least is not None
