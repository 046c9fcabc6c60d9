"""One query, one answer: outcomes, histogram and incidences of every arm, and what differs between them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Self

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from analysis import by_person
from analysis.by_person import People
from analysis.on_record import experiment_on_record
from analysis.outcomes import NO_OUTCOMES, Fate, Selection, outcomes
from analysis.person_scan import people
from analysis.time_to_tap.answers import TapsAnswer
from analysis.time_to_tap.arms import Asked, arm_of, late_of, table_of
from analysis.time_to_tap.comparisons import differences, notes_of, own_limit, tail_of
from analysis.watched import LONGEST_MS, Limits, arms_of, control_of, limits_of, regime, timed
from experiments.stats.effects import NoEffect
from experiments.stats.samples import RiskTable

if TYPE_CHECKING:
    from ingest import Store


class TapsQuery(Selection):
    """Which impressions, split how, and where to read the curves.

    Args:
        bin_ms: width of the histogram's bins, 10 ms to one minute.
        horizon_ms: where arms are compared; None means the shortest display limit among them.
        at_ms: further times to read the curves at, exactly.
        control: the arm that others are compared with; None means the one called `control`, else the one the
            experiment's record declares, else (also for observational splits) the largest.
    """

    bin_ms: int = Field(default=500, ge=10, le=60_000)
    horizon_ms: PositiveInt | None = None
    at_ms: tuple[NonNegativeInt, ...] = ()
    control: str | None = None

    @model_validator(mode="after")
    def _within_ten_minutes(self) -> Self:
        asked = [("horizon_ms", self.horizon_ms or 0), *(("at_ms", ms) for ms in self.at_ms)]
        for name, ms in asked:
            if ms > LONGEST_MS:
                raise ValueError(
                    f"`{name}` is {ms}; must be at most {LONGEST_MS} (ten minutes); ask earlier."
                )
        return self


def answer(store: "Store", query: TapsQuery) -> TapsAnswer:
    """Say what became of the suggestions and when.

    Args:
        store: an open store.
        query: which impressions, which arms, where to read.

    Returns:
        The answer; what the log cannot support is a NoEffect in its place.

    Raises:
        ValueError: `control` names no arm.
    """
    until = query.observed_until or store.observed_until()
    declared = experiment_on_record(store, query.experiment)
    start = None if declared is None else declared.start
    reduced = NO_OUTCOMES if until is None else outcomes(store, query, until, exposed_from=start)
    fates = arms_of(reduced, declared)
    control = control_of(query.control, query.experiment, declared, fates)
    horizon_ms, shortest_ms = _horizon(query, [limits_of(rows) for rows in fates.values()])
    asked = Asked(query.bin_ms, query.at_ms, horizon_ms, shortest_ms)
    told = None
    if until is not None and fates and query.impressions == "all":
        told = people_of(store, query, until, start, fates, asked)
    arms = tuple(arm_of(name, rows, asked, told) for name, rows in fates.items())
    return TapsAnswer(
        arms=tuple(sorted(arms, key=lambda arm: arm.name != control)) if query.experiment else arms,
        control=control if len(arms) > 1 else None,
        randomised=query.experiment is not None,
        experiment=query.experiment,
        by=query.by,
        impressions=query.impressions,
        horizon_ms=horizon_ms,
        bin_ms=query.bin_ms,
        differences=differences(arms, fates, control, horizon_ms, told),
        tail=tail_of(arms) if arms else nothing(query.experiment),
        arms_left_out=len(reduced.arms()) - len(arms),
        before_exposure=reduced.before_exposure,
        several_variants=reduced.several_variants,
        not_exposed=reduced.not_exposed,
        notes=notes_of(arms, reduced, told),
        observed_until=until,
        sql=reduced.sql if told is None else f"{reduced.sql}\n\n{told.sql}",
        data_version=store.data_version(),
        synthetic=store.synthetic(),
    )


def people_of(
    store: "Store",
    query: TapsQuery,
    until: datetime,
    start: datetime | None,
    fates: Mapping[str | None, Sequence[Fate]],
    asked: Asked,
) -> People:
    """What persons add to the uncertainty of every arm and of what differs between them.

    Args:
        store: an open store.
        query: the question.
        until: end of observation.
        start: start of the experiment, if any.
        fates: the rows of each arm; one arm or more.
        asked: what is asked of every arm.
    """
    late = {name: late_of(rows, asked.shortest_ms) for name, rows in fates.items()}
    tables = {name: table_of(rows) for name, rows in fates.items()}
    known = {name: table for name, table in tables.items() if isinstance(table, RiskTable)}
    end = own_limit(limits_of(rows) for rows in fates.values())
    ended = {name: regime(timed(fates[name]), end) for name in known}
    every = by_person.Asked(late, known, asked.horizon_ms or 0, ended, end)
    return people(store, query, until, start, every)


def nothing(experiment: str | None) -> NoEffect:
    """Why there is no arm at all."""
    if experiment is None:
        return NoEffect("taps.no_impressions", "No suggestion was shown under these conditions.")
    return NoEffect(
        "taps.no_exposures",
        f"No suggestion was shown to anybody exposed to the experiment {experiment}.",
        (("experiment", experiment),),
    )


def _horizon(query: TapsQuery, limits: Sequence[Limits | None]) -> tuple[int | None, int | None]:
    """Where arms are compared, and the shortest display limit of all."""
    known = [limit for limit in limits if limit is not None]
    if not known:
        return None, None
    horizon = query.horizon_ms or min(min(limit.longest_ms for limit in known), LONGEST_MS)
    return horizon, min(limit.shortest_ms for limit in known)
