"""Whether scores are probabilities: of the items with a score of .8, are 80 % what the model looks for?

`reliability` draws it, `brier` and `decomposition` weigh it, `calibration_error` sums it up, `isotonic` repairs it.
"""

from experiments.stats.quality.calibration.bins import Bin, reliability
from experiments.stats.quality.calibration.brier import (
    Decomposition,
    brier,
    by_unit,
    decomposition,
    spiegelhalter,
    squared_errors,
)
from experiments.stats.quality.calibration.expected_error import CalibrationError, calibration_error
from experiments.stats.quality.calibration.isotonic import Isotonic, isotonic

__all__ = [
    "Bin",
    "CalibrationError",
    "Decomposition",
    "Isotonic",
    "brier",
    "by_unit",
    "calibration_error",
    "decomposition",
    "isotonic",
    "reliability",
    "spiegelhalter",
    "squared_errors",
]
