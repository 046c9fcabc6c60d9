"""Every verb and every key of its JSON is documented, and nothing that is not there."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer.main

import cli
from analysis.terminal.doctor import examine
from analysis.terminal.landing import rebuild
from analysis.verbs import ROOMS, VERBS, run_verb
from analysis.verification.gating import to_json
from experiments.gating import Measurement, budget_of, gate
from ingest import Store

ROOT = Path(__file__).resolve().parents[1]
EXPERIMENT = {
    "key": "display-8s",
    "variants": [{"key": "control"}, {"key": "8s"}],
    "metrics": [{"key": "tapped", "role": "success", "kind": "conversion", "event": "tap", "within": "10s"}],
}
COPIES = {"copies": [{"copy_id": "one", "language": "en", "text": "Scan it"}]}
COUNTS = [{"test": "words", "arm": arm, "n": 100, "x": x} for arm, x in (("a", 10), ("b", 30))]
FUNNEL = {"within": "30s", "steps": [{"event": "photo_taken"}, {"event": "suggestion_shown"}]}


def page(name: str) -> str:
    return (ROOT / "docs" / "json" / f"{name}.md").read_text("utf-8")


def documented(text: str) -> set[str]:
    """Every name in backticks in a table's first column."""
    firsts = re.findall(r"^\| ((?:`[^`]+`(?:, )?)+) \|", text, re.MULTILINE)
    return {name for first in firsts for name in re.findall(r"`([^`]+)`", first)}


def verbs(group: object, before: tuple[str, ...] = ()) -> Iterator[str]:
    commands: Mapping[str, object] = getattr(group, "commands", {})
    for name, command in commands.items():
        if getattr(command, "commands", None):
            yield from verbs(command, (*before, name))
        if not getattr(command, "commands", None) or command.invoke_without_command:
            yield " ".join((*before, name))


ALL_VERBS = sorted(verbs(typer.main.get_command(cli.app)))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    log = tmp_path / "log.ndjson"
    lines = [
        {"event": "photo_taken", "ts": "2026-04-01T10:00:00Z", "user_id": "ann"},
        {"event": "photo_taken"},
    ]
    log.write_text("\n".join(map(json.dumps, lines)) + "\n", "utf-8")
    with Store.open(tmp_path / "home") as opened:
        run_verb(opened, "ingest", {"paths": [str(log)]})
        run_verb(opened, "experiment_add", {"body": EXPERIMENT, "who": "ann"})
        run_verb(opened, "copy_add", {"body": COPIES, "who": "ann"})
        run_verb(opened, "cohort_add", {"name": "one", "who": "ann", "question": {"funnel": FUNNEL}})
        yield opened


def test_the_terminal_has_the_verbs_of_the_design() -> None:
    assert set(ALL_VERBS) == {
        "ingest", "funnel", "taps", "readout", "models", "models import", "models gate", "models export",
        "rebuild", "serve", "demo", "doctor",
        "experiment add", "experiment list", "copies", "copy add", "copy list", "copy remove",
        "quarantine list", "quarantine replay",
        "members", "cohort add", "cohort list", "cohort refresh", "cohort remove",
    }  # fmt: skip


@pytest.mark.parametrize("verb", [verb for verb in ALL_VERBS if verb != "serve"])
def test_every_verb_but_serve_has_a_page_that_the_index_links(verb: str) -> None:
    index = (ROOT / "docs" / "json.md").read_text("utf-8")
    first = verb.partition(" ")[0]
    assert f"`kazasu {verb}" in index
    assert f"(json/{first}.md)" in index
    assert page(first).startswith(f"# `kazasu {first}")


@pytest.mark.parametrize("verb", ALL_VERBS)
def test_every_verb_is_explained_where_people_ask_for_help(verb: str) -> None:
    command = typer.main.get_command(cli.app)
    for part in verb.split():
        command = command.commands[part]
    assert command.help
    for parameter in command.params:
        if parameter.name != "help":
            assert getattr(parameter, "help", None), (verb, parameter.name)


@pytest.mark.parametrize(
    ("verb", "payload", "name"),
    [
        ("ingest", {"paths": ["{log}"]}, "ingest"),
        ("funnel", FUNNEL, "funnel"),
        ("taps", {}, "taps"),
        ("models", {}, "models"),
        ("health", {}, "health"),
        ("trend", {"funnel": FUNNEL}, "trend"),
        ("milestones", {}, "milestones"),
        ("alerts", {}, "alerts"),
        ("losses", {}, "losses"),
        ("segments", {"funnel": FUNNEL}, "segments"),
        ("paths", {"funnel": FUNNEL, "step": 1}, "paths"),
        ("drivers", {"funnel": FUNNEL}, "drivers"),
        ("members", {"funnel": FUNNEL}, "members"),
        (
            "contrast",
            {"funnel": FUNNEL, "against": {"where": {}, "where_other": {"platform": "ios"}}},
            "contrast",
        ),
        ("timing", {"funnel": FUNNEL}, "timing"),
        ("between", {"funnel": FUNNEL, "events": ["retake"]}, "between"),
        ("copies", {}, "copies"),
        ("reading", {}, "reading"),
        ("display_change", {}, "display_change"),
        ("display_limit", {}, "display_limit"),
        ("readout", {"experiment": "display-8s"}, "readout"),
        ("readout", {"table": COUNTS}, "readout"),
        ("quarantine_list", {}, "quarantine"),
        ("quarantine_write", {"path": "{log}.mend"}, "quarantine"),
        ("quarantine_replay", {}, "quarantine"),
        ("experiment_add", {"body": EXPERIMENT, "who": "ann"}, "experiment"),
        ("experiment_list", {}, "experiment"),
        ("copy_add", {"body": COPIES, "who": "ann"}, "copy"),
        ("copy_list", {}, "copy"),
        ("copy_remove", {"copy_id": "one", "language": "en", "who": "ann"}, "copy"),
        ("members_write", {"question": {"funnel": FUNNEL}, "kind": "csv", "path": "{log}.csv"}, "members"),
        ("cohort_add", {"name": "two", "who": "ann", "question": {"funnel": FUNNEL}}, "cohort"),
        ("cohort_add", {"name": "three", "who": "ann", "ids": "{log}"}, "cohort"),
        ("cohort_list", {}, "cohort"),
        ("cohort_refresh", {"name": "one", "who": "ann"}, "cohort"),
        ("cohort_remove", {"name": "one", "who": "ann"}, "cohort"),
        ("models_import", {"paths": ["{log}"], "who": "ann"}, "verification"),
        ("models_export", {"path": "{log}.csv"}, "verification"),
        ("verification", {}, "verification"),
    ],
)
def test_every_key_is_documented(store: Store, verb: str, payload: dict, name: str) -> None:
    log = str(store.home.parent / "log.ndjson")
    answer = run_verb(store, verb, json.loads(json.dumps(payload).replace("{log}", log)))
    assert "error" not in answer, answer
    assert set(answer) <= documented(page(name))


def test_every_key_of_the_gate_is_documented() -> None:
    found = gate(
        [Measurement("r", "Pixel 3", "latency_ms", "p90", 30.0)], [], [budget_of("latency_ms=50")], None
    )
    assert {*to_json(found), "data_version"} <= documented(page("verification"))


def test_every_key_of_the_doctor_and_of_rebuild_is_documented(tmp_path: Path) -> None:
    answer = examine(tmp_path / "home", 8501)
    assert set(answer) <= documented(page("doctor"))
    codes = {finding["code"] for finding in answer["findings"]}  # type: ignore[attr-defined]
    assert codes <= documented(page("doctor"))
    assert set(rebuild(tmp_path / "home")) <= documented(page("rebuild"))


def test_every_verb_of_the_dispatcher_is_among_those_that_are_checked() -> None:
    elsewhere = {"rebuild", "doctor"}
    assert set(VERBS) | set(ROOMS) == elsewhere | {
        "funnel", "trend", "milestones", "alerts", "taps", "models", "health", "losses", "segments", "paths",
        "drivers", "members", "contrast", "timing", "between", "readout", "reading", "display_change", "display_limit", "copies",
        "quarantine_list", "quarantine_write",
        "quarantine_replay", "experiment_add", "experiment_list", "copy_add", "copy_list", "copy_remove",
        "members_write", "cohort_add", "cohort_list", "cohort_refresh", "cohort_remove",
        "models_import", "models_export", "models_gate", "verification",
    }  # fmt: skip


def test_a_refusal_is_documented(store: Store) -> None:
    error = run_verb(store, "doctor", {"now": datetime.now(UTC).replace(tzinfo=None).isoformat()})["error"]
    assert isinstance(error, dict)
    text = (ROOT / "docs" / "json.md").read_text("utf-8")
    assert all(f'"{key}"' in text for key in error)
    assert f"`{error['code']}`" in text
