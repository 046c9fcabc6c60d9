"""One query, one answer: the arm that was displayed longest, read at every shorter time and fitted for longer ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from analysis.ask import cached
from analysis.display_limit.answers import DisplayLimitAnswer, FamilyFit, LimitPoint, Observed
from analysis.display_limit.several import dose, observed
from analysis.on_record import experiment_on_record
from analysis.outcomes import CAUSES, NO_OUTCOMES, Fate, Selection, outcomes
from analysis.watched import LONGEST_MS, arms_of, limits_of, timed, watched
from experiments.stats.cure import SUPPORTED, Fits, NextDurations, fits, next_durations, predict
from experiments.stats.dose import DoseResponse
from experiments.stats.effects import NoEffect
from experiments.stats.samples import RiskTable
from experiments.stats.survival.limit_choice import Choice, choose_limit

if TYPE_CHECKING:
    from ingest import Store

POINTS, BEYOND = 40, 8
_STEPS_MS = (10, 20, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000, 20_000)
_FINE_MS = (1, 5, 10, 20, 50, 100, 200, 500, 1000)


class DisplayLimitQuery(Selection):
    """Which impressions, which arm, and what the display time must keep.

    Args:
        impressions: Only each person's first one.
        arm: The arm that is read; None for the one with the longest display limit.
        tolerance: The share of the best taps that a shorter time may lose, in (0, 1).
        most_dismissals: The largest share of impressions that may be dismissed; None for no guardrail.
        reach_ms: How far to extrapolate; None for half as long again as was displayed.
        at_ms: Times to read at exactly.
    """

    impressions: Literal["first"] = "first"
    arm: str | None = None
    tolerance: float = Field(default=0.05, gt=0, lt=1)
    most_dismissals: float | None = Field(default=None, ge=0, le=1)
    reach_ms: PositiveInt | None = None
    at_ms: tuple[PositiveInt, ...] = ()

    @model_validator(mode="after")
    def _within_ten_minutes(self) -> Self:
        for name, ms in [("reach_ms", self.reach_ms or 1), *(("at_ms", ms) for ms in self.at_ms)]:
            if ms > LONGEST_MS:
                raise ValueError(
                    f"`{name}` is {ms}; must be at most {LONGEST_MS} (ten minutes); ask earlier."
                )
        return self


def answer(store: "Store", query: DisplayLimitQuery) -> DisplayLimitAnswer:
    """Say what every display time would bring, and name the shortest that keeps nearly all.

    Args:
        store: An open store.
        query: Which impressions, which arm, what to keep.

    Returns:
        The answer; what the log cannot support is a NoEffect in its place.

    Raises:
        ValueError: `arm` names no arm.
    """
    read = _read_once(store, query)
    times = () if read.table is None else _times(read.table.limit_ms, query.reach_ms)
    points, asked = (tuple(read.at(ms) for ms in some) for some in (times, query.at_ms))
    return DisplayLimitAnswer(
        arm=read.arm,
        n=0 if read.table is None else read.table.n,
        longest_ms=None if read.table is None else read.table.limit_ms,
        points=points,
        asked=asked,
        choice=_choice(read.found, query),
        tolerance=query.tolerance,
        most_dismissals=query.most_dismissals,
        families=read.families(),
        observed=read.observed,
        dose=read.dose,
        to_test=read.to_test,
        randomised=query.experiment is not None,
        experiment=query.experiment,
        by=query.by,
        cannot_say=read.found if isinstance(read.found, NoEffect) else None,
        observed_until=read.until,
        sql=read.sql,
        data_version=store.data_version(),
        synthetic=store.synthetic(),
    )


def reading(store: "Store", query: DisplayLimitQuery, ms: int) -> LimitPoint:
    """What one display time would bring, beside an answer that stands already.

    Args:
        store: An open store.
        query: The question of the answer; it must have points.
        ms: The display time, 1 or more.
    """
    return _read_once(store, query).at(ms)


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """The arm that is read, and the curves fitted to it; what every display time is answered from."""

    arm: str | None
    found: Fits | NoEffect
    observed: tuple[Observed, ...]
    dose: DoseResponse | NoEffect
    to_test: NextDurations | NoEffect
    until: datetime | None
    sql: str

    @property
    def table(self) -> RiskTable | None:
        return None if isinstance(self.found, NoEffect) else self.found.table

    def at(self, ms: int) -> LimitPoint:
        said = self.found if isinstance(self.found, NoEffect) else predict(self.found, ms)
        if isinstance(said, NoEffect):
            beyond = self.table is None or ms > self.table.limit_ms
            return LimitPoint(ms, said, said, said, said, extrapolated=beyond)
        taps, dismissals, leaves = (said.shares[cause] for cause in CAUSES)
        return LimitPoint(ms, taps, dismissals, leaves, said.attention_s, extrapolated=said.extrapolated)

    def families(self) -> tuple[FamilyFit, ...]:
        """The families fitted, best first; then those that were not, with the reason."""
        if isinstance(self.found, NoEffect):
            return ()
        ranked = self.found.within()
        fitted = [
            FamilyFit(
                one.family, one.aic - ranked[0].aic, one.share, one.aic - ranked[0].aic <= SUPPORTED, None
            )
            for one in ranked
        ]
        unfitted = [
            FamilyFit(name, None, None, supported=False, why_not=why)
            for name, why in self.found.found.items()
            if isinstance(why, NoEffect)
        ]
        return (*fitted, *unfitted)


def _read_once(store: "Store", query: DisplayLimitQuery) -> _Read:
    """Read and fit once for every tolerance, guardrail and display time that is asked about."""
    plain = DisplayLimitQuery.model_fields
    freed = {name: plain[name].default for name in ("tolerance", "most_dismissals", "reach_ms", "at_ms")}
    return cached(store, query.model_copy(update=freed), _read)


def _read(store: "Store", query: DisplayLimitQuery) -> _Read:
    until = query.observed_until or store.observed_until()
    declared = experiment_on_record(store, query.experiment)
    start = None if declared is None else declared.start
    reduced = NO_OUTCOMES if until is None else outcomes(store, query, until, exposed_from=start)
    arms = arms_of(reduced, declared)
    name, table = _longest(query.arm, arms)
    found = table if isinstance(table, NoEffect) else fits(table, "tap")
    seen = observed(arms)
    return _Read(
        arm=name,
        found=found,
        observed=seen,
        dose=dose(seen, declared),
        to_test=found if isinstance(found, NoEffect) else next_durations(found),
        until=until,
        sql=reduced.sql,
    )


def _longest(
    asked: str | None, fates: Mapping[str | None, Sequence[Fate]]
) -> tuple[str | None, RiskTable | NoEffect]:
    """The arm to read, and its endings up to its display limit."""
    if asked is not None and fates and asked not in fates:
        names = ", ".join(str(name) for name in fates)
        raise ValueError(f"`arm` is {asked!r}; must be one of {names}; name one of these arms.")
    rows = {name: timed(one) for name, one in fates.items() if asked in (None, name)}
    limits = {name: limits_of(one) for name, one in rows.items() if one}
    ends = {name: (limit.longest_ms, len(rows[name])) for name, limit in limits.items() if limit is not None}
    if not ends:
        return asked, _silent(fates)
    name = max(ends, key=lambda one: ends[one])
    end = min(ends[name][0], LONGEST_MS)
    # Who saw a shorter one may be other people: only those who were shown it so long (or longer) are read.
    table = watched(row for row in rows[name] if row.limit_ms is not None and row.limit_ms >= ends[name][0])
    return name, table.shortened(min(end, table.limit_ms))


def _silent(fates: Mapping[str | None, Sequence[Fate]]) -> NoEffect:
    if not fates:
        return NoEffect("taps.no_impressions", "No suggestion was shown under these conditions.")
    return NoEffect(
        "display_change.no_limit", "An arm has no impression with a display limit and a usable time."
    )


def _times(longest: int, reach: int | None) -> tuple[int, ...]:
    """Times to read at: an even grid up to the limit, the limit, and a few beyond it."""
    step = next((step for step in _STEPS_MS if step * POINTS >= longest), _STEPS_MS[-1])
    end = min(reach or longest + longest // 2, LONGEST_MS)
    further = [longest + (end - longest) * k // BEYOND for k in range(1, BEYOND + 1)] if end > longest else []
    return tuple(sorted({*range(step, longest, step), longest, *further}))


def _choice(found: Fits | NoEffect, query: DisplayLimitQuery) -> Choice | NoEffect:
    if isinstance(found, NoEffect):
        return found
    step = next((step for step in _FINE_MS if step * 100 >= found.table.limit_ms), _FINE_MS[-1])
    return choose_limit(found.table, min(step, found.table.limit_ms), query.tolerance, query.most_dismissals)
