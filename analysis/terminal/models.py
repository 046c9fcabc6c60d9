"""The verbs of models: what they do in the field, and the verification platform's record."""

from pathlib import Path
from typing import Annotated

import typer

from analysis.terminal.answering import absolute, do
from analysis.terminal.files import writer
from analysis.terminal.options import AsJson, InLang, Since, Till, Until, Where, given, pairs

models = typer.Typer(help="Models on phones: in the field and on the bench.", invoke_without_command=True)


@models.callback()
def field(
    ctx: typer.Context,
    *,
    by: Annotated[
        list[str] | None, typer.Option(help="Split by device, delegate, …; may be repeated.")
    ] = None,
    where: Where = None,
    among: Annotated[str | None, typer.Option(help="Precision among what was shown, or all.")] = None,
    budget_ms: Annotated[list[float] | None, typer.Option(help="Latency budgets; may be repeated.")] = None,
    since: Since = None,
    till: Till = None,
    until: Until = None,
    as_json: AsJson = False,
    lang: InLang = "en",
) -> None:
    """Say how often the models are right and how fast they are; or import, export and gate what was measured on a bench."""
    if ctx.invoked_subcommand is not None:
        return
    question = given(by=by, among=among, budgets_ms=budget_ms, from_=since, to=till, observed_until=until)
    do(ctx, "models", {**pairs("--where", where), **question}, as_json=as_json, lang=lang)


@models.command("import")
def import_(
    ctx: typer.Context,
    paths: Annotated[list[str], typer.Argument(help="Files or folders of benchmark tools.")],
    *,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help='What the files do not tell: device="Pixel 4"; may be repeated.'),
    ] = None,
    as_json: AsJson = False,
    lang: InLang = "en",
) -> None:
    """Import what benchmark_model, AI Hub, MLPerf Mobile or a table told; a file is kept whole or refused with its line."""
    payload = {
        "paths": [absolute(Path(path)) for path in paths],
        "given": pairs("--set", set_),
        "who": writer(),
    }
    do(ctx, "models_import", payload, as_json=as_json, lang=lang)


@models.command("gate")
def gate(
    ctx: typer.Context,
    *,
    candidate: Annotated[list[str], typer.Option(help="Its runs: model=v4; may be repeated, all must hold.")],
    baseline: Annotated[
        list[str] | None, typer.Option(help="What its accuracy is compared with: conversion=float32.")
    ] = None,
    budget: Annotated[
        list[str] | None, typer.Option(help="latency_ms:p90=50, size_mb=10, …; may be repeated.")
    ] = None,
    margin: Annotated[
        float | None, typer.Option(help="The largest loss of accuracy borne: 0.01 is a point.")
    ] = None,
    proven: Annotated[
        bool, typer.Option("--proven", help="A larger loss must be ruled out, not only unseen.")
    ] = False,
    as_json: AsJson = False,
    lang: InLang = "en",
) -> None:
    """Let a model through, or not: exit 1 with the reasons if it breaks a budget or loses more accuracy than is borne."""
    question = given(
        candidate=pairs("--candidate", candidate),
        baseline=pairs("--baseline", baseline) or None,
        budgets=budget,
        margin=margin,
        proven=proven or None,
    )
    do(ctx, "models_gate", question, as_json=as_json, lang=lang)


@models.command("export")
def export(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="The CSV file to write.")],
    *,
    as_json: AsJson = False,
    lang: InLang = "en",
) -> None:
    """Write every run on record as a table of figures that can be imported again."""
    do(ctx, "models_export", {"path": absolute(file)}, as_json=as_json, lang=lang)
