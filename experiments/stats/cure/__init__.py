"""How many would tap if the prompt were shown longer: mixture-cure curves, and predictions beyond the data.

    found = fits(table, "tap")                # five families on one RiskTable
    there = predict(found, 8000)              # Prediction | NoEffect
    there.shares["tap"]                       # Estimate: share of units, with interval; likewise "dismiss", "leave"
    there.attention_s                         # Estimate: mean seconds on the screen per unit
    there.extrapolated, there.from_ms         # whether N is beyond the data, and where the data end
    there.families                            # per family: AIC distance, whether it counts, its shares and seconds
    by_curve(found, found.within()[0])        # the best family's incidence at each ms of the data, to draw over them
    next_durations(found)                     # NextDurations | NoEffect: which display times to test, how many units each

Model: P(no tap before t, if nothing else ended anybody) = 1 − π G(t); π is the share that would ever tap and G one of
five families. The other causes are independent competing hazards. Up to the end of the data, `predict` reads the data and
asks no family. Beyond, the answer is the value of the family with the best AIC with the union of the intervals of all
families within 6 of it.
"""

from experiments.stats.cure.beyond import SUPPORTED, FamilyPrediction
from experiments.stats.cure.families import FAMILIES
from experiments.stats.cure.fitting import FEWEST, Fit, Fits, fit, fits
from experiments.stats.cure.next_durations import NextDuration, NextDurations, next_durations
from experiments.stats.cure.prediction import Prediction, by_curve, predict

__all__ = [
    "FAMILIES",
    "FEWEST",
    "SUPPORTED",
    "FamilyPrediction",
    "Fit",
    "Fits",
    "NextDuration",
    "NextDurations",
    "Prediction",
    "by_curve",
    "fit",
    "fits",
    "next_durations",
    "predict",
]
