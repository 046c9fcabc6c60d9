"""One query, one answer: the sides of a comparison step by step, and every difference with its interval."""

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analysis.contrast.answers import ContrastAnswer, Difference, Side, SideStep
from analysis.contrast.asked import ContrastQuery
from analysis.contrast.sides import Part, Sides, sides_of
from analysis.steps import Walked, walk_funnel
from analysis.steps.episodes import episodes, step_names, until_step
from experiments.funnel import Funnel
from experiments.stats.clusters import Clusters, difference, rate, relative_difference
from experiments.stats.conversion import conversion
from experiments.stats.effects import Effect, Estimate, NoEffect
from experiments.stats.multiplicity import holm

if TYPE_CHECKING:
    from ingest import Store

Ints = NDArray[np.int64]
_ALONE = ("this", "previous", "period", "segment")
"""Sides that have a walk of their own."""


def answer(store: "Store", query: ContrastQuery) -> ContrastAnswer:
    """Compare the sides at every step, over all who entered.

    The denominator is unconditional: everybody who entered. Of each side only entries whose window was over when
    observation ended count, so a young period is not held against an old one that had more time. Intervals are Newcombe's
    where every unit is another person; where persons have several units, or stand on both sides, they know it
    (`experiments.stats.clusters`). The p-values are adjusted together (Holm). Groups and periods are as people chose them:
    a difference is no effect of anything, unless units were randomised.

    Args:
        store: An open store.
        query: Which funnel, against what.

    Raises:
        ValueError: A condition cannot be asked of its field, or no unit stands in a named group.
    """
    found = sides_of(store, query)
    asked, clusters = query.against, _Clustered(found)
    first = found.walks[0].walked
    steps = range(max(asked.step or 2, 2), len(query.funnel.steps) + 1)
    compared = [
        (side, other, step, difference(*pair), relative_difference(*pair))
        for side, other in found.pairs
        for step in steps
        for pair in [(clusters.at(other, step), clusters.at(side, step))]
    ]
    adjusted = iter(holm([one.p_value for _, _, _, one, _ in compared if isinstance(one, Effect)]))
    return ContrastAnswer(
        kind=asked.kind,
        sides=tuple(_side(store, k, found, clusters) for k in range(len(found.parts))),
        differences=tuple(
            Difference(side, other, step, one, relative, next(adjusted) if isinstance(one, Effect) else None)
            for side, other, step, one, relative in compared
        ),
        unit=query.funnel.unit,
        within_s=query.funnel.within_us / 1e6,
        clustered=clusters.shared,
        shared=_shared(found, asked.step) if asked.step is not None else None,
        young=sum(one.young for one in found.walks) if len(found.walks) == 1 else None,
        cannot_say=None if any(part.mine.any() for part in found.parts) else _nobody(),
        timezone=query.funnel.timezone,
        observed_until=first.observed_until,
        sql=found.sql,
        data_version=first.data_version,
        synthetic=first.synthetic,
    )


class _Clustered:
    """Units and hits of every person, side by side."""

    def __init__(self, found: Sides) -> None:
        self._found = found
        self._units = [self._counted(part, None) for part in found.parts]
        self.shared = any((self._units[a] + self._units[b] > 1).any() for a, b in found.pairs)

    def at(self, side: int, step: int) -> Clusters:
        """The side at a step."""
        return Clusters(self._units[side], self._counted(self._found.parts[side], step))

    def persons(self, side: int) -> int:
        """Persons behind the side's units."""
        return int((self._units[side] > 0).sum())

    def _counted(self, part: Part, step: int | None) -> Ints:
        walked = self._found.walks[part.walk].walked
        chosen = part.mine if step is None else part.mine & walked.reached(step)
        return np.bincount(self._found.codes[part.walk][chosen], minlength=self._found.persons)


def _side(store: "Store", place: int, found: Sides, clusters: _Clustered) -> Side:
    part = found.parts[place]
    walk = found.walks[part.walk]
    names = step_names(walk.funnel)
    units = [int(np.count_nonzero(part.mine & walk.walked.reached(k))) for k in range(1, len(names) + 1)]
    return Side(
        key=part.key,
        name=part.name,
        start=walk.funnel.from_,
        end=walk.funnel.to,
        entered=int(np.count_nonzero(part.mine)),
        young=walk.young if len(found.walks) > 1 else None,
        persons=clusters.persons(place),
        steps=tuple(
            SideStep(name, units[k - 1], rate(clusters.at(place, k)), _from_previous(walk.walked, units, k))
            for k, name in enumerate(names, 1)
        ),
        corrected=_corrected(store, found.asked[part.walk]) if part.key in _ALONE and walk.young else None,
    )


def _corrected(store: "Store", funnel: Funnel) -> Estimate | NoEffect | None:
    """The share that comes to the last step, young entries among them; None where several chains of a unit count."""
    if funnel.count == "chains":
        return None
    last = len(funnel.steps)
    waits, came, _ = episodes(walk_funnel(store, until_step(funnel, last)), last, funnel.within_us)
    curve = conversion(waits, came)
    return curve if isinstance(curve, NoEffect) else curve.at(funnel.within_us)


def _from_previous(walked: Walked, units: list[int], step: int) -> float | None:
    before = units[walked.before(step) - 1]
    return units[step - 1] / before if before else None


def _shared(found: Sides, step: int) -> int:
    """Units that reached the step in several of the walks."""
    reached = [one.walked.keys.filter(pa.array(one.walked.reached(step))).unique() for one in found.walks]
    times = pc.value_counts(pa.concat_arrays(reached))
    return int(np.count_nonzero(times.field("counts").to_numpy() > 1))


def _nobody() -> NoEffect:
    return NoEffect(
        "contrast_nobody",
        "Nobody entered early enough for the window to be over; there is nothing to compare yet.",
    )
