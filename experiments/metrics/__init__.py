"""The metric kinds: each says what it needs to know of a unit and how two arms compare.

A new kind is one class in a file here, with its keys, `needs` and three answers from samples, and a place
in `AnyMetric`.
"""

from typing import Annotated

from pydantic import Field

from experiments.metrics.conversion import Conversion
from experiments.metrics.incidence import CAUSES, Incidence
from experiments.metrics.mean import Mean
from experiments.metrics.metric import Direction, Margin, Metric, Role, Sample, Unit, margin_of
from experiments.metrics.needs import Anchor, Need, Reducer, Source, Window

AnyMetric = Annotated[Conversion | Mean | Incidence, Field(discriminator="kind")]
KINDS = ("conversion", "mean", "incidence")

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
    "Reducer",
    "Role",
    "Sample",
    "Source",
    "Unit",
    "Window",
    "margin_of",
]
