"""Needs of an experiment's metrics -> SQL in at most two statements -> sufficient statistics by arm."""

from analysis.readout.query.reading import Arm, Reading, Sampled, added, read
from analysis.readout.query.units import as_stored, persons_of

__all__ = ["Arm", "Reading", "Sampled", "added", "as_stored", "persons_of", "read"]
