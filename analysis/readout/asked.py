"""What is asked of the readout: an experiment (on record or inline) over the log, or a table of counts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from analysis.readout.table import TableColumns
from experiments import Experiment

Split = Literal["copy_id", "design_id", "display_ms", "platform", "device", "os_version", "app_version"]
PLACES = ("platform", "device", "os_version", "app_version")


def _written_as(value: object) -> str:
    return "key" if isinstance(value, str) else "definition"


Subject = Annotated[
    Annotated[str, Tag("key")] | Annotated[Experiment, Tag("definition")], Discriminator(_written_as)
]


class ReadoutQuery(BaseModel):
    """One question to the readout: give `experiment` or `table`, not both.

    Args:
        experiment: key of an experiment on record, or the whole definition.
        table: rows of counts instead of a log; read by `columns`.
        columns: which column of `table` says what.
        observed_until: end of observation; None means the latest event of the store.
        by: a property of the impression to take the arms from, where no exposures were logged; a variant is the
            value in its payload, else its key. Such arms are observational: no decision is drawn.
        platform, device, os_version, app_version: keep only units whose first exposure says so.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    experiment: Subject | None = None
    table: tuple[dict[str, str | int | float], ...] | None = None
    columns: TableColumns = Field(default_factory=TableColumns)
    observed_until: AwareDatetime | None = None
    by: Split | None = None
    platform: str | None = None
    device: str | None = None
    os_version: str | None = None
    app_version: str | None = None

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if (self.experiment is None) == (self.table is None):
            raise ValueError(
                "`experiment` and `table` are both given or both missing; must be one of them; "
                "name an experiment or hand over a table of counts."
            )
        if self.table is not None and (self.by or self.observed_until or any(self.places.values())):
            raise ValueError(
                "`table` stands beside a filter; must stand alone; a table holds no log to filter."
            )
        return self

    @property
    def places(self) -> dict[str, str | None]:
        """The filters by column name; None keeps everything."""
        return {name: getattr(self, name) for name in PLACES}


Persons = Literal["events_main", "events_keyed", "events"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question made definite: the experiment itself, and an end of observation.

    Args:
        experiment: the plan.
        observed_until: the end of observation.
        by: a property of the impression to take the arms from instead of exposures.
        places: filters on where a unit was at its first exposure.
        persons: where events of persons are read: under their integer key where the store has given every row one.
        as_stored: read who was exposed as the store keeps it; else from the exposures one by one.
    """

    experiment: Experiment
    observed_until: datetime
    by: Split | None
    places: dict[str, str]
    persons: Persons = "events"
    as_stored: bool = False
