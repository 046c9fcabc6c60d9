"""The room of one question: how long after it appears is a suggestion tapped, dismissed or left?"""

from analysis.time_to_tap.answers import TapsAnswer
from analysis.time_to_tap.compute import TapsQuery, answer
from analysis.time_to_tap.plain import to_json

__all__ = ["TapsAnswer", "TapsQuery", "answer", "to_json"]
