"""Every walked unit comes with itself: the stored key of a person, else its text, whatever the batches."""

import pytest

from analysis.ask import ask
from analysis.steps import reading, walk_funnel
from experiments.funnel import Funnel
from tests.journeys import journeys

STEPS = [{"event": "a"}, {"event": "b"}]
STORIES = {
    f"p{n:02}": ["z 09:59:00", f"a 10:00:{n:02} attempt_id=t{n % 7}", *(["b 10:01:00"] if n % 3 else [])]
    for n in range(30)
} | {"none": ["b 10:00:00"]}


@pytest.mark.parametrize("rows", [1, 4, 1000])
def test_keys_are_the_units(tmp_path, monkeypatch, rows):
    monkeypatch.setattr(reading, "BATCH_ROWS", rows)
    with journeys(tmp_path, STORIES) as store:
        users = walk_funnel(store, Funnel.model_validate({"steps": STEPS}))
        of = dict(map(tuple, (row.values() for row in ask(
            store, "SELECT DISTINCT person_key, person FROM events_main").to_pylist())))  # fmt: skip
        assert {of[key]: reach for key, reach in zip(users.keys.to_pylist(), users.reach, strict=True)} == {
            f"p{n:02}": 1 + bool(n % 3) for n in range(30)
        }
        attempts = walk_funnel(store, Funnel.model_validate({"steps": STEPS, "unit": "attempt"}))
        assert sorted(attempts.keys.to_pylist()) == sorted(f"t{n}" for n in range(7))


def test_keys_are_the_units_where_rows_are_sorted_anew(tmp_path):
    with journeys(tmp_path, STORIES, fresh=40) as store:
        users = walk_funnel(store, Funnel.model_validate({"steps": STEPS}))
    assert dict(zip(users.keys.to_pylist(), users.reach.tolist(), strict=True)) == {
        f"p{n:02}": 1 + bool(n % 3) for n in range(30)
    }
    with journeys(tmp_path / "empty", {}) as store:
        assert len(walk_funnel(store, Funnel.model_validate({"steps": STEPS})).keys) == 0
