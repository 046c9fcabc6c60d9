"""Health: what landed, what did not and why."""

from analysis.health.answers import HealthAnswer
from analysis.health.compute import HealthQuery, answer, to_json

__all__ = ["HealthAnswer", "HealthQuery", "answer", "to_json"]
