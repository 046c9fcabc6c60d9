"""Alpha spending: how much of the allowed error may be used by the time a share of the plan is in.

Lan & DeMets (1983), "Discrete sequential boundaries for clinical trials", Biometrika 70:659–663. The number of looks need
not be planned, only their times must not depend on results.
"""

import math
from typing import Literal, get_args

from experiments.stats.contrast import p_of, z_of

Spending = Literal["obrien_fleming", "pocock"]
"""obrien_fleming: next to nothing early, nearly all at the end; pocock: evenly, at the price of a wider end."""


def spent(share: float, alpha: float, spending: Spending) -> float:
    """The error that may be used, on one side, when so much of the planned information is in.

    O'Brien–Fleming type: 2 − 2 Φ(z(1 − α/2) / √t). Pocock type: α log(1 + (e − 1) t). All of α at t = 1, no more later.

    Args:
        share: t, units so far / planned units, finite and above 0.
        alpha: α of the whole plan on one side (0.025 for two-sided 5 %), in (0, 1).
        spending: The family.

    Returns:
        Cumulative error in [0, α], never falling in t.

    Raises:
        ValueError: If the share is not finite and above 0, alpha is outside (0, 1) or the family is unknown.
    """
    if not (math.isfinite(share) and share > 0):
        raise ValueError(
            f"`share` is {share}; must be finite and above 0; divide the units by those planned."
        )
    if not 0 < alpha < 1:
        raise ValueError(f"`alpha` is {alpha}; must be in (0, 1); write 2.5 % as 0.025.")
    if spending not in get_args(Spending):
        raise ValueError(f"`spending` is {spending!r}; must be obrien_fleming or pocock; choose one.")
    if share >= 1:
        return alpha
    if spending == "pocock":
        return alpha * math.log1p((math.e - 1) * share)
    return p_of(z_of(1 - alpha) / math.sqrt(share))
