"""The room of lists: who reached a step of a funnel, who dropped there, and who still may come."""

from analysis.members.answers import MembersAnswer, to_json
from analysis.members.compute import MembersQuery, answer

__all__ = ["MembersAnswer", "MembersQuery", "answer", "to_json"]
