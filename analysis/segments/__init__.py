"""The room of one question: who loses more than everybody else at a step, and since when?"""

from analysis.segments.answers import SegmentsAnswer, to_json
from analysis.segments.compute import SegmentsQuery, answer

__all__ = ["SegmentsAnswer", "SegmentsQuery", "answer", "to_json"]
