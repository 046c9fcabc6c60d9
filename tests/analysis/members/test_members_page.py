"""The list of units as a page shows it, in both languages."""

import pytest
from streamlit.testing.v1 import AppTest

from analysis import words
from analysis.members.page import cohort_names
from ingest.store import close_current, current
from tests.analysis.members.test_members import FUNNEL, STORY
from tests.journeys import journeys


@pytest.fixture
def at_home(tmp_path, monkeypatch):
    journeys(tmp_path, STORY).close()
    monkeypatch.setenv("KAZASU_HOME", str(tmp_path / "home"))
    yield
    close_current()


def shown(lang, step, outcome, funnel=FUNNEL, group=None):
    def show(funnel, step, outcome, group):
        from analysis.funnel import FunnelQuery
        from analysis.members.page import list_of_units

        list_of_units(FunnelQuery.model_validate(funnel), step, outcome, "here", group=group)

    told = {"funnel": funnel, "step": step, "outcome": outcome, "group": group}
    tab = AppTest.from_function(show, kwargs=told, default_timeout=60)
    tab.query_params["lang"] = lang
    tab.run()
    assert not tab.exception, tab.exception[0].message
    return tab


@pytest.mark.parametrize("lang", words.LANGS)
def test_who_dropped_stands_in_a_table_with_files_of_all(at_home, lang):
    tab = shown(lang, 3, "dropped")
    told = {"step": "result_shown", "before": "3", "reached": "1", "dropped": "1", "maturing": "1"}
    assert words.t("members.dropped", lang, **told) in tab.markdown[0].value.replace("\\", "")
    (table,) = tab.dataframe
    assert list(table.value[words.t("members.column.person", lang)]) == ["ben"]
    assert list(table.value[words.t("members.column.entered", lang)]) == ["2026-04-06 20:00:00"]
    files = [button.label for button in tab.get("download_button")]
    assert files == [words.t("members.csv", lang), words.t("members.parquet", lang)]


def test_an_empty_list_says_so_and_offers_no_file(at_home):
    tab = shown("en", 3, "dropped", {**FUNNEL, "where": {"device": "nowhere"}})
    assert "0 of the 0 that got to the step before" in tab.markdown[0].value
    assert not tab.get("download_button")


def test_a_group_that_is_not_there_is_told_kindly(at_home):
    tab = shown("en", 3, "dropped", {**FUNNEL, "breakdown": {"by": ["device"]}}, group=("strange",))
    assert "must be one of the groups" in tab.warning[0].value


@pytest.mark.parametrize("lang", words.LANGS)
def test_a_list_is_saved_as_a_cohort_and_a_taken_name_is_told(at_home, lang):
    tab = shown(lang, 3, "dropped")
    tab.text_input(key="here.name").set_value(" lost ")
    tab.button(key="here.save").click().run()
    assert not tab.exception
    said = words.t("cohort.added", lang, name="lost", n=words.count(1, lang, "person"), version=1)
    assert tab.success[0].value.replace("\\", "") == said
    (record,) = current().records.all("cohort")
    assert (record["key"], record["body"]["persons"], record["who"]) == ("lost", 1, "page")
    assert cohort_names(current()) == ["lost"]
    tab.button(key="here.save").click().run()
    assert "must be new" in tab.warning[0].value
    assert len(current().records.all("cohort")) == 1


def test_chains_have_no_list_and_the_page_goes_on(at_home):
    tab = shown("en", 3, "dropped", {**FUNNEL, "count": "chains"})
    assert [one.value for one in tab.info] == [words.t("members.chains", "en")]
    assert not tab.warning
