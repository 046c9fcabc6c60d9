"""The page of differently shaped flows, in both languages and in the states that the sample does not have."""

import pytest
from streamlit.testing.v1 import AppTest

from analysis import words
from ingest import close_current
from tests.analysis.milestones.test_milestones import attempt
from tests.analysis.suggestions import event, exposed, landed, much_later

DONE = (("object_focused", 1), ("result_shown", 2))


@pytest.fixture
def at_home(tmp_path, monkeypatch):
    """Land stories in the store that the page opens."""

    def land(*stories):
        landed(tmp_path, *stories, much_later()).close()
        monkeypatch.setenv("KAZASU_HOME", str(tmp_path / "home"))

    yield land
    close_current()


def read(lang, **question):
    """What a reader of the page sees."""

    def show():
        from analysis.milestones.page import render

        render()

    tab = AppTest.from_function(show, default_timeout=60)
    for key, value in {"lang": lang, **question}.items():
        tab.query_params[key] = value
    tab.run()
    assert not tab.exception, tab.exception[0].message
    kinds = (tab.header, tab.subheader, tab.markdown, tab.info, tab.warning)
    return "\n".join(str(one.value) for kind in kinds for one in kind).replace("\\", "")


@pytest.mark.parametrize("lang", words.LANGS)
def test_flows_stand_side_by_side_with_their_counts(at_home, lang):
    at_home(attempt("ann", "a", "sell-check"), attempt("ben", "b", "hover", *DONE))
    said = read(lang)
    assert words.percent(1.0, lang) in said
    assert words.t("milestones.note.attempts", lang) in said


@pytest.mark.parametrize("lang", words.LANGS)
def test_an_experiment_says_what_the_other_arm_changed(at_home, lang):
    people = [exposed(f"p{k}", "hover" if k % 2 else "control", experiment="scan") for k in range(40)]
    tries = [
        attempt(f"p{k}", f"t{k}", "hover" if k % 2 else "sell-check", *(DONE if k % 2 else ()))
        for k in range(40)
    ]
    at_home(*people, *tries)
    said = read(lang, compare="scan")
    assert words.points(1.0, lang) in said
    assert words.t("milestones.note.people", lang) in said
    assert words.t("milestones.against", lang, control="control") in said


@pytest.mark.parametrize("lang", words.LANGS)
def test_a_log_that_does_not_name_its_flows_is_told_what_is_missing(at_home, lang):
    at_home([event("camera_opened", "ann", 0)])
    assert words.t("reason.milestones_no_attempt", lang, flows="sell-check, hover") in read(lang)
