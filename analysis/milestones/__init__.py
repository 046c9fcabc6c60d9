"""Flows of different shape side by side, on the milestones that they share."""

from analysis.milestones.answers import MilestonesAnswer
from analysis.milestones.compute import MilestonesQuery, answer
from analysis.milestones.plain import to_json

__all__ = ["MilestonesAnswer", "MilestonesQuery", "answer", "to_json"]
