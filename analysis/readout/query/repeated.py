"""Units of which several belong to one person: what each person's units sum to, arm by arm."""

from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.ask import ask, sql_of
from analysis.readout.asked import Asked
from analysis.readout.query.asking import Asking
from analysis.readout.query.samples import values_of_units
from experiments.stats.by_person import PersonSums

if TYPE_CHECKING:
    from ingest import Store

ByPerson = dict[str, dict[str, PersonSums]]


def by_person(store: "Store", asked: Asked, asking: tuple[Asking, ...]) -> tuple[ByPerson, str]:
    """What the matured units of each person sum to, and the SQL that ran.

    Args:
        store: an open store.
        asked: the experiment, the end of observation and the filters.
        asking: metrics whose sums are read.

    Returns:
        Metric key -> variant key -> sums, all of the same persons in the same order; the statement.
    """
    question = _statement(asked, asking)
    table = ask(store, question)
    persons = table["person"].combine_chunks().dictionary_encode()
    who = persons.indices.to_numpy()
    arms = pc.index_in(
        table["arm"], pa.array([variant.key for variant in asked.experiment.variants])
    ).to_numpy()
    found: ByPerson = {}
    for k, one in enumerate(asking):
        found[one.metric.key] = {}
        for place, variant in enumerate(asked.experiment.variants):
            here = arms == place
            sums = np.zeros((3, len(persons.dictionary)))
            names = (
                f"n_{k}",
                f"sum_{k}_0",
                f"sum_{k}_{len(one.needs) - 1}" if len(one.needs) == 2 else f"n_{k}",
            )
            for row, name in enumerate(names):
                sums[row, who[here]] = table[name].cast(pa.float64()).to_numpy()[here]
            found[one.metric.key][variant.key] = PersonSums(sums[0].astype(np.int64), sums[1], sums[2])
    return found, sql_of(question)


def _statement(asked: Asked, asking: tuple[Asking, ...]) -> ir.Table:
    """One row per person and arm: per metric k n_k units whose window has ended, and the sums of their values."""
    seen = values_of_units(asked, asking)
    kept = seen.filter(seen.known, seen.arms == 1, seen.unit.notnull())
    columns: dict[str, Any] = {}
    for k, one in enumerate(asking):
        matured = kept[f"matured_{k}"]
        columns[f"n_{k}"] = matured.sum()
        for a, name in enumerate(one.columns[: len(one.needs)]):
            value = kept[name].cast("float64").sum(where=matured)
            columns[f"sum_{k}_{a}"] = ibis.coalesce(value, 0.0)
    person = ibis.coalesce(kept.person, kept.unit.cast("string"))
    return kept.group_by("arm", person=person).agg(**columns)
