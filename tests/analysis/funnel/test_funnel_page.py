"""The funnel page: the question stands in the address, every change goes there, and odd states are said kindly."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analysis import words
from analysis.funnel import FunnelQuery
from analysis.page import link_text
from ingest import Store
from ingest.store import close_current
from tests.journeys import journeys

SELL_CHECK = {
    "within": "30s",
    "steps": [{"event": "camera_opened"}, {"event": "photo_taken"}, {"event": "result_shown"}],
}
PEOPLE = {
    "ann": ["camera_opened 10:00:00 platform=ios", "photo_taken 10:00:04", "result_shown 10:00:10"],
    "bob": ["camera_opened 10:00:00", "photo_taken 10:00:02"],
    "cee": ["camera_opened 10:00:00", "photo_taken 10:00:06"],
    "dan": ["camera_opened 10:00:00"],
}


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Four people in the store that the page opens."""
    with journeys(tmp_path, PEOPLE) as store:
        monkeypatch.setenv("KAZASU_HOME", str(store.home))
    yield
    close_current()


# Widgets are changed in Japanese, the default: AppTest formats options outside the page, where no address says lang=en.
def opened(lang: str = "en", **question: str) -> AppTest:
    def show() -> None:
        from analysis.funnel.page import render

        render()

    tab = AppTest.from_function(show, default_timeout=120)
    for key, value in {"lang": lang, **question}.items():
        tab.query_params[key] = value
    return settled(tab)


def settled(tab: AppTest) -> AppTest:
    tab.run()
    assert not tab.exception, tab.exception[0].message
    return tab


def link(**changed: object) -> str:
    return link_text(FunnelQuery.model_validate({**SELL_CHECK, **changed}))


def asked(tab: AppTest) -> dict[str, object]:
    """What the address asks for now."""
    text = tab.query_params["q"]
    text = text[0] if isinstance(text, list) else text
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def picked(tab: AppTest, name: str) -> object:
    return tab.selectbox(key=f"funnel.{name}").value


def choose(tab: AppTest, name: str, value: str) -> AppTest:
    tab.selectbox(key=f"funnel.{name}").set_value(value)
    return settled(tab)


def choose_several(tab: AppTest, name: str, *values: str) -> AppTest:
    tab.multiselect(key=f"funnel.{name}").set_value(list(values))
    return settled(tab)


def press(tab: AppTest, name: str) -> AppTest:
    tab.button(key=f"funnel.{name}").click()
    return settled(tab)


def said(tab: AppTest) -> str:
    kinds = (tab.header, tab.subheader, tab.markdown, tab.info, tab.warning)
    return re.sub(r"\\(.)", r"\1", "\n".join(str(one.value) for kind in kinds for one in kind))


def test_without_a_question_the_page_asks_for_the_most_frequent_events(people):
    tab = opened()
    assert "q" not in tab.query_params
    assert [picked(tab, f"step.{n}") for n in range(3)] == ["camera_opened", "photo_taken", "result_shown"]
    assert "The largest loss is photo_taken → result_shown: 66.7% stop there (2 people)." in said(tab)


def test_a_link_shows_its_own_question(people):
    tab = opened(q=link(within="5m", unit="session"))
    assert (picked(tab, "within"), picked(tab, "unit")) == ("5m", "session")
    assert "within 5 min" in said(tab)


@pytest.mark.parametrize(
    ("widget", "value", "key", "becomes"),
    [
        ("within", "1h", "within", "1h"),
        ("unit", "session", "unit", "session"),
        ("order", "unordered", "order", "unordered"),
    ],
)
def test_a_change_goes_to_the_address_and_a_shared_link_shows_the_same(people, widget, value, key, becomes):
    changed = choose(opened("ja", q=link()), widget, value)
    assert asked(changed)[key] == becomes
    text = changed.query_params["q"]
    shared = opened("ja", q=text[0] if isinstance(text, list) else text)
    assert picked(shared, widget) == value
    assert said(shared) == said(changed)


def test_steps_are_added_exchanged_and_removed(people):
    tab = press(opened("ja", q=link()), "remove.2")
    assert [step["event"] for step in asked(tab)["steps"]] == ["camera_opened", "photo_taken"]
    tab = choose(tab, "add", "camera_opened")
    assert [step["event"] for step in asked(tab)["steps"]] == [
        "camera_opened",
        "photo_taken",
        "camera_opened",
    ]
    tab = choose(tab, "step.1", "result_shown")
    assert asked(tab)["steps"][1]["event"] == "result_shown"
    assert picked(tab, "add") == "nothing"


def test_a_step_takes_another_place_and_further_events(people):
    tab = press(opened("ja", q=link()), "earlier.2")
    assert [step["event"] for step in asked(tab)["steps"]] == ["camera_opened", "result_shown", "photo_taken"]
    tab = choose_several(tab, "or.1", "photo_taken")
    assert asked(tab)["steps"][1]["event"] == ["result_shown", "photo_taken"]


def test_a_condition_is_put_on_a_step_and_taken_away(people):
    tab = opened("ja", q=link())
    tab.selectbox(key="funnel.field.0").set_value("platform")
    tab.text_input(key="funnel.value.0").set_value("ios")
    (add,) = [one for one in tab.button if one.form_id == "funnel.held.0"]
    add.click()
    tab = settled(tab)
    assert asked(tab)["steps"][0]["where"] == {"platform": "ios"}
    assert tab.metric[0].value == "1"
    tab = press(tab, "let_go.0.platform")
    assert asked(tab)["steps"][0]["where"] == {}
    assert tab.metric[0].value == "4"


def test_a_split_by_two_fields_and_by_none(people):
    tab = choose_several(opened("ja", q=link()), "by", "platform")
    assert asked(tab)["breakdown"] == {"by": ["platform"], "attribution": "first_touch", "top": 10}
    assert asked(choose_several(tab, "by"))["breakdown"] is None


def test_a_period_goes_to_the_address_and_the_period_before_can_be_drawn_behind(people):
    tab = press(opened("ja", q=link()), "period.week")
    first, last = (asked(tab)[end] for end in ("from", "to"))
    assert (first, last) == ("2026-03-31T00:00:00+09:00", "2026-04-07T00:00:00+09:00")
    assert not tab.toggle(key="funnel.compare").disabled
    tab.toggle(key="funnel.compare").set_value(True)
    tab = settled(tab)
    assert words.t(
        "funnel.compare.nobody", "ja", first="2026年3月24日(火)", last="2026年3月30日(月)"
    ) in said(tab)


def test_a_step_of_the_address_opens_its_panel_with_counts_that_add_up(people):
    tab = opened("en", q=link(observed_until="2027-01-01T00:00:00+00:00"), step="3")
    told = {card.label: card.value for card in tab.metric}
    assert told["Reached it"] == "1 · 33.3%"
    assert told["Dropped off"] == "2 · 66.7%"
    assert told["May still come"] == "0 · 0.0%"
    assert {"bob", "cee"} <= set(tab.dataframe[0].value.iloc[:, 0])


@pytest.mark.parametrize("view", ["trend", "paths", "table"])
def test_a_view_is_kept_in_the_address(people, view):
    steps = [{"event": "camera_opened"}, {"event": "result_shown"}]
    tab = opened("en", q=link(observed_until="2027-01-01T00:00:00+00:00", steps=steps), view=view)
    assert tab.dataframe
    assert "The largest loss" in said(tab) if view == "table" else "The largest loss" not in said(tab)


def test_the_width_of_a_bin_of_times_is_chosen_and_stands_in_the_address(people):
    times = {"view": "time", "step": "2"}
    widths = []
    for chosen in ({}, {"bin": "1s"}):
        tab = opened("en", q=link(observed_until="2027-01-01T00:00:00+00:00"), **times, **chosen)
        (box,) = [one for one in tab.selectbox if one.label == "Width of a bin"]
        assert box.value == chosen.get("bin", "auto")
        rows = next(one.value for one in tab.dataframe if "what" in one.value)
        widths.append(float(rows[rows["what"] == "bin"].iloc[0]["to_s"]))
    assert widths[1] == 1 != widths[0]


def test_a_change_keeps_what_the_widgets_do_not_show(people):
    held = {"from": "2020-01-01T00:00:00+00:00", "where": {"zoom": {"ge": 2}}, "timezone": "UTC"}
    tab = choose(opened("ja", q=link(**held)), "within", "1d")
    now = FunnelQuery.model_validate(asked(tab))
    assert now == FunnelQuery.model_validate({**SELL_CHECK, **held, "within": "1d"})


@pytest.mark.parametrize("lang", words.LANGS)
@pytest.mark.parametrize(
    ("q", "detail"),
    [
        ("!", ""),
        (base64.urlsafe_b64encode(b'{"steps": []}').decode(), "at least 1 item"),
        (base64.urlsafe_b64encode(b'{"steps": [{"event": "a"}], "within": "soon"}').decode(), "soon"),
    ],
)
def test_a_broken_link_is_said_and_the_usual_question_answered(people, lang, q, detail):
    tab = opened(lang, q=q)
    (warned,) = tab.warning
    assert detail in warned.value
    assert picked(tab, "step.0") == "camera_opened"
    assert tab.dataframe


@pytest.mark.parametrize("lang", words.LANGS)
def test_a_first_step_that_nobody_reached_is_said_and_stays_editable(people, lang):
    tab = opened(lang, q=link(steps=[{"event": "rocket_launched"}, {"event": "photo_taken"}]))
    assert words.t("reason.funnel_nobody_entered", lang, step="rocket_launched") in said(tab)
    assert "0.0%" not in said(tab)
    assert picked(tab, "step.0") == "rocket_launched"


@pytest.mark.parametrize("lang", words.LANGS)
def test_an_empty_store_says_how_to_load_one(tmp_path, monkeypatch, lang):
    Store.open(tmp_path).close()
    monkeypatch.setenv("KAZASU_HOME", str(tmp_path))
    try:
        tab = opened(lang)
        assert words.t("store.empty", lang) in [str(one.value) for one in tab.subheader]
        assert not tab.selectbox
    finally:
        close_current()


def test_names_of_steps_never_become_links_or_formats(people):
    trap = "[here](https://example.org)"
    tab = opened(
        q=link(steps=[{"event": "camera_opened", "name": trap}, {"event": "photo_taken", "name": "**b**"}])
    )
    read = [*tab.header, *tab.subheader, *tab.markdown]
    assert any("example.org" in str(one.value) for one in read)
    assert [one.value for one in read if trap in str(one.value) or "**b**" in str(one.value)] == []
    assert [card.help for card in tab.metric if trap in card.help or "**b**" in card.help] == []
