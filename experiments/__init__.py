"""Designs and mathematics: pure functions of numbers, without database, frames, screen, files or clock."""

from experiments.design import Experiment

__all__ = ["Experiment"]
