"""What the funnel page offers, says and draws: choices from the store, sentences, pictures and rows."""

import pytest

from analysis import words
from analysis.funnel import FunnelQuery
from analysis.funnel.chart import groups_chart, steps_chart
from analysis.funnel.choices import choices
from analysis.funnel.rows import group_table, plain_rows, step_table
from analysis.funnel.sentences import conditions, finding, in_words, notes, question, window
from experiments.funnel import Step
from ingest import Store
from tests.analysis.funnel.funnel_stories import ask
from tests.journeys import journeys


@pytest.fixture
def people(tmp_path):
    with journeys(
        tmp_path,
        {
            "ann": ["camera_opened 10:00:00 platform=ios", "photo_taken 10:00:04", "result_shown 10:00:10"],
            "bob": ["camera_opened 10:00:00 platform=android", "photo_taken 10:00:02"],
            "cee": [
                "camera_opened 10:00:10 platform=android",
                "experiment_exposed 10:00:11 experiment=e variant=control",
            ],
        },
    ) as store:
        yield store


def test_a_store_offers_its_events_its_filled_fields_and_the_flows_it_logged(people):
    found = choices(people)
    assert found.events == ("camera_opened", "photo_taken", "result_shown")  # no telemetry
    assert found.fields == ("platform",)
    ((name, funnel),) = found.funnels
    assert name == "general"
    assert [step.event for step in funnel.steps] == list(found.events)


def test_a_flow_that_was_logged_whole_is_offered_per_attempt_and_held_to_its_name(tmp_path):
    hover = ["camera_opened 10:00:00 flow=hover", "object_focused 10:00:02", "result_shown 10:00:03"]
    with journeys(tmp_path, {"ann": hover}) as store:
        ((name, funnel),) = choices(store).funnels
    assert (name, funnel.unit) == ("hover", "attempt")
    assert [step.event for step in funnel.steps] == ["camera_opened", "object_focused", "result_shown"]
    assert funnel.steps[0].where == {"flow": "hover"}


def test_an_empty_store_offers_nothing(tmp_path):
    with Store.open(tmp_path) as store:
        assert choices(store).funnels == ()


def test_the_largest_loss_is_told_in_words(people):
    found = ask(people)
    assert (
        finding(found, "en")
        == "The largest loss is camera_opened → photo_taken: 33.3% stop there (1 person)."
    )
    assert (
        finding(found, "ja")
        == "最大の離脱は「camera_opened」→「photo_taken」です。33.3%(1人)がここで止まっています。"
    )
    alone = ask(people, steps=[{"event": "camera_opened"}])
    assert finding(alone, "en") == "3 people reached camera_opened. Add a step to see who goes on."
    everyone = ask(
        people, steps=[{"event": "camera_opened", "where": {"platform": "ios"}}, {"event": "photo_taken"}]
    )
    assert finding(everyone, "en").startswith("Nobody is lost")
    nobody = ask(people, steps=[{"event": "other"}, {"event": "photo_taken"}])
    assert finding(nobody, "ja") == "最初の手順「other」に到達した人がいないため、到達率は出せません。"


def test_the_question_and_its_conditions_are_told_in_words():
    where = {
        "a": 1,
        "b": {"ge": 2, "lt": 3.5},
        "c": {"in": ["x", 2, True]},
        "d": {"is_null": True},
        "e": {"is_null": False},
    }
    step = Step.model_validate(
        {"event": "shown", "where": {**where, "f": {"contains": "本"}, "g": {"ne": False}}}
    )
    assert conditions(step, "en") == (
        "a = 1, b ≥ 2, b < 3.5, c is one of x, 2, true, d is missing, e is there, f contains 本, g ≠ false"
    )
    assert "d が空" in conditions(step, "ja")
    query = FunnelQuery.model_validate({"within": "30s", "unit": "property:item", "steps": [{"event": "a"}]})
    assert question(query, "en").startswith("Per item: 1 steps in order, within 30 s")
    assert [window(text, "ja") for text in ("30s", "1.5h", "250 ms", "7d", "5m")] == [
        "30秒",
        "1.5時間",
        "250ミリ秒",
        "7日",
        "5分",
    ]


def test_what_was_left_out_is_told(people):
    found = ask(
        people,
        unit="attempt",
        within="1h",
        steps=[{"event": "photo_taken", "where": {"platform": {"ge": 2}}}],
    )
    told = " ".join(notes(ask(people, unit="impression"), "en"))
    assert "6 events of these steps carry no impression and are left out." in told
    assert all(words.t("funnel.note.method", lang) in notes(found, lang) for lang in words.LANGS)
    assert any("may still get further" in one for one in notes(ask(people, within="1h"), "en"))


@pytest.mark.parametrize("lang", words.LANGS)
def test_pictures_say_every_percentage_with_its_count(people, lang):
    found = ask(people, breakdown={"by": ["platform"]})
    steps, groups = steps_chart(found, lang).to_dict(), groups_chart(found, lang).to_dict()
    rows = next(iter(steps["datasets"].values()))
    assert [row["step"] for row in rows] == ["1. camera_opened", "2. photo_taken", "3. result_shown"]
    assert rows[1]["told"].startswith("66.7% · 2")
    drawn = next(iter(groups["datasets"].values()))
    assert {row["group"] for row in drawn} == {"ios", "android"}


def test_rows_hold_every_figure_and_tables_read_in_words(people):
    found = ask(people, breakdown={"by": ["platform"]})
    rows = plain_rows(found)
    assert len(rows) == 3 * 3
    assert rows[rows["group"] == "all"]["units"].tolist() == [3, 2, 1]
    assert rows[(rows["value"] == "ios") & (rows["step"] == 2)]["p50_s"].tolist() == [4.0]
    table = step_table(found, "en")
    assert table["Reached"].tolist() == ["3 people", "2 people", "1 person"]
    assert table["Median time"].tolist() == ["—", "3.0 s", "6.0 s"]
    assert group_table(found, "ja")["platform"].tolist() == ["android", "ios"]


def test_the_levels_of_an_unordered_funnel_have_names_in_both_languages_and_each_step_its_share(people):
    steps = [{"event": "photo_taken"}, {"event": "camera_opened"}]
    found = ask(people, steps=steps, order="unordered", breakdown={"by": ["platform"]})
    for lang, name in (("en", "any 2 of 2"), ("ja", "2 個中 2 個")):
        told = in_words(found, lang)
        assert [step.name for step in (told.steps[1], told.groups[0].steps[1])] == [name, name]
        shares = next(note for note in notes(told, lang) if "camera_opened" in note)
        assert "photo_taken 66.7" in shares
    ordered = ask(people, steps=steps)
    assert in_words(ordered, "ja") == ordered
