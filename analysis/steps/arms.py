"""The arms of an experiment as groups of a funnel: who was exposed to which, and since when."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from analysis.ask import ask, sql_of
from analysis.on_record import experiment_on_record
from experiments.breakdown import ByVariant
from experiments.funnel import Funnel
from experiments.instants import EPOCH
from ingest.schema import unbound

if TYPE_CHECKING:
    from ingest import Store

CONTROL = "control"
SINCE, ARM = "exposed_ts", "exposed_arm"
_SQL = Path(__file__).with_suffix(".sql").read_text("utf-8")
_KNOWN = "SELECT DISTINCT experiment FROM exposures ORDER BY experiment"
_LAST = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Arms:
    """Who was exposed to an experiment.

    Args:
        exposed: (arm, persons exposed to it alone), control first, then as declared, then by name.
        several: Persons exposed to more than one arm; they are left out.
        sql: What ran.
    """

    exposed: tuple[tuple[str, int], ...]
    several: int
    sql: str


def with_start(store: "Store", funnel: Funnel) -> Funnel:
    """The funnel with its experiment's declared start, unless it gives one of its own.

    Args:
        store: An open store.
        funnel: The definition.

    Raises:
        ValueError: Nobody declared such an experiment, and nobody was exposed to it.
    """
    asked = funnel.variant
    if asked is None:
        return funnel
    declared = experiment_on_record(store, asked.experiment)
    known = ask(store, _KNOWN)["experiment"].to_pylist()
    if declared is None and asked.experiment not in known:
        named = ", ".join(known) or "none was exposed yet"
        raise ValueError(
            f"`variant.experiment` is {asked.experiment!r}; must be an experiment that people were exposed to "
            f"({named}); name one of them."
        )
    start = asked.from_ or (None if declared is None else declared.start)
    return funnel.model_copy(
        update={"variant": ByVariant.model_validate({"experiment": asked.experiment, "from": start})}
    )


def arms_of(store: "Store", funnel: Funnel, until: datetime | None) -> Arms | None:
    """How many persons were exposed to each arm; None if the funnel asks for no experiment.

    Args:
        store: An open store.
        funnel: The definition, with the start of its experiment.
        until: End of observation.
    """
    if funnel.variant is None:
        return None
    asked = {
        "experiment": funnel.variant.experiment,
        "since": funnel.variant.from_ or EPOCH,
        "until": until or _LAST,
    }
    rows = ask(store, _SQL, asked).to_pylist()
    found = {row["arm"]: int(row["persons"]) for row in rows}
    several = found.pop(None, 0)
    declared = experiment_on_record(store, funnel.variant.experiment)
    first = (
        [CONTROL] if declared is None else [declared.control.key, *(one.key for one in declared.treatments)]
    )
    named = dict.fromkeys(
        [*(first if declared is not None else [one for one in first if one in found]), *sorted(found)]
    )
    return Arms(tuple((arm, found.get(arm, 0)) for arm in named), several, sql_of(_SQL, asked))


def exposed(rows: ir.Table, funnel: Funnel, who: ir.Table | None = None) -> ir.Table:
    """The rows of persons exposed to one arm alone, each with the arm and the moment of the first exposure.

    Args:
        rows: Events with a column `person`.
        funnel: The definition, with the start of its experiment; without an experiment the rows stay as they are.
        who: Columns exposed_person, exposed_ts and exposed_arm of those who take part; as the store keeps them if None.
    """
    asked = funnel.variant
    if asked is None:
        return rows
    who = _as_stored(asked, funnel.observed_until) if who is None else who
    joined: ir.Table = rows.inner_join(who, rows.person == who.exposed_person)
    return joined


def _as_stored(asked: ByVariant, observed_until: datetime | None) -> ir.Table:
    seen = unbound("exposures")
    bounds = [seen.experiment == asked.experiment, seen.variants == 1]
    if asked.from_ is not None:
        bounds.append(seen.ts >= instant(asked.from_))
    if observed_until is not None:
        bounds.append(seen.ts <= instant(observed_until))
    return seen.filter(*bounds).select(
        exposed_person=seen.person, exposed_ts=seen.ts, exposed_arm=seen.variant
    )


def instant(moment: datetime) -> ir.Value:
    """An instant as a question compares it with `ts`."""
    return ibis.literal(moment.astimezone(UTC), type="timestamp('UTC')")
