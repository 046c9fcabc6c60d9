"""The metric kinds: each says what it needs to know of a unit and how two arms compare.

A new kind is one class in a file here, with its keys, `needs` and three answers from samples, and a place
in `AnyMetric`.
"""

from typing import Annotated

from pydantic import Field

from experiments.metrics.amounts import Margin, cap_of, margin_of
from experiments.metrics.conversion import Conversion
from experiments.metrics.incidence import CAUSES, Incidence, OfImpressions
from experiments.metrics.mean import Mean
from experiments.metrics.metric import Direction, Metric, Role, Sample, Unit
from experiments.metrics.needs import Anchor, Need, Reducer, Source, Window
from experiments.metrics.quantile import QuantileOfEvents
from experiments.metrics.ratio import RatioOfSums
from experiments.metrics.reach import Reach
from experiments.metrics.restricted_mean import RestrictedMean
from experiments.metrics.retention import Retention
from experiments.metrics.threshold import Threshold

AnyMetric = Annotated[
    Conversion
    | Reach
    | Mean
    | RatioOfSums
    | QuantileOfEvents
    | Incidence
    | RestrictedMean
    | Retention
    | Threshold,
    Field(discriminator="kind"),
]
KINDS = (
    "conversion", "funnel", "mean", "ratio", "quantile", "incidence", "restricted_mean", "retention", "threshold"
)  # fmt: skip

__all__ = [
    "CAUSES",
    "KINDS",
    "Anchor",
    "AnyMetric",
    "Conversion",
    "Direction",
    "Incidence",
    "Margin",
    "Mean",
    "Metric",
    "Need",
    "OfImpressions",
    "QuantileOfEvents",
    "RatioOfSums",
    "Reach",
    "Reducer",
    "RestrictedMean",
    "Retention",
    "Role",
    "Sample",
    "Source",
    "Threshold",
    "Unit",
    "Window",
    "cap_of",
    "margin_of",
]
