"""The verbs that ask: funnel, taps and readout, each typed options turned into its room's question."""

from pathlib import Path
from typing import Annotated

import typer

from analysis.terminal.answering import do
from analysis.terminal.files import read_counts, read_question
from analysis.terminal.options import (
    AsJson,
    InLang,
    Since,
    Till,
    Until,
    Where,
    experiment_typed,
    given,
    pairs,
)


def funnel(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="The funnel: a TOML or JSON file.")],
    *,
    as_json: AsJson = False,
    lang: InLang = "en",
) -> None:
    """Walk a funnel: who reached which step, how fast, and how groups differ."""
    do(ctx, "funnel", read_question(file), as_json=as_json, lang=lang)


def taps(
    ctx: typer.Context,
    *,
    of: Annotated[
        str | None, typer.Option("--experiment", help="The arms are this experiment's variants.")
    ] = None,
    by: Annotated[
        str | None, typer.Option(help="Or split by copy_id, design_id, display_ms, platform, …")
    ] = None,
    where: Where = None,
    since: Since = None,
    till: Till = None,
    until: Until = None,
    impressions: Annotated[str | None, typer.Option(help="Each person's first, or all.")] = None,
    control: Annotated[str | None, typer.Option(help="The arm that others are compared with.")] = None,
    bin_ms: Annotated[int | None, typer.Option(help="Width of the histogram's bins.")] = None,
    horizon_ms: Annotated[int | None, typer.Option(help="Where arms are compared.")] = None,
    at_ms: Annotated[
        list[int] | None, typer.Option(help="Read the curves here too; may be repeated.")
    ] = None,
    as_json: AsJson = False,
    lang: InLang = "en",
) -> None:
    """Say what became of the suggestions and when: taps, dismissals, leaving, by seconds since shown."""
    question = given(
        experiment=of,
        by=by,
        from_=since,
        to=till,
        observed_until=until,
        impressions=impressions,
        control=control,
        bin_ms=bin_ms,
        horizon_ms=horizon_ms,
        at_ms=at_ms,
    )
    do(ctx, "taps", {**pairs("--where", where), **question}, as_json=as_json, lang=lang)


def readout(
    ctx: typer.Context,
    target: Annotated[str | None, typer.Argument(metavar="KEY|FILE", help="An experiment.")] = None,
    *,
    table: Annotated[Path | None, typer.Option(help="A CSV of counts instead: test, arm, n, x.")] = None,
    column: Annotated[list[str] | None, typer.Option(help="What its columns are called: n=shown.")] = None,
    by: Annotated[
        str | None, typer.Option(help="Arms by a property of the impression (observational).")
    ] = None,
    where: Where = None,
    until: Until = None,
    as_json: AsJson = False,
    lang: InLang = "en",
) -> None:
    """Read an experiment out: sample ratio, effects with intervals, and what to do."""
    question = given(
        experiment=experiment_typed(target) if target else None,
        table=read_counts(table) if table else None,
        columns=pairs("--column", column) or None,
        by=by,
        observed_until=until,
    )
    do(ctx, "readout", {**pairs("--where", where), **question}, as_json=as_json, lang=lang)
