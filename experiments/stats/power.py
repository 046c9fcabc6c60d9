"""How many units an experiment needs."""

import math

from experiments.stats.contrast import z_of


def per_arm(control: float, treatment: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """Units in each of two arms to find a difference of two shares, two-sided.

    n = (z(α/2) √(2 p̄ q̄) + z(β) √(p₀ q₀ + p₁ q₁))² / (p₁ − p₀)², rounded up (Fleiss, Levin & Paik 2003, Statistical Methods
    for Rates and Proportions, eq. 4.14; R's power.prop.test).

    Args:
        control: p₀, in (0, 1).
        treatment: p₁, in (0, 1), another.
        alpha: Chance of a false alarm, in (0, 1).
        power: Chance to find the difference, in (0.5, 1).

    Raises:
        ValueError: If the shares are equal or outside (0, 1), or the power is not in (0.5, 1).
    """
    for name, share in (("control", control), ("treatment", treatment)):
        if not 0 < share < 1:
            raise ValueError(f"`{name}` is {share}; must be in (0, 1); give a share of units.")
    if control == treatment:
        raise ValueError(
            f"`treatment` is {treatment}; must differ from `control`; say which difference matters."
        )
    if not 0.5 < power < 1:
        raise ValueError(f"`power` is {power}; must be in (0.5, 1); write 80 % as 0.8.")
    middle = (control + treatment) / 2
    alike = z_of(1 - alpha) * math.sqrt(2 * middle * (1 - middle))
    apart = z_of(2 * power - 1) * math.sqrt(control * (1 - control) + treatment * (1 - treatment))
    return math.ceil((alike + apart) ** 2 / (treatment - control) ** 2)
