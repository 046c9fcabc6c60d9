"""How words reach the terminal: sentences, tables that fit, and nothing with which a log could command it."""

import sys
from collections.abc import Iterable, Sequence

PIPED_WIDTH = 160


def say(sentence: str) -> None:
    """Tell the person at the terminal what is going on, on stderr, so that answers stay clean on stdout."""
    sys.stderr.write("".join(f"{plain(line)}\n" for line in sentence.split("\n")))
    sys.stderr.flush()


def write(sentence: str = "") -> None:
    """Write one line of an answer."""
    sys.stdout.write(f"{plain(sentence)}\n")


def plain(text: str) -> str:
    """The text without control characters: a log line must not move the cursor or colour the screen."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1) -> None:
    """Write a table.

    Args:
        heads: one head a column.
        rows: the cells as text.
        left: how many of the first columns are text (left-aligned); the others are numbers (right-aligned),
            except bars, which have no head.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table

    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for place, head in enumerate(heads):
        shown.add_column(head, justify="left" if place < left or not head else "right", overflow="fold")
    for row in rows:
        shown.add_row(*map(plain, row))
    width = None if sys.stdout.isatty() else PIPED_WIDTH
    Console(file=sys.stdout, width=width, markup=False, emoji=False, highlight=False).print(shown)
