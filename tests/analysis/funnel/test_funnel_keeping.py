"""What people keep on the funnel page: forms that are filled in and pressed, lists that say what stands, taken back again."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analysis import saved, words
from analysis.alerts import RULE
from ingest import Store
from ingest.store import close_current, current
from tests.analysis.funnel.test_funnel_page import PEOPLE, asked, link, opened, said, settled
from tests.journeys import journeys

KEEP, WITHDRAW = "funnel.keep.now", "funnel.views.withdraw"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Four people in the store that the page opens."""
    with journeys(tmp_path, PEOPLE) as landed:
        monkeypatch.setenv("KAZASU_HOME", str(landed.home))
    yield current()
    close_current()


def fill(tab: AppTest, **fields: str) -> AppTest:
    for key, value in fields.items():
        tab.text_input(key=key.replace("__", ".")).set_value(value)
    return tab


def press(tab: AppTest, label: str, key: str = "") -> AppTest:
    """Press the button with this label of the catalogue; of several the one whose key begins so."""
    lang = tab.query_params["lang"]
    told = words.t(label, lang[0] if isinstance(lang, list) else lang)
    (button,) = (one for one in tab.button if one.label == told and str(one.key).startswith(key))
    button.click()
    return settled(tab)


def test_a_question_is_kept_renamed_and_taken_back(store):
    tab = press(
        fill(opened("ja", q=link(within="5m")), keep__name="Friday review", kept__who="mio"),
        KEEP,
        "FormSubmitter:keep",
    )
    (view,) = saved.views(store)
    assert (view.name, view.who, view.question["within"]) == ("Friday review", "mio", "5m")
    assert f"view:{view.key}" in str(tab.selectbox(key="funnel.flow").value)
    assert "mio" in said(tab)

    press(fill(tab, **{f"rename__{view.key}__name": "Monday review"}), KEEP, f"rename.{view.key}")
    (renamed,) = saved.views(store)
    assert (renamed.key, renamed.name) == (view.key, "Monday review")

    tab = press(opened("ja", q=link(within="5m")), WITHDRAW, f"withdraw.{view.key}")
    assert saved.views(store) == []
    assert asked(tab)["within"] == "5m"


def test_a_name_that_another_view_has_is_refused_and_said(store):
    tab = press(fill(opened("ja", q=link()), keep__name="Friday review"), KEEP, "FormSubmitter:keep")
    tab = press(fill(tab, keep__name="Friday review"), KEEP, "FormSubmitter:keep")
    assert "Friday review" in "\n".join(str(one.value) for one in tab.warning)
    assert len(saved.views(store)) == 1


def test_a_kept_view_is_a_question_to_start_from(store):
    press(fill(opened("ja", q=link(within="5m")), keep__name="Friday review"), KEEP, "FormSubmitter:keep")
    (view,) = saved.views(store)
    tab = opened("ja", q=link(within="1h"))
    tab.selectbox(key="funnel.flow").set_value(f"view:{view.key}")
    assert asked(settled(tab))["within"] == "5m"


def test_an_annotation_is_written_and_taken_back(store):
    tab = fill(opened("ja", q=link()), note__text="release 2.0", kept__who="mio")
    tab.date_input(key="note.day").set_value(date(2026, 4, 5))
    tab = press(tab, "funnel.notes.now")
    (note,) = saved.annotations(store)
    assert (note.text, note.who, note.moment.date()) == ("release 2.0", "mio", date(2026, 4, 5))
    assert "release 2.0" in said(tab)
    press(tab, WITHDRAW, f"withdraw.{note.key}")
    assert saved.annotations(store) == []


def test_an_alert_rule_is_written_judged_and_taken_back(store):
    tab = fill(opened("ja", q=link()), alert__name="Results fall")
    tab.number_input(key="alert.threshold").set_value(90.0)
    tab = press(tab, "funnel.alerts.now")
    rule = store.records.get(RULE, "Results fall")
    assert rule is not None
    assert (rule["name"], rule["side"], rule["step"]) == ("Results fall", "below", 3)
    assert rule["threshold"] == pytest.approx(0.9)
    assert "Results fall" in said(tab)
    press(tab, WITHDRAW, "alert.withdraw.Results fall")
    assert "Results fall" not in said(opened("ja", q=link()))


def test_an_alert_without_a_name_is_refused_and_said(store):
    tab = press(opened("ja", q=link()), "funnel.alerts.now")
    assert tab.warning
    assert not store.records.all(RULE)
