"""What a change of the display time did: agreement before the shorter limit, and what came after it."""

from analysis.display_change.answers import DisplayChangeAnswer
from analysis.display_change.compute import DisplayChangeQuery, answer
from analysis.display_change.plain import to_json

__all__ = ["DisplayChangeAnswer", "DisplayChangeQuery", "answer", "to_json"]
