"""YAML with its lines: every value knows where it stands, and no key may stand twice."""

import math
from dataclasses import dataclass

import yaml

from ingest.verification.run import Malformed


@dataclass(frozen=True, slots=True)
class Place:
    """A value of a YAML file.

    Args:
        name: its key, or its place in a list.
        line: where it begins, 1-based.
        node: what PyYAML read.
    """

    name: str
    line: int
    node: yaml.Node

    def members(self) -> "dict[str, Place]":
        """Its keys.

        Raises:
            Malformed: it has none, or a key stands twice.
        """
        if not isinstance(self.node, yaml.MappingNode):
            raise Malformed(
                self.line, f"`{self.name}` has no keys; must be a mapping; check its indentation."
            )
        found: dict[str, Place] = {}
        for key, value in self.node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in found:
                raise Malformed(
                    line,
                    f"`{name}` stands twice in {self.name} (first in line {found[name].line}); must stand once; remove one.",
                )
            found[name] = Place(name, line, value)
        return found

    def items(self) -> "list[Place]":
        """Its items.

        Raises:
            Malformed: it is no list.
        """
        if not isinstance(self.node, yaml.SequenceNode):
            raise Malformed(self.line, f"`{self.name}` is no list; must be one; check its indentation.")
        return [Place(self.name, one.start_mark.line + 1, one) for one in self.node.value]

    def member(self, name: str) -> "Place":
        """One of its keys, which must stand.

        Raises:
            Malformed: it does not.
        """
        found = self.members().get(name)
        if found is None:
            raise Malformed(
                self.line, f"`{name}` is missing in {self.name}; must stand; check that the file is whole."
            )
        return found

    def text(self) -> str | None:
        """What is written; None for null or nothing.

        Raises:
            Malformed: it has keys or items.
        """
        if not isinstance(self.node, yaml.ScalarNode):
            raise Malformed(
                self.line, f"`{self.name}` is no plain value; must be one; check its indentation."
            )
        return None if self.node.tag == "tag:yaml.org,2002:null" else str(self.node.value)

    def number(self) -> float:
        """A finite number, 0 or more.

        Raises:
            Malformed: it is something else.
        """
        told = self.text()
        try:
            value = math.nan if told is None else float(told)
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and value >= 0):
            raise Malformed(
                self.line, f"`{self.name}` is {told!r}; must be a number, 0 or more; check the line."
            )
        return value


def document(text: str) -> Place:
    """The one document of a file.

    Args:
        text: YAML.

    Raises:
        Malformed: it is no YAML, nothing, or its last line is cut.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as broken:
        mark = getattr(broken, "problem_mark", None)
        line = 1 if mark is None else mark.line + 1
        problem = getattr(broken, "problem", None) or "cannot be read"
        raise Malformed(line, f"`file` is no YAML ({problem}); must be; check that it is whole.") from broken
    if node is None:
        raise Malformed(1, "`file` is empty; must tell something; check that it is the right one.")
    if not text.endswith("\n"):
        last = text.count("\n") + 1
        raise Malformed(
            last, "the last line has no end; must end with a line feed; check that the file is whole."
        )
    return Place("file", 1, node)
