"""Which delegate ran a model: what was asked for, and what the tool says that it really applied."""

import re
from dataclasses import dataclass, field

from ingest.verification.run import Malformed

_KNOWN = "gpu|nnapi|legacy nnapi|xnnpack|hexagon|coreml|edgetpu"
_ASKED = re.compile(rf"\bUse ({_KNOWN}) ?: \[(\w+)\]", re.IGNORECASE)
_EXTERNAL = re.compile(r"External delegate path ?: \[(.+?)\]")
_RAN = re.compile(r"(?:Explicitly a|\bA)pplied (\w+) delegate\b")
_IDLE = re.compile(r"Though (\w+) delegate is explicitly applied, the model graph will not")
_ABSENT = re.compile(
    r"(\w+) (?:acceleration|delegate) (?:is unsupported|isn't supported|is not supported)|Could not create (\w+) delegate"
)
_DEFAULT = re.compile(r"Created TensorFlow Lite XNNPACK delegate for CPU|\bXNNPACK delegate created")
_NODES = re.compile(r"Replacing \d+ out of \d+ node\(s\) with delegate \(([^)]*)\)")
_BY_NODES = (
    ("xnnpack", re.compile("xnnpack", re.IGNORECASE)), ("nnapi", re.compile("nnapi", re.IGNORECASE)),
    ("gpu", re.compile(r"gpu|_cl\b|_gl\b|metal|opencl|drift", re.IGNORECASE)),
    ("hexagon", re.compile("hexagon", re.IGNORECASE)), ("coreml", re.compile("core_?ml", re.IGNORECASE)),
    ("edgetpu", re.compile("edge_?tpu", re.IGNORECASE)), ("npu", re.compile("dispatch", re.IGNORECASE)),
)  # fmt: skip
"""Parts of the names that delegates give themselves where nodes are replaced."""


@dataclass(slots=True)
class Delegates:
    """What the lines of a run say of delegates.

    Args:
        asked: By which line each was asked for.
        refused: Which were asked not to be used.
        ran: Which took part of the graph at least, in order.
        idle: Which took none of it, or are not there at all.
        default: Whether XNNPACK stood ready for the processor's part.
        nodes: Which replaced nodes of the graph.
        library: Where an external delegate lies; None if none is to be used.
    """

    asked: dict[str, int] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    ran: list[str] = field(default_factory=list)
    idle: set[str] = field(default_factory=set)
    default: bool = False
    nodes: list[str] = field(default_factory=list)
    library: str | None = None

    def note(self, at: int, line: str) -> bool:
        """Take in a line; whether it says anything of what was applied.

        Args:
            at: its number.
            line: without colours.
        """
        asked = _ASKED.search(line)
        if asked is not None:
            name = asked.group(1).lower().removeprefix("legacy ")
            if asked.group(2).lower() in ("1", "true"):
                self.asked.setdefault(name, at)
            else:
                self.refused.add(name)
            return False
        external = _EXTERNAL.search(line)
        if external is not None:
            self.asked.setdefault("external", at)
            self.library = external.group(1)
            return False
        idle, ran, absent = _IDLE.search(line), _RAN.search(line), _ABSENT.search(line)
        if idle is not None:
            self.idle.add(idle.group(1).lower())
        elif ran is not None:
            self.ran.append(ran.group(1).lower())
        elif absent is not None:
            self.idle.add(next(part for part in absent.groups() if part).lower())
        elif _DEFAULT.search(line):
            self.default = True
        elif (nodes := _NODES.search(line)) is not None:
            self.nodes += [name for name, own in _BY_NODES if own.search(nodes.group(1))][:1]
        else:
            return False
        return True

    def name(self, *, must_say: bool) -> str | None:
        """What ran the model: the delegates that took part of it, else XNNPACK if it stood ready; None if nobody says.

        A delegate that was asked for but took nothing did not run it: the tool falls back to the processor without failing.

        Args:
            must_say: whether this version says of each delegate that it was applied.

        Raises:
            Malformed: one was asked for and nobody says what came of it.
        """
        missing = [name for name in self.asked if name not in self.ran and name not in self.idle]
        if must_say and missing:
            raise Malformed(
                self.asked[missing[0]],
                f"`{missing[0]}` is to be used, and nobody tells whether it was applied; must be told; look for a line that "
                "is missing.",
            )
        ran = list(dict.fromkeys([*self.ran, *missing]))
        special = [name for name in ran if name != "xnnpack"]
        if special:
            return "+".join(special)
        if self.ran or missing or self.default:
            return "cpu" if "xnnpack" in self.idle and "xnnpack" not in ran else "xnnpack"
        return self.nodes[0] if self.nodes else None
