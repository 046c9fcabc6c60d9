"""Sufficient statistics: all that a formula needs to know of one arm; they add over disjoint units."""

from experiments.stats.samples.parts import NO_PARTS, Parts
from experiments.stats.samples.quantile_sums import Quantile
from experiments.stats.samples.ratio import Ratio
from experiments.stats.samples.regression import Regression
from experiments.stats.samples.risk import Counts, RiskTable
from experiments.stats.samples.sums import Count, Moments

__all__ = ["NO_PARTS", "Count", "Counts", "Moments", "Parts", "Quantile", "Ratio", "Regression", "RiskTable"]
