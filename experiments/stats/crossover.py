"""Units that were exposed to several variants: how many there may be, and whether they come from one arm."""

from collections.abc import Sequence

from experiments.stats.effects import Check, NoEffect, Reason
from experiments.stats.samples import Count
from experiments.stats.share_sequence import alike_p
from experiments.stats.srm_sequence import require_alpha

MOST = 0.10
"""From this share on the comparison is not of the arms that were planned."""


def check_several_variants(
    arms: Sequence[Count], alpha: float = 0.0005, most: float = MOST
) -> Check | NoEffect:
    """Units seen in several variants: a note while they are few and alike in all arms, else a failure.

    They are left out of the comparison. That is harmless when who is left out does not depend on the arm; where one arm loses
    more of them, those who remain differ too (Kohavi, Tang & Xu 2020, Trustworthy Online Controlled Experiments, ch. 21).
    The bounds are ours: from 10 % on the experiment is another than the one planned. With 10,000 units an arm, 1 % in one arm
    and 2 % in the other are told apart with probability .94.

    Args:
        arms: By the variant of their first exposure: units, and as hits those exposed to another variant later.
        alpha: Chance of ever saying that the arms differ, if they do not, under looks at any time.
        most: Share of all units at which it fails, in (0, 1].

    Returns:
        A check that passes with a note, or fails; a NoEffect when an arm has no units.

    Raises:
        ValueError: If alpha is outside (0, 1), `most` outside (0, 1], or there are fewer than two arms.
    """
    require_alpha(alpha)
    if not 0 < most <= 1:
        raise ValueError(f"`most` is {most}; must be above 0 and at most 1; write 10 % as 0.1.")
    p_value = alike_p(arms)
    if isinstance(p_value, NoEffect):
        return p_value
    n, several = sum(arm.n for arm in arms), sum(arm.hits for arm in arms)
    shares = " / ".join(f"{arm.hits:,} of {arm.n:,}" for arm in arms)
    facts = (
        ("units", several),
        ("exposed", n),
        ("share", several / n),
        ("shares", shares),
        ("p_value", p_value),
    )
    if p_value < alpha:
        code, passed = "several_variants_differ", False
        sentence = (
            f"Units exposed to several variants come from some arms more than from others ({shares}, p = {p_value:.2g}): "
            "leaving them out makes the arms differ; look for what moves units to another variant."
        )
    elif several >= most * n:
        code, passed = "several_variants_many", False
        sentence = (
            f"{several:,} of {n:,} units ({several / n:.1%}) were exposed to several variants: too many to be left out; "
            "check that a unit keeps its variant across sessions and devices."
        )
    elif several:
        code, passed = "several_variants_few", True
        sentence = (
            f"{several:,} of {n:,} units ({several / n:.2%}) were exposed to several variants, in every arm alike; they are "
            "left out."
        )
    else:
        code, passed = "several_variants_none", True
        sentence = f"None of {n:,} units was exposed to several variants."
    return Check("several_variants", passed=passed, reason=Reason(code, sentence, facts), p_value=p_value)
