"""How long a suggestion should stand: what every display time would bring, and the one to name."""

from analysis.display_limit.answers import DisplayLimitAnswer
from analysis.display_limit.compute import DisplayLimitQuery, answer
from analysis.display_limit.plain import to_json

__all__ = ["DisplayLimitAnswer", "DisplayLimitQuery", "answer", "to_json"]
