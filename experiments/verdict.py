"""Effects and checks become one decision with its reasons."""

from dataclasses import dataclass
from typing import Literal

from experiments.stats.effects import Reason

Decision = Literal["ship", "do_not_ship", "keep_running", "cannot_trust"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do, and why.

    Args:
        decision: "ship", "do_not_ship", "keep_running" or "cannot_trust".
        reasons: The grounds, the weightiest first; never empty.

    Raises:
        ValueError: If there is no reason.
    """

    decision: Decision
    reasons: tuple[Reason, ...]

    def __post_init__(self) -> None:
        if not self.reasons:
            raise ValueError("`reasons` is (); must hold at least one Reason; say why it was decided.")
