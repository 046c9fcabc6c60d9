"""Endings over time with competing causes.

Time is whole milliseconds since the unit entered. A display limit is administrative censoring at the limit;
the other causes compete. Never read 1 − Kaplan–Meier of one cause, the others censored, as a share of
units: it is larger.
"""

from experiments.stats.survival.areas import staying_time, time_lost, time_lost_difference
from experiments.stats.survival.areas_compared import (
    relative_time_lost,
    relative_time_lost_shift,
    time_lost_shift,
)
from experiments.stats.survival.bands import band
from experiments.stats.survival.clustered import Persons, clustered, clustered_difference
from experiments.stats.survival.comparison import (
    difference_at,
    relative_difference_at,
    relative_shift_at,
    shift_at,
)
from experiments.stats.survival.cumulative import CumulativeHazard, cumulative_hazard
from experiments.stats.survival.curves import Curve, incidence, staying, time_lost_ms
from experiments.stats.survival.equality import Equality, gray, log_rank
from experiments.stats.survival.hazard import HazardBin, hazard
from experiments.stats.survival.influences import Influence, influence, time_lost_influence
from experiments.stats.survival.quantiles import quantile_ms
from experiments.stats.survival.standardized import stratified_incidence

__all__ = [
    "CumulativeHazard",
    "Curve",
    "Equality",
    "HazardBin",
    "Influence",
    "Persons",
    "band",
    "clustered",
    "clustered_difference",
    "cumulative_hazard",
    "difference_at",
    "gray",
    "hazard",
    "incidence",
    "influence",
    "log_rank",
    "quantile_ms",
    "relative_difference_at",
    "relative_shift_at",
    "relative_time_lost",
    "relative_time_lost_shift",
    "shift_at",
    "staying",
    "staying_time",
    "stratified_incidence",
    "time_lost",
    "time_lost_difference",
    "time_lost_influence",
    "time_lost_ms",
    "time_lost_shift",
]
