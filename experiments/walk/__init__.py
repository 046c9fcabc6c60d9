"""The compiled funnel walk: batches of (unit, time, step mask) in order -> one chain per unit."""

from experiments.walk.feeding import OrderBroken, Units, Walk
from experiments.walk.kernel import NEVER
from experiments.walk.rules import Rules, rules_of
from experiments.walk.whole import WalkOfWholes

__all__ = ["NEVER", "OrderBroken", "Rules", "Units", "Walk", "WalkOfWholes", "rules_of"]
