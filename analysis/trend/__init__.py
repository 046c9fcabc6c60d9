"""A funnel over time: the rate of a step by the day of entry, corrected for units that are still young."""

from analysis.trend.answers import TrendAnswer, to_json
from analysis.trend.compute import TrendQuery, answer

__all__ = ["TrendAnswer", "TrendQuery", "answer", "to_json"]
