"""Only units of a cohort: by a semi-join where rows are sorted anyway, else by looking stored keys up, in stored order."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from analysis.ask import ask, cached, sql_of
from experiments.funnel import Funnel
from ingest.cohorts import cohort
from ingest.schema import unbound

if TYPE_CHECKING:
    from ingest import Store

Bools = NDArray[np.bool_]


def of_cohort(rows: ir.Table, name: str | None) -> ir.Table:
    """The rows of a cohort's members; a semi-join, so the order is lost.

    Args:
        rows: Rows with a column `person`.
        name: What the cohort is called; None keeps all.
    """
    if name is None:
        return rows
    members = unbound("cohort_members")
    named = members.filter(members.cohort == name).select("person")
    return rows.semi_join(named, "person")


def stored_members(store: "Store", name: str | None) -> Bools | None:
    """For every stored key of a person, whether the person is in the cohort; asked once per version of the data.

    Args:
        store: An open store.
        name: What the cohort is called; None asks for none.

    Returns:
        One flag a key; None without cohort.
    """
    if name is None:
        return None
    cohort(store, name)
    facts = store.facts()
    asked = _Members(cohort=name, version=facts.data_version)
    if not facts.clustered:  # keys that a merge is about to give anew are not kept
        return _flags(store, asked)
    return cached(store, asked, _flags)


def kept(store: "Store", funnel: Funnel, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The rows of the funnel's cohort, in their order; rows under another unit than a stored key were chosen in SQL.

    Args:
        store: An open store.
        funnel: The definition; without cohort every row stays.
        batches: Rows with a column `unit`.
    """
    members = stored_members(store, funnel.cohort)
    for batch in batches:
        unit = batch["unit"]
        if members is None or not pa.types.is_integer(unit.type):
            yield batch
        else:
            yield batch.filter(pa.array(_chosen(unit.to_numpy(), members)))


def _chosen(keys: NDArray[np.int32], members: Bools) -> Bools:
    """Whose keys are members'; a key that came with a load meanwhile is none (the walk then starts again)."""
    known = keys < len(members)
    chosen: Bools = np.zeros(len(keys), np.bool_)
    chosen[known] = members[keys[known]]
    return chosen


def on_record(store: "Store", name: str | None) -> None:
    """Refuse a cohort that is not there.

    Args:
        store: An open store.
        name: What it is called; None asks for none.

    Raises:
        ValueError: There is none of that name, or its file is gone.
    """
    if name is not None:
        cohort(store, name)


def refuse_beside(name: str | None, experiment: str | None) -> None:
    """Refuse a cohort beside an experiment: who is in it may depend on what the arms did, so they are not comparable.

    Args:
        name: What the cohort is called; None where none is asked for.
        experiment: The experiment; None where none is asked for.

    Raises:
        ValueError: Both are there.
    """
    if name is not None and experiment is not None:
        raise ValueError(
            f"`cohort` is {name!r} beside an experiment; must be left out, for who is in it may depend on what the "
            "arms did; ask for one of the two."
        )


def members_sql(name: str, *, clustered: bool = True) -> str | None:
    """The question for the stored keys of a cohort's members; None where the rows are chosen by themselves."""
    return _question(name) if clustered else None


def _question(name: str) -> str:
    return sql_of(of_cohort(unbound("person_keys"), name).select("person_key"))


class _Members(BaseModel):
    model_config = ConfigDict(frozen=True)
    cohort: str
    version: str


def _flags(store: "Store", asked: _Members) -> Bools:
    from analysis.steps.reading import stored_units

    flags = np.zeros(stored_units(store), np.bool_)
    flags[ask(store, _question(asked.cohort))["person_key"].to_numpy()] = True
    return flags
