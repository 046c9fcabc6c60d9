"""The closed vocabulary of what a metric may ask of the log."""

from dataclasses import dataclass
from typing import Literal

Source = Literal["events", "impressions"]
Anchor = Literal["exposure", "impression"]
Reducer = Literal["hit", "count", "sum", "time_to"]


@dataclass(frozen=True, slots=True)
class Window:
    """Which events of a unit count: anchor ≤ ts ≤ anchor + within, both ends included.

    Args:
        anchor: "exposure": the unit's first exposure; all exposed units are in. "impression": the unit's
            first impression
            at or after its exposure; only units that have one are in, so the share that has one must agree
            between arms.
        within_us: Length in µs, or None up to the end of observation.
    """

    anchor: Anchor
    within_us: int | None


@dataclass(frozen=True, slots=True)
class Need:
    """One value per unit that a metric asks of the log.

    Args:
        source: "events", or "impressions" for how the anchoring impression ended.
        event: The event name that counts.
        window: When it counts.
        reducer: "hit" (any such event: 0 or 1), "count", "sum" (of `field` over them; a missing value adds
            nothing), or
            "time_to" (elapsed ms and cause of the ending).
        field: The property summed, for "sum" only.
    """

    source: Source
    event: str
    window: Window
    reducer: Reducer
    field: str | None = None
