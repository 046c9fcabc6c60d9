"""One query, one answer: precision from confirmed labels, latency quantiles and budgets, per group."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PositiveFloat

from analysis.ask import ask, sql_of
from analysis.models import query as reduced
from analysis.models.answers import ModelsAnswer, PrecisionRow
from analysis.models.latency import by_name, latency_rows
from analysis.models.query import Column, Group, LabelCounts
from analysis.steps.cohorts import of_cohort, on_record
from experiments.stats.agreement import precision

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ingest import Store

PRECISION_BY: tuple[Column, ...] = ("model_version",)
LATENCY_BY: tuple[Column, ...] = ("device", "delegate", "conversion")
MOST_GROUPS = 50


class ModelsQuery(BaseModel):
    """Which inferences, split how, against which budgets.

    Args:
        by: columns to split both precision and latency by; None splits precision by model version and latency
            by device, delegate and conversion.
        model, model_version, conversion, delegate, platform, device, os_version, app_version: keep only this
            value.
        cohort: keep inferences of the persons in this saved list.
        among: precision among the predictions that were shown as a suggestion ("shown"), or among all.
        budgets_ms: latency budgets; a latency equal to a budget keeps it. Left out: a frame of a camera at 30 a second (33 ms), a
            suggestion on a photo (50 ms), what feels immediate (100 ms), and what does not break a thought (1 s).
        from, to: keep inferences in [from, to).
        observed_until: end of observation; None means the latest event of the store.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, protected_namespaces=())

    by: tuple[Column, ...] | None = Field(default=None, max_length=4)
    model: str | None = None
    model_version: str | None = None
    conversion: str | None = None
    delegate: str | None = None
    platform: str | None = None
    device: str | None = None
    os_version: str | None = None
    app_version: str | None = None
    cohort: str | None = None
    among: Literal["shown", "all"] = "shown"
    budgets_ms: tuple[PositiveFloat, ...] = Field(
        default=(33.0, 50.0, 100.0, 1000.0), min_length=1, max_length=5
    )
    from_: AwareDatetime | None = Field(default=None, alias="from")
    to: AwareDatetime | None = None
    observed_until: AwareDatetime | None = None


def answer(store: "Store", query: ModelsQuery) -> ModelsAnswer:
    """Say how often the models are right and how fast they are.

    Args:
        store: an open store.
        query: which inferences, split how, against which budgets.

    Returns:
        The answer; where nothing was verified or measured there is a NoEffect. Labels count as far as they
        are known now, also those confirmed after the end of observation.

    Raises:
        ValueError: there is no such cohort.
    """
    on_record(store, query.cohort)
    until = query.observed_until or store.observed_until()
    reader = _Reader(store)
    table = _selected(query, until)
    precision_by = PRECISION_BY if query.by is None else query.by
    latency_by = LATENCY_BY if query.by is None else query.by
    totals = reader.rows(reduced.totals(table))[0]
    overall, _ = latency_rows(reader.rows, table, (), query.budgets_ms, 1)
    by_group, left_out = latency_rows(reader.rows, table, latency_by, query.budgets_ms, MOST_GROUPS)
    labelled = [
        LabelCounts(tuple(row[name] for name in precision_by), row["n"], row["verified"], row["correct"])
        for row in reader.rows(reduced.label_counts(table, precision_by, only_shown=query.among == "shown"))
    ]
    return ModelsAnswer(
        precision_by=precision_by,
        latency_by=latency_by,
        among=query.among,
        precision_overall=_precision((), labelled),
        precision=_precision_rows(labelled),
        latency_overall=overall,
        latency=by_group,
        budgets_ms=query.budgets_ms,
        inferences=totals["n"],
        without_latency=totals["n"] - totals["timed"],
        without_label=totals["n"] - totals["labelled"],
        groups_left_out=left_out + max(len(labelled) - MOST_GROUPS, 0),
        observed_until=until,
        sql=reader.sql,
        data_version=store.data_version(),
        synthetic=store.synthetic(),
    )


def _selected(query: ModelsQuery, until: datetime | None) -> "ir.Table":
    filters = [(name, getattr(query, name)) for name in reduced.FILTERS]
    wanted = [(name, value) for name, value in filters if value is not None]
    return of_cohort(reduced.inferences(wanted, query.from_, query.to, until), query.cohort)


def _precision_rows(labelled: Sequence[LabelCounts]) -> tuple[PrecisionRow, ...]:
    by_size = sorted(labelled, key=lambda counts: (-counts.n, by_name(counts.group)))
    return tuple(_precision(counts.group, [counts]) for counts in by_size[:MOST_GROUPS])


def _precision(group: Group, labelled: Sequence[LabelCounts]) -> PrecisionRow:
    n, verified = sum(c.n for c in labelled), sum(c.verified for c in labelled)
    return PrecisionRow(group, n, precision(sum(c.correct for c in labelled), verified, n - verified))


class _Reader:
    """Runs the room's questions on one store and keeps the SQL that really ran."""

    def __init__(self, store: "Store") -> None:
        self._store = store
        self._ran: list[str] = []

    def rows(self, expr: "ir.Table") -> list[dict[str, Any]]:
        """Run one question; one dict a row."""
        self._ran.append(sql_of(expr))
        found: list[dict[str, Any]] = ask(self._store, expr).to_pylist()
        return found

    @property
    def sql(self) -> str:
        """What ran so far, statements parted by blank lines."""
        return "\n\n".join(self._ran)
