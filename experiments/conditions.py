"""Conditions on the fields of an event, and the strict shape that every part of a definition shares."""

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, ClassVar, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    SerializerFunctionWrapHandler,
    Tag,
    model_serializer,
    model_validator,
)


def _scalar(value: object) -> object:
    """A value to compare with: text, a finite number, true or false; a moment is read as its ISO text."""
    if isinstance(value, datetime):
        _offset(value)
        return value.isoformat()
    comparable = isinstance(value, bool | int | float | str)
    if not comparable or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError(
            f"`where` has the value {value!r}; must be text, a finite number or true/false; "
            "write { in = [...] } for several values, { is_null = true } for none."
        )
    return value


def _bound(value: object) -> object:
    truth = isinstance(value, bool)
    if truth:
        raise ValueError(
            f"`where` has the bound {value!r}; must be a number or a moment; write the bare value."
        )
    return _scalar(value)


def _offset(value: object) -> object:
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError(
            f"`{value.isoformat()}` has no offset; must carry one; write {value.isoformat()}+09:00."
        )
    return value


def _kind(value: object) -> str:
    return "operators" if isinstance(value, Mapping | Operators) else "value"


Moment = Annotated[AwareDatetime, BeforeValidator(_offset)]
Scalar = Annotated[bool | int | float | str, BeforeValidator(_scalar)]
Bound = Annotated[int | float | str, BeforeValidator(_bound)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Shape(BaseModel):
    """What every part of a definition shares: it is frozen and answers an unknown key with a sentence."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)

    noun: ClassVar[str] = "this"
    later: ClassVar[tuple[str, ...]] = ()

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, given: object) -> object:
        if isinstance(given, Mapping):
            known = [field.alias or name for name, field in cls.model_fields.items()]
            for key, value in given.items():
                if key in cls.later:
                    raise ValueError(f"`{key}` is {value!r}; must be left out; Kazasu has no `{key}` yet.")
                if key not in known:
                    raise ValueError(
                        f"`{key}` is not a key of {cls.noun}; must be one of {', '.join(known)}; correct it."
                    )
        return given


class Operators(Shape):
    """What one field must fulfil, all operators together; a missing value satisfies only `is_null = true`.

    Args:
        ge: At least; also `le`, `gt`, `lt`. Numbers compare as numbers; text is a moment, for fields of time.
        ne: There, and not this value.
        in_: `in` in a file: one of these values.
        contains: Text with this piece in it.
        is_null: true if it must be missing, false if it must be there.
    """

    noun: ClassVar[str] = "a condition"

    ge: Bound | None = None
    le: Bound | None = None
    gt: Bound | None = None
    lt: Bound | None = None
    ne: Scalar | None = None
    in_: Annotated[tuple[Scalar, ...], Field(min_length=1)] | None = Field(default=None, alias="in")
    contains: Name | None = None
    is_null: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if all(value is None for _, value in self.given()):
            raise ValueError(
                "`where` has a condition without operator; must have one; write for example { ge = 2 }."
            )
        return self

    @model_serializer(mode="wrap")
    def _only_given(self, whole: SerializerFunctionWrapHandler) -> dict[str, object]:
        return {key: value for key, value in whole(self).items() if value is not None}

    def given(self) -> Iterator[tuple[str, object]]:
        """Every operator by its name in a file, with its value (None: not given)."""
        for name, field in type(self).model_fields.items():
            yield field.alias or name, getattr(self, name)


Condition = Annotated[
    Annotated[Operators, Tag("operators")] | Annotated[Scalar, Tag("value")], Discriminator(_kind)
]
Where = dict[Name, Condition]
