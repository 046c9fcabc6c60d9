"""The nouns of the answer: precision per group, latency per group against its budgets."""

from dataclasses import dataclass
from datetime import datetime

from analysis.models.query import Group
from experiments.stats.agreement import Precision
from experiments.stats.effects import Estimate, NoEffect

Said = Estimate | NoEffect
SUGGESTION_MS = 50.0
"""Within which a suggestion must stand after the photo."""


@dataclass(frozen=True, slots=True)
class PrecisionRow:
    """How often the predictions of one group were right, as far as anybody checked.

    Args:
        group: one value per column of `precision_by`; None = no value. Empty for the row over all.
        n: predictions.
        precision: correct / verified with Wilson's interval and bounds, or why there is none.
    """

    group: Group
    n: int
    precision: Precision | NoEffect


@dataclass(frozen=True, slots=True)
class Budget:
    """The share of inferences that took at most `ms`, with Wilson's interval."""

    ms: float
    within: Said


@dataclass(frozen=True, slots=True)
class LatencyRow:
    """How long the inferences of one group took, at one temperature.

    Args:
        group: one value per column of `latency_by`; None = no value. Empty for the row over all.
        temperature: "cold" (first inference after loading), "warm", or None where the log does not say.
        n: inferences with a usable latency.
        quantiles: (0.5, 0.9, 0.95, 0.99) each with its value in ms and distribution-free interval.
        budgets: the share within each budget.
    """

    group: Group
    temperature: str | None
    n: int
    quantiles: tuple[tuple[float, Said], ...]
    budgets: tuple[Budget, ...]

    def quantile(self, share: float) -> Said:
        """One of the quantiles."""
        return dict(self.quantiles)[share]

    @property
    def budget(self) -> Budget:
        """The budget that is told first: a suggestion's, else the tightest that was asked for."""
        return next((one for one in self.budgets if one.ms == SUGGESTION_MS), self.budgets[0])


@dataclass(frozen=True, slots=True)
class ModelsAnswer:
    """Precision and latency of the models on phones.

    Args:
        precision_by, latency_by: columns that the rows are split by.
        among: "shown" (predictions that were suggested to somebody) or "all".
        precision_overall: over all groups.
        precision: per group, largest first.
        latency_overall: over all groups, per temperature.
        latency: per group and temperature, groups in order of size.
        budgets_ms: the budgets.
        without_latency: inferences without a usable latency.
        without_label: inferences without a predicted label, which precision leaves out.
        groups_left_out: groups beyond the largest fifty, left out of precision and latency each.
        observed_until: end of observation; None if nothing has landed.
        sql: the SQL that ran.
        data_version: version of the data.
        synthetic: whether any load was declared synthetic.
    """

    precision_by: tuple[str, ...]
    latency_by: tuple[str, ...]
    among: str
    precision_overall: PrecisionRow
    precision: tuple[PrecisionRow, ...]
    latency_overall: tuple[LatencyRow, ...]
    latency: tuple[LatencyRow, ...]
    budgets_ms: tuple[float, ...]
    inferences: int
    without_latency: int
    without_label: int
    groups_left_out: int
    observed_until: datetime | None
    sql: str
    data_version: str
    synthetic: bool
