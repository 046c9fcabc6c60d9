"""The gallery of copies: each variant of a suggestion as people saw it, and how often it was tapped."""

from analysis.copies.answers import CopiesAnswer
from analysis.copies.compute import CopiesQuery, answer
from analysis.copies.plain import to_json

__all__ = ["CopiesAnswer", "CopiesQuery", "answer", "to_json"]
