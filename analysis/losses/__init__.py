"""The room of one question: why was a suggestion that could have helped not taken?"""

from analysis.losses.answers import LossesAnswer, to_json
from analysis.losses.compute import LossesQuery, answer

__all__ = ["LossesAnswer", "LossesQuery", "answer", "to_json"]
