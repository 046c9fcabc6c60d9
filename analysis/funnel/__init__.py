"""The funnel room: where people stop on the way, step by step."""

from analysis.funnel.answers import FunnelAnswer, to_json
from analysis.funnel.compute import FunnelQuery, answer

__all__ = ["FunnelAnswer", "FunnelQuery", "answer", "to_json"]
