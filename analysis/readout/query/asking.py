"""What the metrics of one experiment ask of events, each need with its place among all needs."""

from dataclasses import dataclass

from analysis.readout.asked import Asked
from experiments.metrics import Metric, Need, QuantileOfEvents, cap_of


@dataclass(frozen=True, slots=True)
class Asking:
    """One metric of events.

    Args:
        metric: the metric.
        places: where its needs stand among all needs.
        needs: what it must know of each unit.
        cap: the share of all arms' values above which they are capped.
        looked_back: is what units did in the 14 days before their exposure read too?
        adjusted: is it adjusted by that, and by whether a unit did anything then?
    """

    metric: Metric
    places: tuple[int, ...]
    needs: tuple[Need, ...]
    cap: float | None
    looked_back: bool
    adjusted: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns whose sums make up its sample: its values, then what was before the exposure."""
        values = tuple(f"value_{place}" for place in self.places)
        before = tuple(f"before_{place}" for place in self.places) if self.looked_back else ()
        return (*values, *before, "history") if self.adjusted else (*values, *before)

    def whole(self, column: str) -> bool:
        """Does a column hold whole numbers? Their sums are exact."""
        if column == "history":
            return True
        if self.cap is not None:
            return False
        need = self.needs[self.places.index(int(column.rpartition("_")[2]))]
        return need.reducer != "sum" or (need.binary and column.startswith("value"))


def askings(asked: Asked) -> tuple[Asking, ...]:
    """The metrics that need events, in the plan's order."""
    found: list[Asking] = []
    taken = 0
    for metric in asked.experiment.metrics:
        needs = metric.needs()
        if any(need.source != "events" or need.reducer == "below" for need in needs):
            continue
        cap = getattr(metric, "cap", None)
        places = tuple(range(taken, taken + len(needs)))
        share = None if cap is None else cap_of(cap)
        back = asked.experiment.unit == "user" and asked.by is None
        found.append(Asking(metric, places, needs, share, back, asked.experiment.adjusts(metric)))
        taken += len(needs)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Ranked:
    """One metric of a quantile: the values themselves are read.

    Args:
        metric: the metric.
        need: what it must know of each unit.
    """

    metric: QuantileOfEvents
    need: Need


def rankings(asked: Asked) -> tuple[Ranked, ...]:
    """The metrics that need the values themselves, in the plan's order."""
    return tuple(
        Ranked(metric, metric.needs()[0])
        for metric in asked.experiment.metrics
        if isinstance(metric, QuantileOfEvents)
    )
