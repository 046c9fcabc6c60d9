"""Taps, models, losses and flows of a cohort are those of a log that only its members wrote."""

import pyarrow as pa
import pytest

from analysis.verbs import run_verb
from ingest.cohorts import put
from tests.analysis.suggestions import event, impression, landed, much_later

PEOPLE = [f"p{n}" for n in range(12)]
CHOSEN = [who for n, who in enumerate(PEOPLE) if n % 3]
UNTIL = {"observed_until": "2026-05-01T00:00:00Z"}


def story(n, who):
    endings = (("tap", 900), ("dismiss", 1500), (None, None))
    found = [
        event("listing_started", who, n, attempt_id=f"a{n}"),
        event("photo_taken", who, n + 1),
        event(
            "inference_completed",
            who,
            n + 2,
            inference_id=f"n{n}",
            model="m",
            model_version=f"v{n % 2}",
            label="book",
            latency_ms=20 + n,
            device="old" if n % 2 else "new",
        ),
        event("label_confirmed", who, n + 60, inference_id=f"n{n}", true_label="book" if n % 4 else "toy"),
        event("camera_opened", who, n + 100, flow="sell-check"),
        event("photo_taken", who, n + 101, flow="sell-check"),
        *([event("objects_detected", who, n + 102), event("object_tapped", who, n + 103)] if n % 2 else []),
    ]
    if n == 0:
        found.append(event("camera_opened", who, 9_000))
    return [*found, *impression(who, *endings[n % 3], after_s=n + 3, inference_id=f"n{n}")]


def store_of(folder, people):
    folder.mkdir()
    stories = [story(n, who) for n, who in enumerate(PEOPLE) if who in people]
    return landed(folder, *stories, much_later())


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    folder = tmp_path_factory.mktemp("logs")
    with store_of(folder / "whole", PEOPLE) as whole, store_of(folder / "part", CHOSEN) as part:
        put(whole, "some", pa.array([*CHOSEN, "nobody"]), {}, "tests")
        yield whole, part


QUESTIONS = [("taps", {}), ("models", {"among": "all"}), ("losses", {"by": ["device"]}), ("milestones", {})]


@pytest.mark.parametrize(("verb", "more"), QUESTIONS)
def test_the_answer_is_that_of_the_members_alone(stores, verb, more):
    whole, part = stores
    mine = run_verb(whole, verb, {**UNTIL, **more, "cohort": "some"})
    only = run_verb(part, verb, {**UNTIL, **more})
    everybody = run_verb(whole, verb, {**UNTIL, **more})
    assert "error" not in mine
    for said in (mine, only, everybody):
        assert said.pop("data_version")
    assert mine == only
    assert mine != everybody


@pytest.mark.parametrize(("verb", "more"), QUESTIONS)
def test_a_cohort_that_is_not_there_is_refused(stores, verb, more):
    said = run_verb(stores[0], verb, {**UNTIL, **more, "cohort": "sum"})["error"]
    assert said["sentence"].startswith("`cohort` is 'sum'; must be one on record (some)")


@pytest.mark.parametrize("verb", ["taps", "milestones"])
def test_a_cohort_beside_an_experiment_is_refused(stores, verb):
    said = run_verb(stores[0], verb, {**UNTIL, "cohort": "some", "experiment": "scan"})["error"]
    assert "`cohort` is 'some' beside an experiment; must be left out" in said["sentence"]
