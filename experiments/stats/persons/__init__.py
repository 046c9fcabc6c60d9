"""Uncertainty that knows persons, from one pass over units in person order."""

from experiments.stats.persons.curves import (
    CENSORED,
    LEFT_OUT,
    MomentSums,
    PersonMoment,
    PersonSquares,
    PersonSums,
)
from experiments.stats.persons.order import OrderBroken
from experiments.stats.persons.shares import PersonShare, ShareSums

__all__ = [
    "CENSORED",
    "LEFT_OUT",
    "MomentSums",
    "OrderBroken",
    "PersonMoment",
    "PersonShare",
    "PersonSquares",
    "PersonSums",
    "ShareSums",
]
