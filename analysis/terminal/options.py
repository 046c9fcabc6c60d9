"""The options that verbs share, and what people type with them as a question's fields."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from analysis.terminal.files import BadInput

Lang = Literal["en", "ja"]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON (docs/json.md).")]
InLang = Annotated[Lang, typer.Option("--lang", envvar="KAZASU_LANG", help="The language of the words.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="The port of the pages.")]
Host = Annotated[str, typer.Option(help="The address to serve on; 0.0.0.0 is the whole network.")]
Browser = Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser on the pages.")]
Where = Annotated[
    list[str] | None, typer.Option("--where", help="Keep one value: platform=ios; may be repeated.")
]
Since = Annotated[str | None, typer.Option("--from", help="Keep what happened from then on: ISO 8601 time.")]
Till = Annotated[str | None, typer.Option("--to", help="Keep what happened before: ISO 8601 time.")]
Until = Annotated[str | None, typer.Option("--observed-until", help="The end of observation: ISO 8601 time.")]


def pairs(name: str, typed: Sequence[str] | None) -> dict[str, str]:
    """Values typed as NAME=VALUE.

    Args:
        name: the option, for the sentence when it is wrong.
        typed: what was typed.

    Returns:
        Value by name.

    Raises:
        BadInput: there is no `=`, or a name stands twice.
    """
    found: dict[str, str] = {}
    for text in typed or ():
        key, equals, value = text.partition("=")
        if not equals or not key or key in found:
            raise BadInput(f"`{name}` is {text!r}; must be NAME=VALUE, each name once; write platform=ios.")
        found[key] = value
    return found


def given(**fields: object) -> dict[str, object]:
    """The fields of a question that were given; a trailing `_` of a name is dropped (`from_` is `from`)."""
    return {name.removesuffix("_"): value for name, value in fields.items() if value not in (None, [])}


def experiment_typed(target: str) -> str | dict[str, object]:
    """An experiment as typed: the file's content if it names a file, else the key of one on record."""
    from analysis.terminal.files import read_question

    path = Path(target)
    if path.suffix in {".toml", ".json"} or path.is_file():
        return read_question(path)
    return target
