"""The room of one question: is the model on the phones right, and is it fast enough?"""

from analysis.models.answers import ModelsAnswer
from analysis.models.compute import ModelsQuery, answer
from analysis.models.plain import to_json

__all__ = ["ModelsAnswer", "ModelsQuery", "answer", "to_json"]
