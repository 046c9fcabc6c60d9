"""JSON that a tool wrote, with the lines where something is wrong: its shape, its keys, its numbers."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ingest.verification.run import Malformed

Json = Mapping[str, Any]
Shape = Mapping[str, Any]
"""Key -> the shape of an object, a list with the shape of its items, or None for a plain value; of keys that matter."""


@dataclass(frozen=True, slots=True)
class Where:
    """A benchmark's place in the text, to say in which line something is wrong."""

    text: str
    start: int

    def line(self, key: str = "") -> int:
        """Where a key of it stands first; where it begins, if it has no such key."""
        found = self.text.find(f'"{key}"', self.start) if key else self.start
        return self.text[: found if found >= 0 else self.start].count("\n") + 1


def read_json(text: str, shape: Shape) -> tuple[Json, Where]:
    """A JSON object of a known shape.

    Args:
        text: the file.
        shape: what its keys hold; keys that it does not name may hold anything.

    Raises:
        Malformed: it is no whole JSON, a key stands twice in an object, a number is not finite, or a key holds something else.
    """
    where = Where(text, 0)
    try:
        told = json.loads(
            text,
            parse_constant=lambda name: _refused(text, name),
            object_pairs_hook=lambda pairs: _once(text, pairs),
        )
    except json.JSONDecodeError as broken:
        raise Malformed(
            broken.lineno, f"`file` is no whole JSON ({broken.msg}); must be; check that it is not cut."
        ) from broken
    _fits(where, told, shape, "file")
    return told, where


def _fits(where: Where, told: object, shape: object, name: str) -> None:
    """Does a value have its shape? What is missing or null does."""
    if told is None:
        return
    wanted = Mapping if isinstance(shape, Mapping) else list if isinstance(shape, list) else None
    found = Mapping if isinstance(told, Mapping) else list if isinstance(told, list) else None
    if wanted is not found:
        kinds = {Mapping: "an object", list: "a list", None: "a plain value"}
        raise Malformed(
            where.line(name),
            f"`{name}` is {kinds[found]}; must be {kinds[wanted]}; look for lines that were moved.",
        )
    if isinstance(told, Mapping) and isinstance(shape, Mapping):
        for key, inner in shape.items():
            _fits(where, told.get(key), inner, key)
    elif isinstance(told, list) and isinstance(shape, list):
        for one in told:
            _fits(where, one, shape[0], name)


def _refused(text: str, name: str) -> float:
    line = text[: text.find(name)].count("\n") + 1
    raise Malformed(line, f"`number` is {name}; must be finite; mend the file.")


def _once(text: str, pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys stand once; of one that does not, the nearest two of that key are meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        key = next(name for place, (name, _) in enumerate(pairs) if name in dict(pairs[:place]))
        places = [match.start() for match in re.finditer(re.escape(json.dumps(key)), text)]
        again = min(pairwise(places), key=lambda two: two[1] - two[0])[1]
        line = text[:again].count("\n") + 1
        raise Malformed(line, f"`{key}` stands twice in one object; must stand once; remove one.")
    return found


def must(where: Where, told: Json, name: str) -> Any:  # noqa: ANN401 -- JSON: its shape was checked
    """The value of a key that must stand.

    Raises:
        Malformed: it does not, or is null.
    """
    if told.get(name) is None:
        raise Malformed(where.line(name), f"`{name}` is missing; must be told; check that the file is whole.")
    return told[name]


def positive(where: Where, told: Json, name: str) -> float:
    """A finite number, 0 or more, that must stand.

    Raises:
        Malformed: it does not, or is something else.
    """
    value = must(where, told, name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise Malformed(
            where.line(name), f"`{name}` is {value!r}; must be a number, 0 or more; check the file."
        )
    return float(value)
