"""The textbook difference of two shares, with its unpooled standard error."""

from dataclasses import replace

from experiments.stats.effects import Effect, NoEffect
from experiments.stats.samples import Count
from experiments.stats.shares import shift
from experiments.stats.shifts import fixed


def wald(
    control: Count, treatment: Count, level: float = 0.95, coefficient: float = 1.0
) -> Effect | NoEffect:
    """Treatment's share minus `coefficient` times control's, ± z · unpooled standard error.

    (t − k c) ± z √(t (1 − t) / nt + k² c (1 − c) / nc); the p-value is of the same statistic, so the two agree.

    Args:
        control: Units and hits of control.
        treatment: Units and hits of the treatment.
        level: Confidence level in (0, 1).
        coefficient: k: 1 for the difference; 1 − m or 1 + m to test against a margin m relative to control.

    Returns:
        An Effect in shares (0.01 = one %-point); a NoEffect when an arm has no units or its units behaved alike. With few
        hits it is too narrow (Brown & Li 2005, J. Stat. Plan. Inference 130:359–375): then `score` or Newcombe's.
    """
    found = shift(control, treatment, coefficient)
    return found if isinstance(found, NoEffect) else fixed(replace(found, freedom=None), level)
