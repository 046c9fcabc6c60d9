"""The verbs of copies: what suggestions said, put on record, listed and taken back."""

from pathlib import Path
from typing import Annotated

import typer

from analysis.terminal.answering import do
from analysis.terminal.files import read_question, writer
from analysis.terminal.options import AsJson, InLang, Since, Till, Until, Where, given, pairs

copy = typer.Typer(help="What suggestions said: the words of each copy on record.", no_args_is_help=True)


def copies(
    ctx: typer.Context,
    *,
    of: Annotated[str | None, typer.Option("--experiment", help="Only this experiment's variants.")] = None,
    where: Where = None,
    since: Since = None,
    till: Till = None,
    until: Until = None,
    as_json: AsJson = False,
    lang: InLang = "en",
) -> None:
    """Rank the wordings and designs of suggestions by how often they were tapped, ties as ties."""
    question = given(experiment=of, from_=since, to=till, observed_until=until)
    do(ctx, "copies", {**pairs("--where", where), **question}, as_json=as_json, lang=lang)


@copy.command("add")
def copy_add(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="The copies: a TOML or JSON file with [[copies]].")],
    *,
    as_json: AsJson = False,
    lang: InLang = "en",
) -> None:
    """Put copies on record; a changed one is a new entry, the old one stays."""
    do(ctx, "copy_add", {"body": read_question(file), "who": writer()}, as_json=as_json, lang=lang)


@copy.command("list")
def copy_list(ctx: typer.Context, *, as_json: AsJson = False, lang: InLang = "en") -> None:
    """List the copies on record."""
    do(ctx, "copy_list", {}, as_json=as_json, lang=lang)


@copy.command("remove")
def copy_remove(
    ctx: typer.Context,
    copy_id: Annotated[str, typer.Argument(help="The copy, as the log calls it.")],
    *,
    language: Annotated[str, typer.Option(help="The language of its words.")],
    design: Annotated[str | None, typer.Option(help="Its design, if it was recorded with one.")] = None,
    as_json: AsJson = False,
    lang: InLang = "en",
) -> None:
    """Withdraw a copy; what was on record stays there."""
    payload = {"copy_id": copy_id, "language": language, "design_id": design, "who": writer()}
    do(ctx, "copy_remove", payload, as_json=as_json, lang=lang)
