"""Suggestion attempts reduced in SQL: how many of each group met which fate."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from analysis.ask import ask, sql_of

if TYPE_CHECKING:
    from analysis.losses.answers import Group
    from ingest import Store

Column = Literal[
    "platform", "device", "os_version", "app_version", "model_version", "conversion", "delegate"
]  # fmt: skip
SQL = Path(__file__).with_name("losses.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Fates:
    """Fate -> attempts, for every group; and the SQL that ran."""

    groups: "Mapping[Group, Mapping[str, int]]"
    sql: str


def fates(store: "Store", params: Mapping[str, object]) -> Fates:
    """Count the fates of the suggestion attempts of every group.

    Args:
        store: An open store.
        params: The values of the statement's parameters.
    """
    groups: dict[Group, dict[str, int]] = {}
    for row in ask(store, SQL, params).to_pylist():
        groups.setdefault(tuple(row["group"]), {})[row["fate"]] = row["n"]
    return Fates(groups, sql_of(SQL, params))
