"""How often something happens between two steps: retakes between the camera and the photo that is kept."""

from analysis.between.answers import BetweenAnswer
from analysis.between.compute import BetweenQuery, answer
from analysis.between.plain import to_json

__all__ = ["BetweenAnswer", "BetweenQuery", "answer", "to_json"]
