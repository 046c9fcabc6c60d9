"""The shape of a mapping file. Reading it touches no log: columns are checked when a log is opened."""

import codecs
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError, model_validator

from ingest.events import TIME_FIELDS
from ingest.formats.mapping.sentences import MappingError, sentence
from ingest.formats.mapping.values import (
    Condition,
    Conditioned,
    Scalar,
    Shift,
    Shifted,
    Strict,
    TimeFormats,
    Zone,
)

Format = Literal["csv", "tsv", "parquet", "ndjson"]


def _encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        raise ValueError("must be an encoding of text, such as utf-8, cp932, euc-jp or latin-1") from None
    return codecs.lookup(name).name


class Source(Strict):
    """How the file is written; the format, if absent, follows from the file's name (`.csv`, `.tsv.gz`, …)."""

    format: Format | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    quote: str = Field(default='"', max_length=1)
    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8"
    header: bool = True
    columns: tuple[str, ...] = ()
    skip: int = Field(default=0, ge=0, le=10_000)
    null: tuple[str, ...] = ("",)

    @model_validator(mode="after")
    def _named_columns(self) -> "Source":
        if self.header == bool(self.columns):
            raise ValueError("must name the columns once; write header = false together with columns = [...]")
        return self


class Time(Strict):
    """How times are written, unless a field says otherwise."""

    format: TimeFormats = ("iso",)
    zone: Zone | None = None


class FieldRule(Strict):
    """Where the value of an event field comes from (a column, a constant, a template), and how it is read."""

    column: str | None = Field(default=None, min_length=1)
    constant: Scalar | None = None
    template: str | None = Field(default=None, min_length=1)
    values: dict[str, Scalar] = Field(default_factory=dict)
    otherwise: Literal["keep", "empty", "reject"] = "keep"
    type: Literal["text", "number", "boolean", "json"] | None = None
    format: TimeFormats | None = None
    zone: Zone | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> "FieldRule":
        if sum(origin is not None for origin in (self.column, self.constant, self.template)) != 1:
            raise ValueError("must have exactly one of `column`, `constant` and `template`")
        if self.otherwise != "keep" and not self.values:
            raise ValueError("must list `values` if it has `otherwise`")
        if self.constant is not None and (self.values or self.type):
            raise ValueError("must be the constant alone, without `values` or `type`")
        return self


def _as_rule(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


Rule = Annotated[FieldRule, BeforeValidator(_as_rule)]


class EventRule(Strict):
    """One event made from a row: when it is made, its name, and the fields it adds to the common ones."""

    event: str | None = Field(default=None, min_length=1)
    when: dict[str, Conditioned] = Field(default_factory=dict)
    shift: Shifted | None = None
    fields: dict[str, Rule] = Field(default_factory=dict)


class Mapping(Strict):
    """How one foreign log becomes events; docs/mapping.md shows it by examples."""

    source: Source = Source()
    time: Time = Time()
    unmapped: Literal["keep", "drop"] = "keep"
    fields: dict[str, Rule] = Field(default_factory=dict)
    events: tuple[EventRule, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> "Mapping":
        for number, rule in enumerate(self.rules(), start=1):
            _check_event(f"[[events]] number {number}" if self.events else "[fields]", rule.fields)
        return self

    def rules(self) -> tuple[EventRule, ...]:
        """The events a row makes, each with all its fields: the common ones, overlaid with its own."""
        return tuple(self._with_common_fields(rule) for rule in self.events or (EventRule(),))

    def _with_common_fields(self, rule: EventRule) -> EventRule:
        named = {} if rule.event is None else {"event": FieldRule(constant=rule.event)}
        return rule.model_copy(update={"fields": {**self.fields, **named, **rule.fields}})


def _check_event(where: str, fields: dict[str, FieldRule]) -> None:
    for wanted in ("event", "ts"):
        if wanted not in fields:
            raise ValueError(f"must say in {where} where `{wanted}` comes from")
    if not {"user_id", "anonymous_id"} & set(fields):
        raise ValueError(f"must say in {where} where `user_id` or `anonymous_id` comes from")
    for name, rule in fields.items():
        if name not in TIME_FIELDS and (rule.format or rule.zone):
            raise ValueError(
                f"must give `format` and `zone` only to times ({', '.join(TIME_FIELDS)}), not to `{name}`"
            )
        if name == "properties" and rule.column is None:
            raise ValueError("must name for `properties` a column that holds an object")


_TABLES: dict[str, type[BaseModel]] = {
    "": Mapping,
    "source": Source,
    "time": Time,
    "fields": FieldRule,
    "events": EventRule,
    "when": Condition,
    "shift": Shift,
}


def read_mapping(path: Path) -> Mapping:
    """Read and check a mapping file.

    Args:
        path: a TOML file in UTF-8.

    Returns:
        The mapping.

    Raises:
        MappingError: the file cannot be read, is not TOML, has an unknown key, or says something impossible;
            one sentence a fault.
    """
    try:
        body: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise MappingError(
            f"`mapping` is {path}; must be a readable file; check its path ({fault.strerror})"
        ) from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise MappingError(f"`mapping` is {path}; must be TOML in UTF-8; correct it: {fault}") from fault
    try:
        return Mapping.model_validate(body)
    except ValidationError as fault:
        raise MappingError(
            "\n".join(sentence(path.name, problem, _TABLES) for problem in fault.errors())
        ) from fault
