"""Whether people can read a suggestion while it stands, and whether they tire of it."""

from analysis.reading.answers import ReadingAnswer
from analysis.reading.compute import ReadingQuery, answer
from analysis.reading.plain import to_json

__all__ = ["ReadingAnswer", "ReadingQuery", "answer", "to_json"]
