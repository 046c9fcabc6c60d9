"""The page: checks above results, results folded while they cannot be trusted, every code in both languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analysis import words
from analysis.page import link_text
from analysis.readout import ReadoutQuery
from experiments import Experiment
from ingest import Store
from ingest.store import close_current
from tests.analysis.readout.readout_stories import conversion, land, plan

ROOT = Path(__file__).parents[3]
LANGS = words.LANGS


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("KAZASU_HOME", str(tmp_path / "home"))
    yield tmp_path / "home"
    close_current()


def crowd(arm: str, units: int, taps: int) -> dict[str, list[str]]:
    tap = ["tapped 10:00:05"]
    return {f"{arm}-{n}": [f"exposed to {arm} 10:00:00", *(tap if n < taps else [])] for n in range(units)}


def told(home: Path, journeys: dict[str, list[str]], experiment: Experiment | None) -> None:
    with Store.open(home) as store:
        land(store, journeys)
        if experiment is not None:
            body = experiment.model_dump(mode="json", by_alias=True, exclude_none=True)
            store.records.add("experiment", experiment.key, body, "tests")


def opened(*, anyway: bool = False, **question: str) -> AppTest:
    def show() -> None:
        from analysis.readout.page import render

        render()

    tab = AppTest.from_function(show, default_timeout=120)
    for key, value in question.items():
        tab.query_params[key] = value
    if anyway:
        tab.session_state["readout.anyway"] = True
    tab.run()
    assert not tab.exception, tab.exception[0].message
    return tab


def said(tab: AppTest) -> str:
    kinds = (tab.title, tab.header, tab.subheader, tab.markdown, tab.warning, tab.error, tab.info)
    return "\n".join(str(one.value) for kind in kinds for one in kind)


def headings(tab: AppTest) -> list[str]:
    return [one.value for one in tab.subheader]


@pytest.mark.parametrize("lang", LANGS)
def test_results_stand_under_the_decision(home: Path, lang: str) -> None:
    told(
        home, crowd("control", 300, 30) | crowd("b", 300, 90), plan(conversion(), more="planned_units = 600")
    )
    tab = opened(lang=lang)
    text = said(tab)
    assert words.t("readout.decision.ship", lang, arms="b") in text.replace("\\", "")
    assert words.t("readout.role.success", lang) in headings(tab)
    assert len(tab.dataframe) == 2  # the metric's table and the footer's rows
    assert not tab.toggle


@pytest.mark.parametrize("lang", LANGS)
def test_what_cannot_be_trusted_is_said_first_and_its_results_are_folded(home: Path, lang: str) -> None:
    told(home, crowd("control", 300, 30) | crowd("b", 150, 45), plan(conversion()))
    tab = opened(lang=lang)

    assert len(tab.error) == 1
    assert words.t("readout.decision.cannot_trust", lang) in said(tab).replace("\\", "")
    assert words.t("readout.role.success", lang) not in headings(tab)
    assert words.t("readout.role.success", lang) in headings(opened(lang=lang, anyway=True))


def test_an_exposed_experiment_that_nobody_put_on_record_is_named(home: Path) -> None:
    told(home, crowd("b", 2, 1), None)
    text = said(opened(lang="en"))
    assert words.t("readout.unrecorded", "en") in text
    assert "exposures of x" in text


def test_a_link_carries_a_whole_question_such_as_an_observational_split(home: Path) -> None:
    told(
        home,
        {p: [f"shown 10:00:00 impression_id={p} copy_id={c}"] for p, c in (("ann", "v1"), ("bob", "v2"))},
        None,
    )
    design = plan(conversion(), arms=('key = "v1"\ncontrol = true', "v2"), more='unit = "impression"')
    tab = opened(lang="en", q=link_text(ReadoutQuery(experiment=design, by="copy_id")))
    assert words.t("readout.decision.none", "en") in said(tab).replace("\\", "")


def test_every_code_that_the_checks_can_give_is_said_in_both_languages() -> None:
    trees = [
        ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / "analysis/readout/checks").glob("*.py"))
    ]
    calls = [
        node
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    given = {
        f"readout.{call.args[0].value}"
        for call in calls
        if call.func.id in {"note", "failed"} and isinstance(call.args[0], ast.Constant)
    }
    assert len(given) > 8
    assert {code for code in given if not words.has(f"reason.{code}")} == set()


def test_every_code_that_the_verdict_makes_of_a_metric_is_said_in_both_languages() -> None:
    text = (ROOT / "experiments/reasons.py").read_text(encoding="utf-8")
    made = set(re.findall(r'"(superior|deteriorated|harm_so_far|guardrail_held|guardrail_not_shown)"', text))
    assert len(made) == 5
    keys = {f"reason.verdict.{code}_{unit}" for code in made for unit in ("share", "number")}
    assert {key for key in keys if not words.has(key)} == set()
