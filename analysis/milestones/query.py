"""Attempts of flows and exposed people, as arrays: one row per attempt, one per person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.ask import ask, sql_of
from experiments.instants import EPOCH, us_of
from ingest.flows import Flow

if TYPE_CHECKING:
    from ingest import Store

NAMES = ("intent", "recognised", "chosen", "result")
"""What flows of different shape share, in order."""
_HERE = Path(__file__).parent
_LAST = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """Attempts whose intent lies in [start, end), seen until `until`, followed for `within_us` microseconds.

    With a cohort only those of its members.
    """

    start: datetime | None
    end: datetime | None
    until: datetime
    within_us: int
    cohort: str | None = None

    @property
    def open_after_us(self) -> int:
        """Attempts that begin after this instant (microseconds) could still get a result after `until`."""
        return us_of(self.until) - self.within_us


@dataclass(frozen=True, slots=True)
class Attempts:
    """Attempts of one flow, ordered by person and intent.

    Args:
        people: who, one per attempt.
        times: (attempts, 4) microseconds of intent, recognised, chosen, result; NaN where not reached.
        actions: taps and photos up to the result.
        absent: milestones that have no step of their own in the flow.
    """

    people: NDArray[np.object_]
    times: NDArray[np.float64]
    actions: NDArray[np.int64]
    absent: frozenset[str]

    def of(self, chosen: NDArray[np.bool_]) -> "Attempts":
        """Some of them."""
        return Attempts(self.people[chosen], self.times[chosen], self.actions[chosen], self.absent)


class Reader:
    """Reads, and keeps the SQL that ran."""

    def __init__(self, store: "Store") -> None:
        """Nothing is read yet."""
        self._store = store
        self.ran: list[str] = []

    def attempts(self, flow: Flow, period: Period) -> Attempts:
        """Every attempt of a flow.

        Args:
            flow: a flow with the four milestones.
            period: which attempts, followed how long.
        """
        steps = {name: list(flow.milestones[name]) for name in NAMES}
        absent = frozenset(b for a, b in pairwise(NAMES) if steps[a] == steps[b])
        asked = {name: [] if name in absent else events for name, events in steps.items()}
        names = sorted({event for events in steps.values() for event in events} | set(flow.actions))
        rows = self._rows(
            "attempts",
            {
                **asked,
                "flow": flow.name,
                "names": names,
                "actions": list(flow.actions),
                "within_us": period.within_us,
                "from": period.start or EPOCH,
                "to": period.end or _LAST,
                "until": period.until,
                "cohort": period.cohort,
            },
        )
        return Attempts(
            people=rows["person"].to_numpy(object),
            times=rows[list(NAMES)].to_numpy(np.float64),
            actions=rows["actions"].to_numpy(np.int64),
            absent=absent,
        )

    def exposed(self, experiment: str, start: datetime | None, until: datetime) -> pd.DataFrame:
        """Who was exposed: person, arm (the first), ts (microseconds), variants (arms seen)."""
        return self._rows("exposed", {"experiment": experiment, "start": start or EPOCH, "until": until})

    def untold(self, flows: tuple[Flow, ...], until: datetime, cohort: str | None) -> int:
        """Attempts that do not say of which flow they are; with a cohort those of its members."""
        intents = sorted({event for flow in flows for event in flow.milestones["intent"]})
        found = self._rows("untold", {"intent": intents, "until": until, "cohort": cohort})
        return int(found["attempts"].iloc[0])

    def _rows(self, name: str, params: Mapping[str, object]) -> pd.DataFrame:
        sql = (_HERE / f"{name}.sql").read_text("utf-8")
        self.ran.append(sql_of(sql, params))
        found: pd.DataFrame = ask(self._store, sql, params).to_pandas()
        return found
