"""One query, one answer: every arm against control, on each person's first impression."""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from analysis.display_change.answers import DisplayChangeAnswer
from analysis.display_change.pairs import last_second, pair
from analysis.on_record import experiment_on_record
from analysis.outcomes import NO_OUTCOMES, Selection, outcomes
from analysis.watched import arms_of, control_of, else_different
from experiments.stats.effects import NoEffect
from experiments.stats.survival.hazard_agreement import MOST_PARTS

if TYPE_CHECKING:
    from ingest import Store


class DisplayChangeQuery(Selection):
    """Which impressions, split how, and against which arm.

    Args:
        impressions: Only each person's first one: later ones have learnt how long the suggestion stands.
        control: The arm that others are compared with; None as on the page of taps.
        parts: Equal parts of the common time in which hazards are compared too, 1 to 8.
    """

    impressions: Literal["first"] = "first"
    control: str | None = None
    parts: int = Field(default=4, ge=1, le=MOST_PARTS)


def answer(store: "Store", query: DisplayChangeQuery) -> DisplayChangeAnswer:
    """Say whether arms agree while they saw the same, and what their different display times did.

    Args:
        store: An open store.
        query: Which impressions, which arms.

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
    others = [name for name in fates if name != control] if control in fates else []
    seconds = [last_second(name, rows) for name, rows in fates.items()]
    return DisplayChangeAnswer(
        pairs=tuple(
            pair(
                (control, fates[control]),
                (name, fates[name]),
                query.parts,
                else_different(declared, control, name),
            )
            for name in others
        ),
        last_seconds=tuple(one for one in seconds if one is not None),
        control=control if others else None,
        randomised=query.experiment is not None,
        experiment=query.experiment,
        by=query.by,
        cannot_say=None if fates else _nothing(),
        observed_until=until,
        sql=reduced.sql,
        data_version=store.data_version(),
        synthetic=store.synthetic(),
    )


def _nothing() -> NoEffect:
    return NoEffect("taps.no_impressions", "No suggestion was shown under these conditions.")
