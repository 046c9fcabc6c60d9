"""Needs of an experiment's metrics -> SQL in at most two statements -> sufficient statistics by arm."""

from analysis.readout.query.reading import Arm, Reading, Sampled, read

__all__ = ["Arm", "Reading", "Sampled", "read"]
