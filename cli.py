"""The terminal: `kazasu VERB …`. Answering verbs take --json; heavy modules are imported when a verb runs.

Exit 0 ok, 1 the answer is no (doctor), 2 bad input, 3 the store is unavailable.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from analysis.terminal import copies, lists, models, questions
from analysis.terminal.answering import absolute, do, finish
from analysis.terminal.files import BadInput
from analysis.terminal.options import AsJson, Browser, Host, InLang, Port

Home = Path | None

app = typer.Typer(
    name="kazasu",
    help="UX experiments and funnels: event logs in; funnels, display-time-to-tap curves and readouts out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
experiment = typer.Typer(help="The experiments that are on record.", no_args_is_help=True)
quarantine = typer.Typer(help="The lines that did not land, and why.", no_args_is_help=True)
app.add_typer(experiment, name="experiment")
app.add_typer(copies.copy, name="copy")
app.add_typer(lists.cohort, name="cohort")
app.add_typer(quarantine, name="quarantine")
app.add_typer(models.models, name="models")

PORT = 8501


@app.callback()
def choose(
    ctx: typer.Context,
    home: Annotated[
        Home, typer.Option(envvar="KAZASU_HOME", help="The store's folder.", show_default=".kazasu")
    ] = None,
) -> None:
    """Choose the store that every verb speaks to."""
    ctx.obj = home


@app.command()
def ingest(
    ctx: typer.Context,
    paths: Annotated[list[str], typer.Argument(help="Logs: NDJSON (plain, gzip, zstd), CSV, Parquet.")],
    *,
    mapping: Annotated[Path | None, typer.Option(help="A TOML file that turns rows into events.")] = None,
    as_json: AsJson = False,
    lang: InLang = "en",
) -> None:
    """Land files, folders and globs; what breaks the contract goes to the quarantine, by line and reason."""
    from analysis.terminal import landing

    answer = landing.ingest(ctx.obj, paths, mapping, quiet=as_json)
    finish("ingest", answer, as_json=as_json, lang=lang)


for question in (
    questions.funnel,
    questions.taps,
    copies.copies,
    questions.readout,
    lists.members,
):
    app.command()(question)


@app.command()
def rebuild(ctx: typer.Context, *, as_json: AsJson = False, lang: InLang = "en") -> None:
    """Make the index again from what landed; a broken one is set aside."""
    from analysis.terminal import landing

    finish("rebuild", landing.rebuild(ctx.obj), as_json=as_json, lang=lang)


@experiment.command("add")
def experiment_add(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="The experiment: a TOML or JSON file.")],
    *,
    as_json: AsJson = False,
    lang: InLang = "en",
) -> None:
    """Put an experiment on record; a changed one of the same key is a new entry, the old one stays."""
    from analysis.terminal import files

    payload = {"body": files.read_question(file), "who": files.writer()}
    do(ctx, "experiment_add", payload, as_json=as_json, lang=lang)


@experiment.command("list")
def experiment_list(ctx: typer.Context, *, as_json: AsJson = False, lang: InLang = "en") -> None:
    """List the experiments on record."""
    do(ctx, "experiment_list", {}, as_json=as_json, lang=lang)


@quarantine.command("list")
def quarantine_list(
    ctx: typer.Context,
    *,
    code: Annotated[str | None, typer.Option(help="Only lines rejected for this reason.")] = None,
    source: Annotated[str | None, typer.Option(help="Only sources with this text in their name.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Lines shown, newest loads first.")] = 50,
    out: Annotated[Path | None, typer.Option(help="Write them to a file instead, to be mended.")] = None,
    as_json: AsJson = False,
    lang: InLang = "en",
) -> None:
    """List rejected lines: source, line, code, sentence and the line itself."""
    payload = {"code": code, "source": source, "limit": limit}
    if out is None:
        do(ctx, "quarantine_list", payload, as_json=as_json, lang=lang)
    elif source is not None:
        raise BadInput("`--out` stands with `--source`; must stand alone or with --code; leave one out.")
    else:
        do(ctx, "quarantine_write", {"path": absolute(out), "code": code}, as_json=as_json, lang=lang)


@quarantine.command("replay")
def quarantine_replay(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="What `list --out` wrote, its lines mended.")] = None,
    *,
    as_json: AsJson = False,
    lang: InLang = "en",
) -> None:
    """Send mended lines in again, or all as they came; what lands leaves the quarantine."""
    payload = {"mended": absolute(file) if file else None}
    do(ctx, "quarantine_replay", payload, as_json=as_json, lang=lang)


@app.command()
def doctor(
    ctx: typer.Context,
    *,
    port: Port = PORT,
    as_json: AsJson = False,
    lang: InLang = "en",
) -> None:
    """Say what is wrong with this machine or store and how to mend it; exit 1 if something fails."""
    from analysis.terminal import doctor as practice

    answer = practice.examine(ctx.obj, port)
    finish("doctor", answer, as_json=as_json, lang=lang)
    raise typer.Exit(0 if answer["healthy"] else 1)


@app.command()
def demo(
    ctx: typer.Context,
    *,
    serve_pages: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve the pages when the story is told.")
    ] = True,
    port: Port = PORT,
    host: Host = "127.0.0.1",
    browser: Browser = True,
    as_json: AsJson = False,
    lang: InLang = "en",
) -> None:
    """Land the synthetic sample, tell the story that is in it with its figures, and serve the pages."""
    from analysis.terminal import serving
    from analysis.terminal.demo import demo as landed_sample
    from analysis.terminal.landing import progress_bar

    if serve_pages:
        serving.refuse_taken(port)
    with progress_bar(quiet=as_json) as progress:
        answer = landed_sample(ctx.obj, progress=progress)
    finish("demo", answer, as_json=as_json, lang=lang)
    if serve_pages:
        serving.serve(ctx.obj, port, host, browser=browser)


@app.command()
def serve(
    ctx: typer.Context, *, port: Port = PORT, host: Host = "127.0.0.1", browser: Browser = True
) -> None:
    """Serve the pages and own the store until stopped."""
    from analysis.terminal import serving

    serving.serve(ctx.obj, port, host, browser=browser)


def main() -> None:
    """Run one verb and leave with its exit code."""
    try:
        app()
    except BadInput as error:
        typer.echo(str(error), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
