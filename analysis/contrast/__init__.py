"""Two sides of a funnel compared: periods, segments, groups, or alternative events of a step."""

from analysis.contrast.answers import ContrastAnswer
from analysis.contrast.asked import ContrastQuery
from analysis.contrast.compute import answer
from analysis.contrast.plain import to_json

__all__ = ["ContrastAnswer", "ContrastQuery", "answer", "to_json"]
