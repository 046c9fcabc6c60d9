"""How long a step takes: a histogram with fixed bins, quantiles, and the share of everybody who got there by then."""

from analysis.timing.answers import TimingAnswer
from analysis.timing.compute import TimingQuery, answer
from analysis.timing.plain import to_json

__all__ = ["TimingAnswer", "TimingQuery", "answer", "to_json"]
