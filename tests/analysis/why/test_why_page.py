"""The page behind a funnel's losses, view by view, in both languages."""

import pytest
from streamlit.testing.v1 import AppTest

from analysis import words
from analysis.funnel import FunnelQuery
from analysis.page.question import link_text
from ingest import Store, close_current, load
from tests.analysis.segments.incident_world import FUNNEL, random_incident, write_log
from tests.analysis.suggestions import event, landed


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A home with a log in which one segment breaks on one day, and the incident."""
    folder = tmp_path_factory.mktemp("world")
    incident = random_incident(3)
    write_log(folder / "log.ndjson", 3, incident, people=6_000)
    with Store.open(folder / "home") as store:
        load(store, [folder / "log.ndjson"])
    return folder / "home", incident


@pytest.fixture
def read(monkeypatch):
    """What a reader of the page sees in a home."""

    def show():
        from analysis.why.page import render

        render()

    def reading(home, lang, funnel=FUNNEL, **question):
        monkeypatch.setenv("KAZASU_HOME", str(home))
        tab = AppTest.from_function(show, default_timeout=60)
        asked = {"lang": lang, "q": link_text(FunnelQuery.model_validate(funnel)), **question}
        for key, value in asked.items():
            tab.query_params[key] = value
        tab.run()
        assert not tab.exception, tab.exception[0].message
        kinds = (tab.header, tab.subheader, tab.markdown, tab.info, tab.warning)
        return "\n".join(str(one.value) for kind in kinds for one in kind).replace("\\", "")

    yield reading
    close_current()


@pytest.mark.parametrize("lang", words.LANGS)
def test_who_names_the_segment_that_broke(world, read, lang):
    home, incident = world
    said = read(home, lang, step=str(incident.step))
    assert f"{incident.field} = {incident.value}" in said


@pytest.mark.parametrize("lang", words.LANGS)
def test_what_next_counts_those_who_did_nothing_more(world, read, lang):
    said = read(world[0], lang, view="next", step="2")
    assert words.t("why.paths.ended", lang, n="%", ended="%", step="opened").split("%")[-1] in said


@pytest.mark.parametrize("lang", words.LANGS)
def test_what_goes_with_it_says_that_it_need_not_be_the_cause(world, read, lang):
    home, incident = world
    said = read(home, lang, view="with", step=str(incident.step))
    assert words.t("reason.drivers_not_causes", lang) in said


@pytest.mark.parametrize("lang", words.LANGS)
@pytest.mark.parametrize("per", ["hour", "day", "week"])
def test_over_time_says_what_it_will_come_to(world, read, lang, per):
    said = read(world[0], lang, view="over_time", step="2", per=per)
    assert words.t("trend.curve", lang) in said
    assert words.t("trend.note.first", lang) in said


@pytest.mark.parametrize("lang", words.LANGS)
def test_without_suggestions_there_are_none_to_explain(world, read, lang):
    assert words.t("reason.losses_none", lang) in read(world[0], lang, view="suggestions")


@pytest.mark.parametrize("lang", words.LANGS)
def test_a_funnel_of_one_step_loses_nobody(world, read, lang):
    said = read(world[0], lang, funnel={"steps": [{"event": "opened"}]})
    assert words.t("why.one_step.body", lang) in said


@pytest.mark.parametrize("view", ["who", "over_time", "next", "with"])
def test_too_little_data_is_said_kindly(tmp_path, read, view):
    landed(tmp_path, [event("opened", "ann", 0)]).close()
    said = read(tmp_path / "home", "en", view=view)
    assert (
        "at least" in said
        or "Nobody" in said
        or "nobody" in said
        or "nothing" in said
        or "may still come" in said
    ), said
