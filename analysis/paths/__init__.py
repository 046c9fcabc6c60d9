"""The room of one question: what did people do before, between and after the steps of a funnel?"""

from analysis.paths.answers import PathsAnswer, to_json
from analysis.paths.compute import PathsQuery, answer

__all__ = ["PathsAnswer", "PathsQuery", "answer", "to_json"]
