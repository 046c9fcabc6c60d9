"""Which stored rows a funnel reads, where the names of events and their moments tell it all."""

from dataclasses import dataclass

from experiments.funnel import Funnel
from experiments.instants import later, us_of
from ingest.events import BACKGROUND


@dataclass(frozen=True, slots=True)
class Lookup:
    """What is read, without SQL.

    Args:
        masks: Bit k-1 of an event's number: it serves step k.
        others: Do events without a number come too, except those of `background`?
        background: Events that never come, unless they have a number.
        rows: First and last microsecond of the rows, ends included; None without bound.
        start: Microseconds from which, and before which, a row may serve step 1; the walk asks for itself where the
            funnel is not ordered.
        by: The field that the funnel is split by; None without split.
    """

    masks: dict[str, int]
    others: bool
    background: frozenset[str]
    rows: tuple[int | None, int | None]
    start: tuple[int | None, int | None]
    by: str | None


def lookup_of(funnel: Funnel) -> Lookup | None:
    """What a funnel reads, if names of events and moments tell it; None if it has conditions or further options.

    Args:
        funnel: The definition; its unit is the person.
    """
    asks_more = funnel.where or funnel.variant is not None or any(step.where for step in funnel.steps)
    by = () if funnel.breakdown is None else funnel.breakdown.by
    if asks_more or not funnel.bare or len(by) > 1:
        return None
    masks: dict[str, int] = {}
    for k, step in enumerate(funnel.steps):
        if step.events is None:
            return None
        for event in step.events:
            masks[event] = masks.get(event, 0) | 1 << k
    last = [] if funnel.to is None else [us_of(later(funnel.to, funnel.within_us))]
    if funnel.observed_until is not None:
        last.append(us_of(funnel.observed_until))
    since, until = (None if moment is None else us_of(moment) for moment in (funnel.from_, funnel.to))
    return Lookup(
        masks=masks,
        others=funnel.order == "strict",
        background=BACKGROUND - masks.keys(),
        rows=(since, min(last, default=None)),
        start=(since, until) if funnel.plain else (None, None),
        by=by[0] if by else None,
    )
