"""Copies on record: added once, changed by a new entry, withdrawn by a record, and found for a variant."""

from analysis.verbs import run_verb
from analysis.wordings import copies_on_record, languages_of
from ingest import Store
from ingest.loading import rebuild
from tests.journeys import store_in


def body(*copies):
    return {"copies": [{"language": "en", "text": "words", **copy} for copy in copies]}


def add(store, *copies):
    return run_verb(store, "copy_add", {"body": body(*copies), "who": "ann"})


def test_a_copy_goes_on_record_once_and_a_change_again(tmp_path):
    with store_in(tmp_path) as store:
        assert add(store, {"copy_id": "a"})["added"] == ['["a", "en", null]']
        again = add(store, {"copy_id": "a"}, {"copy_id": "b", "text": "x\ny"})
        assert (again["same"], again["added"]) == (['["a", "en", null]'], ['["b", "en", null]'])
        before = store.data_version()
        add(store, {"copy_id": "a", "text": "better words"})
        assert store.data_version() != before
        assert [one.text for one in copies_on_record(store)] == ["better words", "x\ny"]
        assert len(store.records.all("copy")) == 3
        rebuild(store)
    with Store.open(tmp_path) as store:
        assert [one.text for one in copies_on_record(store)] == ["better words", "x\ny"]


def test_one_bad_copy_keeps_the_whole_file_out(tmp_path):
    with store_in(tmp_path) as store:
        said = add(store, {"copy_id": "a"}, {"copy_id": "b", "button_style": "link"})
        assert said["error"]["exit"] == 2
        assert copies_on_record(store) == ()


def test_a_copy_is_withdrawn_by_a_record_and_can_come_back(tmp_path):
    with store_in(tmp_path) as store:
        add(store, {"copy_id": "a", "design_id": "d"}, {"copy_id": "b"})
        named = {"copy_id": "a", "language": "en", "who": "ann"}
        missing = run_verb(store, "copy_remove", named)
        assert '["a", "en", "d"]' in missing["error"]["sentence"]
        run_verb(store, "copy_remove", {**named, "design_id": "d"})
        assert [one.copy_id for one in copies_on_record(store)] == ["b"]
        assert [record["body"]["copy_id"] for record in run_verb(store, "copy_list", {})["copies"]] == ["b"]
        add(store, {"copy_id": "a", "design_id": "d"})
        assert [one.copy_id for one in copies_on_record(store)] == ["a", "b"]


def test_a_variant_finds_its_words_by_design_then_language(tmp_path):
    with store_in(tmp_path) as store:
        add(store, {"copy_id": "a", "text": "any"}, {"copy_id": "a", "design_id": "d", "text": "of d"},
            {"copy_id": "a", "language": "ja", "text": "日本語"})  # fmt: skip
        copies = copies_on_record(store)
    said = {copy.language: copy.text for copy in languages_of(copies, "a", "d", None)}
    assert said == {"en": "of d", "ja": "日本語"}
    assert [copy.text for copy in languages_of(copies, "a", "other", "en")] == ["any"]
    assert [copy.text for copy in languages_of(copies, "a", None, "en-GB")] == ["any"]
    assert [copy.text for copy in languages_of(copies, "a", "d", "ja")] == ["日本語"]
    assert languages_of(copies, "a", "d", "fr") == languages_of(copies, "b", "d", None) == ()
    assert languages_of(copies, None, None, None) == ()


def test_the_very_language_comes_before_its_wider_one(tmp_path):
    with store_in(tmp_path) as store:
        add(store, {"copy_id": "a"}, {"copy_id": "a", "language": "en-GB", "text": "colour"})
        found = languages_of(copies_on_record(store), "a", None, "en-GB")
    assert [copy.language for copy in found] == ["en-GB", "en"]
