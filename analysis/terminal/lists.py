"""The verbs of lists: who reached a step or dropped there, on the screen, in a file, or saved as a cohort."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from analysis.terminal.answering import absolute, do
from analysis.terminal.files import BadInput, read_question, writer
from analysis.terminal.options import AsJson, InLang, given

Step = Annotated[int | None, typer.Option(min=1, help="The step, from 1; the last if left out.")]
Outcome = Annotated[
    Literal["reached", "dropped", "maturing"],
    typer.Option(help="Those that reached it, that dropped before it, or that still may come."),
]
Group = Annotated[
    list[str] | None,
    typer.Option(help='One group of the breakdown: its values in order, "" for none, "$other" for the rest.'),
]
Name = Annotated[str, typer.Argument(help="What the cohort is called.")]

cohort = typer.Typer(help="Saved lists of persons, to filter by.", no_args_is_help=True)


def members(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="The funnel: a TOML or JSON file.")],
    *,
    step: Step = None,
    outcome: Outcome = "dropped",
    group: Group = None,
    limit: Annotated[
        int, typer.Option(min=1, max=10_000, help="Units shown, the latest entries first.")
    ] = 100,
    offset: Annotated[int, typer.Option(min=0, help="Units passed over first.")] = 0,
    csv: Annotated[Path | None, typer.Option(help="Write the whole list to this CSV file instead.")] = None,
    parquet: Annotated[Path | None, typer.Option(help="Write it to this Parquet file instead.")] = None,
    as_json: AsJson = False,
    lang: InLang = "en",
) -> None:
    """List who reached a step of a funnel, who dropped before it, or who still may come."""
    question = _question(file, step, outcome, group)
    if csv is not None and parquet is not None:
        raise BadInput("`--csv` stands with `--parquet`; must be one of them; run the verb once for each.")
    path = csv or parquet
    if path is None:
        do(ctx, "members", {**question, "limit": limit, "offset": offset}, as_json=as_json, lang=lang)
    else:
        kind = "parquet" if csv is None else "csv"
        asked = {"question": question, "kind": kind, "path": absolute(path)}
        do(ctx, "members_write", asked, as_json=as_json, lang=lang)


@cohort.command("add")
def cohort_add(
    ctx: typer.Context,
    name: Name,
    file: Annotated[Path | None, typer.Argument(help="The funnel: a TOML or JSON file.")] = None,
    *,
    step: Step = None,
    outcome: Outcome = "dropped",
    group: Group = None,
    ids: Annotated[
        Path | None, typer.Option("--from", help="Persons instead of a funnel: CSV with person or user_id.")
    ] = None,
    as_json: AsJson = False,
    lang: InLang = "en",
) -> None:
    """Save the persons of a list under a name, as they are now."""
    if (file is None) == (ids is None):
        raise BadInput("`FILE` and `--from` are both given or both left out; must be one of them; choose.")
    asked = given(
        name=name,
        who=writer(),
        question=None if file is None else _question(file, step, outcome, group),
        ids=None if ids is None else absolute(ids),
    )
    do(ctx, "cohort_add", asked, as_json=as_json, lang=lang)


@cohort.command("list")
def cohort_list(ctx: typer.Context, *, as_json: AsJson = False, lang: InLang = "en") -> None:
    """List the cohorts on record."""
    do(ctx, "cohort_list", {}, as_json=as_json, lang=lang)


@cohort.command("refresh")
def cohort_refresh(ctx: typer.Context, name: Name, *, as_json: AsJson = False, lang: InLang = "en") -> None:
    """Make a cohort again from where it came, as a new version."""
    do(ctx, "cohort_refresh", {"name": name, "who": writer()}, as_json=as_json, lang=lang)


@cohort.command("remove")
def cohort_remove(ctx: typer.Context, name: Name, *, as_json: AsJson = False, lang: InLang = "en") -> None:
    """Withdraw a cohort; what was on record stays there."""
    do(ctx, "cohort_remove", {"name": name, "who": writer()}, as_json=as_json, lang=lang)


def _question(file: Path, step: int | None, outcome: str, group: list[str] | None) -> dict[str, object]:
    values = None if group is None else [value or None for value in group]
    return given(funnel=read_question(file), step=step, outcome=outcome, group=values)
