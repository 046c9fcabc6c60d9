"""Agreement of a model with people: precision from the answers that were confirmed."""

from dataclasses import dataclass

from experiments.stats.effects import Estimate, NoEffect
from experiments.stats.proportions import rate
from experiments.stats.samples import Count
from experiments.stats.samples.parts import require_count


@dataclass(frozen=True, slots=True)
class Precision:
    """How often the model was right when it said yes, as far as anybody checked.

    Args:
        estimate: Correct / verified with Wilson's interval; a NoEffect when nothing was verified.
        verified: Positive answers with a confirmed true label.
        unverified: Positive answers without one.
        unverified_share: unverified / all positive answers, in [0, 1]; 0 when there are none.
        lowest: The share correct of all positive answers if every unverified one were wrong.
        highest: The same if every unverified one were right.
    """

    estimate: Estimate | NoEffect
    verified: int
    unverified: int
    unverified_share: float
    lowest: float
    highest: float


def precision(correct: int, verified: int, unverified: int, level: float = 0.95) -> Precision | NoEffect:
    """Precision from confirmed items: correct / verified, beside the share that nobody confirmed.

    The interval holds only if what was confirmed resembles what was not; people confirm easy cases more
    often, so `lowest` and `highest` bound what the unverified ones could change.

    Args:
        correct: Verified positive answers whose true label agrees, 0 to verified.
        verified: Positive answers with a true label.
        unverified: Positive answers without one.
        level: Confidence level in (0, 1).

    Returns:
        The precision; a NoEffect when the model never answered.

    Raises:
        ValueError: If a number is negative, or more are correct than verified.
    """
    require_count("unverified", unverified)
    if correct > verified:
        raise ValueError(
            f"`correct` is {correct}; must be at most `verified` ({verified}); count each answer once."
        )
    confirmed = rate(Count(verified, correct), level)
    answers = verified + unverified
    if answers == 0:
        return NoEffect("no_answers", "The model gave no answer of this kind, so it has no precision.")
    if isinstance(confirmed, NoEffect):
        confirmed = NoEffect(
            "nothing_verified",
            f"None of {unverified:,} answers was confirmed by a person, so precision is unknown.",
            (("unverified", unverified),),
        )
    return Precision(
        confirmed,
        verified,
        unverified,
        unverified / answers,
        correct / answers,
        (correct + unverified) / answers,
    )
