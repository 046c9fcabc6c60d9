"""Lists become cohorts, and come back: the verbs, from the question to the record."""

import json

import pytest

from analysis.members import MembersQuery
from analysis.members.export import write
from analysis.verbs import run_verb
from ingest import load
from tests.analysis.members.test_members import FUNNEL, STORY
from tests.journeys import journeys


@pytest.fixture
def store(tmp_path):
    with journeys(tmp_path, STORY) as opened:
        yield opened


def do(store, verb, **payload):
    return json.loads(json.dumps(run_verb(store, verb, payload)))


def add(store, name, step, outcome, **funnel):
    question = {"funnel": {**FUNNEL, **funnel}, "step": step, "outcome": outcome}
    return do(store, "cohort_add", name=name, who="cid", question=question)


def persons(store, name):
    with store.cursor() as cursor:
        found = cursor.execute(
            "SELECT person FROM cohort_members WHERE cohort = $name ORDER BY 1", {"name": name}
        )
        return [person for (person,) in found.fetchall()]


def test_a_list_is_saved_with_where_it_came_from(store):
    version = store.data_version()
    made = add(store, "lost", 2, "dropped")["cohort"]
    assert persons(store, "lost") == ["cid"]
    assert (made["name"], made["version"], made["persons"], made["units"]) == ("lost", 1, 1, 1)
    assert made["question"]["step"] == 2
    assert made["question"]["funnel"]["steps"][0]["event"] == "camera_opened"
    assert (made["data_version"], made["source"], made["unknown"]) == (version, None, 0)
    assert made["observed_until"] == "2026-04-06T13:00:00+00:00"
    assert do(store, "cohort_list")["cohorts"] == [made]


def test_units_of_one_person_make_one_member(tmp_path):
    story = {
        "ann": [
            "camera_opened 10:00:00 attempt_id=a",
            "camera_opened 11:00:00 attempt_id=b",
            "app_opened 14:00:00",
        ]
    }
    with journeys(tmp_path, story) as store:
        made = add(store, "lost", 2, "dropped", unit="attempt")["cohort"]
        assert (made["units"], made["persons"], persons(store, "lost")) == (2, 1, ["ann"])


def test_a_cohort_is_frozen_until_it_is_made_again(store, tmp_path):
    add(store, "growing", 3, "maturing")
    add(store, "lost", 3, "dropped")
    log = tmp_path / "later.ndjson"
    log.write_text(
        '{"event_id": "z", "event": "app_opened", "ts": "2026-04-06T15:00:00Z", "user_id": "eve"}\n'
    )
    load(store, log)
    assert (persons(store, "growing"), persons(store, "lost")) == (["dan"], ["ben"])
    again = [do(store, "cohort_refresh", name=name, who="dan")["cohort"] for name in ("growing", "lost")]
    assert [(one["version"], one["who"], one["persons"]) for one in again] == [(2, "dan", 0), (2, "dan", 2)]
    assert (persons(store, "growing"), persons(store, "lost")) == ([], ["ben", "dan"])


def test_a_group_without_value_can_be_saved_and_made_again(store):
    question = {
        "funnel": {**FUNNEL, "breakdown": {"by": ["platform"]}},
        "step": 1,
        "outcome": "reached",
        "group": [None],
    }
    first = do(store, "cohort_add", name="unsaid", who="cid", question=question)["cohort"]
    again = do(store, "cohort_refresh", name="unsaid", who="cid")["cohort"]
    assert persons(store, "unsaid") == ["ben", "cid", "dan"]
    assert again["question"] == first["question"]


def test_a_name_that_is_taken_is_not_written_over(store):
    add(store, "lost", 2, "dropped")
    said = add(store, "lost", 3, "dropped")["error"]
    assert said["exit"] == 2
    assert "`name` is 'lost', which is on record; must be new" in said["sentence"]
    assert persons(store, "lost") == ["cid"]
    do(store, "cohort_remove", name="lost", who="cid")
    assert add(store, "lost", 3, "dropped")["cohort"]["version"] == 3


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ann\nnobody\n\nann\n", ["ann", "nobody"]),
        ("n,user_id\n1,ann\n2,ben\n3\n", ["ann", "ben"]),
        ('\ufeffperson\r\n"ann"\r\n\'=cmd()\r\n', ["=cmd()", "ann"]),
        ("ann,x\nben,y\n", ["ann", "ben"]),
    ],
)
def test_persons_typed_in_a_file_are_a_cohort_and_strangers_are_counted(store, tmp_path, text, wanted):
    file = tmp_path / "ids.csv"
    file.write_bytes(text.encode())
    made = do(store, "cohort_add", name="typed", who="cid", ids=str(file))["cohort"]
    assert persons(store, "typed") == wanted
    assert made["persons"] == len(wanted)
    assert made["unknown"] == len(set(wanted) - set(STORY))
    assert (made["source"], made["question"], made["units"]) == (str(file), None, None)


def test_our_own_list_comes_back_as_the_same_persons(store, tmp_path):
    path = tmp_path / "list.csv"
    query = MembersQuery.model_validate({"funnel": FUNNEL, "step": 1, "outcome": "reached"})
    write(store, query, "csv", path)
    do(store, "cohort_add", name="back", who="cid", ids=str(path))
    assert persons(store, "back") == ["ann", "ben", "cid", "dan"]


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ({"ids": "/nowhere/ids.csv"}, "`/nowhere/ids.csv` is not usable"),
        ({}, "`question` and `ids` are both given or both left out"),
        ({"question": {"funnel": FUNNEL, "step": 9}}, "`step` is 9; must be 1 to 3"),
    ],
)
def test_what_cannot_be_saved_is_refused(store, payload, said):
    answer = do(store, "cohort_add", name="x", who="cid", **payload)
    assert said in answer["error"]["sentence"]
    assert answer["error"]["exit"] == 2
    assert do(store, "cohort_list")["cohorts"] == []


@pytest.mark.parametrize(
    ("content", "said"), [(b"\xff\xfe", "which is no CSV in UTF-8"), (b"\n\n", "which holds no ids")]
)
def test_a_file_without_ids_is_refused(store, tmp_path, content, said):
    file = tmp_path / "ids.csv"
    file.write_bytes(content)
    assert said in do(store, "cohort_add", name="x", who="cid", ids=str(file))["error"]["sentence"]


@pytest.mark.parametrize("verb", ["cohort_refresh", "cohort_remove"])
def test_an_unknown_name_is_told_with_those_that_there_are(store, verb):
    add(store, "lost", 2, "dropped")
    said = do(store, verb, name="lots", who="cid")["error"]["sentence"]
    assert said.startswith("`cohort` is 'lots'; must be one on record (lost)")
