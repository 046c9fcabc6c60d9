"""From a verb to what the terminal shows: the answer as JSON or in words, and the exit code."""

from collections.abc import Mapping
from pathlib import Path

import typer

from analysis.terminal.options import Lang
from analysis.terminal.screen import say


def do(ctx: typer.Context, verb: str, payload: Mapping[str, object], *, as_json: bool, lang: Lang) -> None:
    """Do a verb on the chosen store and show its answer.

    Args:
        ctx: carries the store's folder.
        verb: the verb's name.
        payload: its payload; paths are absolute.
        as_json: whether to show JSON.
        lang: the language of the words.

    Raises:
        Exit: the verb was refused.
    """
    from analysis.terminal.dispatch import perform

    finish(verb, perform(ctx.obj, verb, payload, say=say), as_json=as_json, lang=lang)


def finish(verb: str, answer: Mapping[str, object], *, as_json: bool, lang: Lang) -> None:
    """Show an answer; a complaint goes to stderr and decides the exit code.

    Args:
        verb: the verb that gave it.
        answer: its JSON.
        as_json: whether to show JSON.
        lang: the language of the words.

    Raises:
        Exit: the verb was refused, wholly or in part.
    """
    from analysis.terminal.tell import as_text, complaint, tell

    if as_json:
        typer.echo(as_text(answer))
    elif "error" not in answer:
        tell(verb, answer, lang)
    trouble = complaint(answer)
    if trouble:
        say(trouble.sentence)
        raise typer.Exit(trouble.exit_code)


def absolute(path: Path) -> str:
    """A path as the owner of the store, which runs elsewhere, can follow it."""
    return str(path.expanduser().absolute())
