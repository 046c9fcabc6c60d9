"""The small values of a mapping file: zones, time formats, lengths of time, conditions."""

import re
from functools import cache
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictStr,
    model_validator,
)

Scalar = StrictBool | int | float | StrictStr
Unit = Literal["ms", "s", "m", "h", "d"]

EPOCHS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
"""Epoch formats, each with its microseconds."""

MICROSECONDS: dict[str, int] = {
    "ms": 1_000,
    "s": 1_000_000,
    "m": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
}

_DIRECTIVE = re.compile(r"%(-?.)")
_DIRECTIVES = frozenset("aAbBdfHIjmMpSyYz%") | {"-d", "-m", "-H", "-I", "-M", "-S", "-j"}
_DURATION = re.compile(r"(-?)(\d+(?:\.\d+)?)(ms|s|m|h|d)", re.ASCII)


class Strict(BaseModel):
    """The base of every table of a mapping file: frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


@cache
def _zones() -> frozenset[str]:
    """The names of the IANA list, looked up on disk once: it takes a hundred times as long as reading a mapping."""
    return frozenset(available_timezones())


def _zone(name: str) -> str:
    if name not in _zones():
        raise ValueError("must be a zone of the IANA list, such as UTC or Asia/Tokyo")
    return name


def _time_format(text: str) -> str:
    used = set(_DIRECTIVE.findall(text))
    if text == "iso" or text in EPOCHS or (used and used <= _DIRECTIVES and used & {"Y", "y"}):
        return text
    raise ValueError(
        "must be iso, epoch_s, epoch_ms, epoch_us or a pattern with the year, such as %Y-%m-%d %H:%M:%S"
    )


def _duration(text: str) -> str:
    if not _DURATION.fullmatch(text):
        raise ValueError("must be a length of time such as 30s, -30s, 250ms, 5m, 2h or 1d")
    return text


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _as_condition(value: object) -> object:
    if isinstance(value, list):
        return {"in": value}
    return value if isinstance(value, dict) else {"eq": value}


def _as_shift(value: object) -> object:
    return {"by": value} if isinstance(value, str) else value


Zone = Annotated[str, AfterValidator(_zone)]
TimeFormats = Annotated[
    tuple[Annotated[str, AfterValidator(_time_format)], ...],
    BeforeValidator(_one_or_more),
    Field(min_length=1),
]


class Condition(Strict):
    """What a value must satisfy, all of it; a missing value satisfies only `is_null = true`."""

    eq: Scalar | None = None
    ne: Scalar | None = None
    in_: tuple[Scalar, ...] | None = Field(default=None, alias="in")
    not_in: tuple[Scalar, ...] | None = None
    lt: float | None = None
    le: float | None = None
    gt: float | None = None
    ge: float | None = None
    is_null: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Condition":
        if not self.model_fields_set:
            raise ValueError('must say something, such as "yes", ["yes", "no"] or { ge = 2 }')
        return self


class Shift(Strict):
    """Moves the time of an event made from a row: by a fixed length, or by the length that a column holds."""

    by: Annotated[str, AfterValidator(_duration)] | None = None
    column: str | None = Field(default=None, min_length=1)
    unit: Unit = "ms"
    back: bool = False

    @model_validator(mode="after")
    def _one_length(self) -> "Shift":
        if (self.by is None) == (self.column is None):
            raise ValueError('must be a length such as "-30s", or name a `column` that holds one')
        return self

    def fixed_us(self) -> int | None:
        """The fixed length in µs, negative if backwards; None if a column gives it."""
        found = _DURATION.fullmatch(self.by or "")
        if found is None:
            return None
        length = round(float(found[2]) * MICROSECONDS[found[3]])
        return -length if bool(found[1]) != self.back else length


Conditioned = Annotated[Condition, BeforeValidator(_as_condition)]
Shifted = Annotated[Shift, BeforeValidator(_as_shift)]
