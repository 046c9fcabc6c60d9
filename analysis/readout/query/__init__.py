"""Needs of an experiment's metrics -> at most two statements (or one pass), one walk a funnel -> sufficient statistics by arm."""

from analysis.readout.query.arms import Arm, Reading, Sampled, added
from analysis.readout.query.reading import read
from analysis.readout.query.units import as_stored, persons_of

__all__ = ["Arm", "Reading", "Sampled", "added", "as_stored", "persons_of", "read"]
