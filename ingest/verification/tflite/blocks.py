"""The lines of benchmark_model's output, sorted into runs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.verification.printed import lines_of
from ingest.verification.run import Malformed
from ingest.verification.tflite.delegates import Delegates
from ingest.verification.tflite.failures import failure_of, is_end
from ingest.verification.tflite.lines import (
    AFTERWARDS,
    BEGINS,
    COUNT,
    ECHO,
    ENDS,
    FIGURE,
    GLUED,
    ONCE,
    OWN,
    START,
    STEP,
    TABLE,
)
from ingest.verification.tflite.series import Series, series_of

_PROMPT = re.compile(r"[$#>%❯]\s*$")


@dataclass(slots=True)
class Block:
    """The lines of one run, as far as they tell something.

    Args:
        line: Where it begins.
        announced: Whether the tool itself said that it starts.
        echo: The model of the command typed before it; None if there is none.
        once: What is told once: its line, and the parts of it.
        counts: Its series, in order.
        delegates: What is said of them.
        failures: What it failed of, each with its line.
        last: The last line that shows the tool at work.
    """

    line: int
    announced: bool
    echo: str | None = None
    once: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    counts: list[Series] = field(default_factory=list)
    delegates: Delegates = field(default_factory=Delegates)
    failures: list[tuple[int, str]] = field(default_factory=list)
    last: int = 0

    def told(self, name: str) -> tuple[int, tuple[str, ...]] | None:
        """What a line told, with its number; None where it is missing."""
        return self.once.get(name)

    @property
    def measured(self) -> int | None:
        """The line that told what was measured; None if none did."""
        return min((self.once[name][0] for name in ENDS if name in self.once), default=None)

    @property
    def given_up(self) -> int | None:
        """The line after which nothing comes; None if there is none."""
        return next((at for at, why in self.failures if is_end(why)), None)

    @property
    def empty(self) -> bool:
        """Has it told nothing yet, but how much it will tell?"""
        return not (set(self.once) - {"verbose"} or self.counts or self.failures)


def blocks_of(text: str) -> list[Block]:
    """The lines of each run, in order.

    A run begins where the tool says STARTING!, or, once the one before has measured or given up, with its first parameter. What
    was typed or printed by others between two runs is passed over.

    Args:
        text: what was printed.

    Raises:
        Malformed: a line stands twice in a run, where it cannot, or outside any; a number is none; the last line is cut.
    """
    blocks = list(_blocks(text))
    _whole_end(text, blocks[-1] if blocks else None)
    return blocks


def _blocks(text: str) -> Iterator[Block]:
    block: Block | None = None
    echo: str | None = None
    for at, line in lines_of(text, OWN):
        typed = ECHO.search(line)
        if typed is not None and (block is None or _over(block)):
            echo = typed.group(1)
        elif typed is not None and block is not None and block.empty:
            block.echo = typed.group(1)
        if TABLE.search(line):
            continue
        if _starts(line, block):
            announced = START.search(line) is not None
            if block is not None and (block.announced or not block.empty):
                _followed(block, at, announced=announced)
                yield block
            block, echo = Block(at, announced, echo), None
        elif block is not None and _is_of_another_tool(line, block):
            yield block
            block = None
        if block is not None:
            _note(block, at, line)
        elif FIGURE.search(line):
            raise Malformed(
                at,
                "`line` tells a figure before any run begins; must follow its run; look for what is missing.",
            )
    if block is not None:
        yield block


def _over(block: Block) -> bool:
    """Has a run measured or given up? What begins then is another."""
    return block.measured is not None or block.given_up is not None


def _starts(line: str, block: Block | None) -> bool:
    if START.search(line):
        return True
    return BEGINS.search(line) is not None and (block is None or _over(block))


def _followed(block: Block, at: int, *, announced: bool) -> None:
    """After a run that failed the tool ends: who starts it again is told STARTING! again."""
    if block.announced and block.measured is None and not announced:
        raise Malformed(
            at,
            f"`STARTING!` is missing before this line, for the run that begins in line {block.line} has failed; must be told; "
            "look for lines of another run.",
        )


def _is_of_another_tool(line: str, block: Block) -> bool:
    """Does another tool load a model, after a run that has loaded its own?"""
    return _over(block) and "loaded" in block.once and ONCE["loaded"].search(line) is not None


def _note(block: Block, at: int, line: str) -> None:
    if STEP.search(line):
        block.last = at
    if block.given_up is not None and FIGURE.search(line):
        raise Malformed(
            at,
            f"`line` tells a figure of a run that failed in line {block.given_up}; must come before it; look for lines of "
            "another run.",
        )
    if _note_once(block, at, line):
        return
    count = COUNT.search(line)
    if count is not None:
        if block.measured is not None:
            raise Malformed(
                at,
                f"`count=` follows the timings in line {block.measured}; must come before them; look for what is missing.",
            )
        block.counts.append(series_of(at, count.group(1), count.group(2)))
    elif block.delegates.note(at, line) and block.measured is not None:
        raise Malformed(
            at,
            f"`line` tells of a delegate after the timings in line {block.measured}; must come before them; look for what is "
            "missing.",
        )
    elif FIGURE.search(line):
        raise Malformed(at, "`line` tells a figure, but not as the tool does; must be whole; check the line.")
    elif (failure := failure_of(line)) is not None and (block.measured is None or is_end(failure)):
        block.failures.append((at, failure))


def _note_once(block: Block, at: int, line: str) -> bool:
    """Take in what is told once; whether the line tells such a thing."""
    for name, pattern in ONCE.items():
        found = pattern.search(GLUED.sub("", line) if name == "averages" else line)
        if found is None:
            continue
        if name in block.once:
            raise Malformed(
                at,
                f"`{name}` is told a second time in the run that begins in line {block.line} (first in line "
                f"{block.once[name][0]}); must be told once; look for a line that is missing between, or remove one.",
            )
        if name in AFTERWARDS - {"note"} and block.measured is None:
            raise Malformed(
                at, f"`{name}` is told before the timings; must follow them; look for lines of another run."
            )
        block.once[name] = at, found.groups()
        return True
    return False


def _whole_end(text: str, block: Block | None) -> None:
    """A last line without its end may be the beginning of what the last run has yet to tell."""
    rest = text.rsplit("\n", 1)[-1].strip()
    told = block is not None and ("memory" in block.once or "litert_memory" in block.once)
    if rest and block is not None and not told and block.given_up is None and not _PROMPT.search(rest):
        last = text.count("\n") + 1
        raise Malformed(
            last, "the last line has no end; must end with a line feed; check that the file is whole."
        )
