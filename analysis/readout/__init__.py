"""Readout: what an experiment changed, whether that can be trusted, and what to do."""

from analysis.readout.answers import ReadoutAnswer
from analysis.readout.asked import ReadoutQuery
from analysis.readout.compute import answer
from analysis.readout.plain import to_json
from analysis.readout.table import TableAnswer, TableColumns

__all__ = ["ReadoutAnswer", "ReadoutQuery", "TableAnswer", "TableColumns", "answer", "to_json"]
