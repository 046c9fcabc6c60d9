"""Impression -> (arm, fate, ms, limit, n): what became of each impression, reduced in SQL.

A fate is one of: tap, dismiss, leave, expired; open (no ending yet, the pop-up may stand); lost (no ending
though its display limit has passed). Times are whole milliseconds, rounded down.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self

import pyarrow as pa
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PositiveFloat, model_validator

from analysis.ask import ask, sql_of
from analysis.steps.cohorts import on_record, refuse_beside

if TYPE_CHECKING:
    from ingest import Store

Split = Literal[
    "copy_id",
    "design_id",
    "display_ms",
    "language",
    "nth",
    "platform",
    "device",
    "os_version",
    "app_version",
    "timeout",
]
Impressions = Literal["first", "all"]
CAUSES = ("tap", "dismiss", "leave")
FATES = (*CAUSES, "expired", "open", "lost")
_SQL = Path(__file__).with_name("outcome_sql")
_NOT_BY_TIME = ("platform", "device", "os_version", "app_version", "copy_id", "design_id", "display_ms")
_CELL, _UNMARKED = 4, (0, 0, 0)
_LEFT_OUT = ("before_exposure", "several_variants", "not_exposed")


class Selection(BaseModel):
    """Which impressions, split into which arms, seen until when.

    Args:
        experiment: key of an experiment; arms are its variants, impressions count from the exposure on.
        by: a column to split by instead; such arms are observational, not randomised. "nth" is the impression's number
            among all of its person (1, 2, 3, 4+) and says something only beside impressions="all"; "timeout" is whether
            the platform's accessibility setting asks for longer than the display time N (>N, ≤N).
        platform, device, os_version, app_version, copy_id, design_id, display_ms: keep only this value.
        cohort: keep impressions of the persons in this saved list; not beside `experiment`.
        from, to: keep impressions shown in [from, to).
        observed_until: end of observation; None means the latest event of the store.
        impressions: "first" keeps each person's first impression of the selection, so that units are independent;
            "all" keeps every one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    experiment: str | None = None
    by: Split | None = None
    platform: str | None = None
    device: str | None = None
    os_version: str | None = None
    app_version: str | None = None
    copy_id: str | None = None
    design_id: str | None = None
    display_ms: PositiveFloat | None = None
    cohort: str | None = None
    from_: AwareDatetime | None = Field(default=None, alias="from")
    to: AwareDatetime | None = None
    observed_until: AwareDatetime | None = None
    impressions: Impressions = "first"

    @model_validator(mode="after")
    def _one_kind_of_arms(self) -> Self:
        refuse_beside(self.cohort, self.experiment)
        if self.experiment is not None and self.by is not None:
            raise ValueError(
                f"`by` is {self.by!r}; must be absent beside `experiment`, whose variants are the arms; "
                "remove one of the two."
            )
        if self.from_ is not None and self.to is not None and self.from_ >= self.to:
            raise ValueError(f"`from` is {self.from_}; must be before `to` ({self.to}); swap the two.")
        return self


class Fate(NamedTuple):
    """Impressions of one arm that met the same fate at the same millisecond under the same display limit.

    A tuple, because there may be a hundred thousand of them.

    Args:
        arm: the arm's name; None is "no value" of the column split by.
        limit_ms: display limit, or None if the log has none.
        fate: tap | dismiss | leave | expired | open | lost.
        ms: time of the ending, or the time watched so far (open); None where the log has no usable time.
        n: impressions.
        by_timestamps: how many of them have their time from timestamps, not from the device's clock.
        conflicts: further suggestion_shown events with their ids.
        after_limit: endings rejected because they came more than 250 ms after the limit.
    """

    arm: str | None
    limit_ms: int | None
    fate: str
    ms: int | None
    n: int
    by_timestamps: int
    conflicts: int
    after_limit: int


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The reduced impressions of a selection.

    Args:
        fates: sorted by arm (no value last), limit, fate, ms.
        before_exposure: impressions left out because they were shown before their person's exposure.
        several_variants: impressions left out because their person saw several variants of the experiment.
        not_exposed: impressions left out because their person was never exposed to the experiment.
        sql: the statement that ran, with its parameters.
    """

    fates: tuple[Fate, ...]
    before_exposure: int
    several_variants: int
    not_exposed: int
    sql: str

    def arms(self) -> tuple[str | None, ...]:
        """Names of the arms, each once, "no value" last."""
        return tuple(dict.fromkeys(row.arm for row in self.fates))

    def of(self, arm: str | None) -> tuple[Fate, ...]:
        """The rows of one arm."""
        return tuple(row for row in self.fates if row.arm == arm)


NO_OUTCOMES = Outcomes((), 0, 0, 0, "")


def outcomes(
    store: "Store", selection: Selection, observed_until: datetime, *, exposed_from: datetime | None = None
) -> Outcomes:
    """Reduce the impressions of a selection to their fates.

    Args:
        store: an open store.
        selection: which impressions, which arms.
        observed_until: end of observation, with a time zone. Endings after it have not happened yet: such an
            impression is open at min(observed_until − shown, display limit). One without any ending is open
            at observed_until − shown if that is below its limit (or it has none), otherwise lost.
        exposed_from: start of the experiment: earlier exposures do not count.

    Returns:
        The fates, and what was left out of them.

    Raises:
        ValueError: there is no such cohort.
    """
    on_record(store, selection.cohort)
    sql, params = (
        statement(selection, "cells", "classified", "counted"),
        values(selection, observed_until, exposed_from),
    )
    marks = _marks(store, selection, params)
    rows = [
        Fate._make((*row, *marks.get(row[:_CELL], _UNMARKED)) if marks else (*row, *_UNMARKED))
        for row in _rows(ask(store, sql, params))
    ]
    left_out = {row.fate: row.n for row in rows if row.fate in _LEFT_OUT}
    arms: dict[str | None, list[Fate]] = {}
    for row in rows:
        if row.fate not in left_out:
            arms.setdefault(row.arm, []).append(row)
    fates = tuple(row for arm in sorted(arms, key=_in_order) for row in arms[arm])
    before, several, never = (left_out.get(name, 0) for name in _LEFT_OUT)
    return Outcomes(fates, before, several, never, sql_of(sql, params))


def _marks(
    store: "Store", selection: Selection, params: dict[str, object]
) -> dict[tuple[object, ...], tuple[int, ...]]:
    """(arm, limit, fate, ms) -> by_timestamps, conflicts and after_limit, where any of them is above 0."""
    if ask(store, (_SQL / "any_marked.sql").read_text("utf-8")).num_rows == 0:
        return {}
    found = _rows(ask(store, statement(selection, "each", "classified", "marked"), params))
    return {row[:_CELL]: row[_CELL:] for row in found}


def _rows(told: pa.Table) -> Iterator[tuple[Any, ...]]:
    return zip(*(column.to_pylist() for column in told.columns), strict=True)


def statement(selection: Selection, *told: str) -> str:
    """The SQL of a selection: which impressions, what was seen of them, and the files of outcome_sql that tell it.

    Args:
        selection: which impressions, which arms.
        told: names of the files that come after: cells or each, classified, and what is asked of them.
    """
    by_time = all(getattr(selection, name) is None for name in _NOT_BY_TIME)
    kept = "all" if selection.impressions == "all" else "first_by_time" if by_time else "first_by_rank"
    return "".join((_SQL / f"{name}.sql").read_text("utf-8") for name in ("placed", kept, "seen", *told))


def values(
    selection: Selection, observed_until: datetime, exposed_from: datetime | None
) -> dict[str, object]:
    """The values of the statement's parameters; arguments as in `outcomes`."""
    asked: dict[str, object] = selection.model_dump(
        include=set(Selection.model_fields) - {"impressions"}, by_alias=True
    )
    return asked | {"observed_until": observed_until, "exposed_from": exposed_from}


def _in_order(arm: str | None) -> tuple[bool, int, str]:
    first = (arm or "").removesuffix("+")
    return arm is None, int(first) if first.isdecimal() else 0, arm or ""
