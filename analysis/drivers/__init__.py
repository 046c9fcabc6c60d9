"""The room of one question: which events and properties go with conversion?"""

from analysis.drivers.answers import DriversAnswer, to_json
from analysis.drivers.compute import DriversQuery, answer

__all__ = ["DriversAnswer", "DriversQuery", "answer", "to_json"]
