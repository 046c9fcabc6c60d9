"""The compiled funnel walk: batches of (unit, time, step mask) in order -> one chain per unit."""

from experiments.walk.feeding import OrderBroken, Units, Walk
from experiments.walk.kernel import NEVER

__all__ = ["NEVER", "OrderBroken", "Units", "Walk"]
