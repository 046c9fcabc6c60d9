"""Designs and mathematics: pure functions of numbers, without database, frames, screen, files or clock."""

from experiments.design import Experiment
from experiments.funnel import Funnel

__all__ = ["Experiment", "Funnel"]
