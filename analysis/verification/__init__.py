"""The room of one question: what did benchmark tools tell of models on devices, and what does a conversion cost?"""

from analysis.verification.answers import VerificationAnswer
from analysis.verification.asked import VerificationQuery
from analysis.verification.compute import answer
from analysis.verification.plain import to_json

__all__ = ["VerificationAnswer", "VerificationQuery", "answer", "to_json"]
