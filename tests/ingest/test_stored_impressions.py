"""Impressions and exposures are read as they were stored, and anew for whom a fresh load touches: never another answer."""

import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ingest import Store, load
from ingest.compaction import compact
from ingest.loading import rebuild
from tests.ingest.logs import write
from tests.journeys import store_in

MANY = 20 if os.environ.get("HYPOTHESIS_PROFILE") == "evidence" else 1
START = 1_775_000_000
ENDINGS = ["suggestion_tapped", "suggestion_dismissed", "suggestion_left", "suggestion_expired"]
WHO = [
    {"user_id": "u1"}, {"user_id": "u2"}, {"anonymous_id": "a1"}, {"anonymous_id": "a2"},
    {"user_id": "u1", "anonymous_id": "a1"}, {"user_id": "u2", "anonymous_id": "a1"}, {"user_id": "u2", "anonymous_id": "a2"},
]  # fmt: skip


@st.composite
def _line(draw: st.DrawFn) -> bytes:
    """One event of a small world: few ids, so that impressions are shown again, ids clash and persons merge."""
    name = draw(st.sampled_from(["suggestion_shown", "suggestion_shown", *ENDINGS, "experiment_exposed"]))
    properties: dict[str, object] = {"impression_id": f"i{draw(st.integers(0, 4))}"}
    if name == "suggestion_shown":
        properties |= {
            "display_ms": draw(st.sampled_from([2000, 4000])),
            "copy_id": draw(st.sampled_from(["v1", "v2"])),
        }
        properties |= (
            {"language": draw(st.sampled_from(["ja", "en", {"of": "no use"}]))} if draw(st.booleans()) else {}
        )
        timeout = draw(st.sampled_from([None, 5000, "6000", 0, -1, "long"]))
        properties |= {} if timeout is None else {"recommended_timeout_ms": timeout}
    elif name == "experiment_exposed":
        properties = {
            "experiment": draw(st.sampled_from(["x", "y"])),
            "variant": draw(st.sampled_from(["a", "b"])),
        }
    else:
        properties |= {"elapsed_ms": draw(st.sampled_from([None, 0, 500, 2000, 2100, 9000]))}
    event = {
        "event_id": f"e{draw(st.integers(0, 15))}",
        "event": name,
        "ts": START + draw(st.integers(0, 3)),
        "properties": properties,
    }
    return json.dumps(event | draw(st.sampled_from(WHO))).encode()


def _shown(number: int, impression: str, ts: int, **who: str) -> bytes:
    event = {"event_id": f"e{number}", "event": "suggestion_shown", "ts": START + ts,
             "properties": {"impression_id": impression, "display_ms": 4000}}  # fmt: skip
    return json.dumps(event | who).encode()


def _exposed(number: int, ts: int, variant: str, **who: str) -> bytes:
    event = {"event_id": f"e{number}", "event": "experiment_exposed", "ts": START + ts,
             "properties": {"experiment": "x", "variant": variant}}  # fmt: skip
    return json.dumps(event | who).encode()


def _checked_as_from_events(store: Store) -> list[str]:
    """Impressions and exposures as they are told from all events, and every person with one key; the impressions."""
    persons, told = set(), []
    with store.cursor() as cursor:
        for view in ("impressions", "exposures"):
            stored = cursor.execute(
                f"SELECT * EXCLUDE (person_key), person, person_key FROM {view}"
            ).fetchall()
            persons |= {row[-2:] for row in stored}
            told.append(sorted(repr(row[:-2]) for row in stored))
            assert told[-1] == sorted(map(repr, cursor.execute(f"FROM kz_{view}('events')").fetchall()))
    assert len({person for person, _ in persons}) == len({key for _, key in persons}) == len(persons)
    return told[0]


MERGED = [[_shown(0, "i0", 2, user_id="u1"), _shown(1, "i1", 1, anonymous_id="a1"), _exposed(2, 0, "a", anonymous_id="a1")],
          [_exposed(3, 3, "b", user_id="u1", anonymous_id="a1")]]  # fmt: skip
DISPLACED = [[_shown(0, "i0", 1, user_id="u1"), _shown(1, "i0", 2, user_id="u2"), _shown(2, "i1", 3, user_id="u2")],
             [_shown(0, "i2", 0, user_id="u3")]]  # fmt: skip


@pytest.mark.slow
@settings(max_examples=12 * MANY, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.lists(_line(), min_size=1, max_size=14), st.booleans()), min_size=1, max_size=4))
@example([(MERGED[0], False), (MERGED[1], False)])
@example([(DISPLACED[0], False), (DISPLACED[1], False)])
def test_after_every_load_the_answer_is_the_one_of_all_events(files: list[tuple[list[bytes], bool]]) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        before: list[str] = []
        with store_in(folder / "home") as store:
            for number, (lines, merge) in enumerate(files):
                load(store, write(folder / f"{number}.ndjson", lines))
                before = _checked_as_from_events(store)
                if merge:
                    compact(store)
                    assert _checked_as_from_events(store) == before
            rebuild(store)
            assert _checked_as_from_events(store) == before


def test_what_no_fresh_load_touches_is_read_as_stored(tmp_path: Path) -> None:
    with store_in(tmp_path / "home") as store:
        load(
            store,
            write(
                tmp_path / "0.ndjson", [_shown(0, "i0", 1, user_id="u1"), _shown(1, "i1", 1, user_id="u2")]
            ),
        )
        load(store, write(tmp_path / "1.ndjson", [_shown(2, "i2", 0, user_id="u2")]))
        with store.cursor() as cursor:
            assert cursor.sql("SELECT person FROM touched_keys").fetchall() == [("u2",)]
            cursor.execute("UPDATE impressions_main SET copy_id = 'from the store'")
            found = cursor.sql("SELECT impression_id, copy_id, nth FROM impressions ORDER BY ALL").fetchall()
    assert found == [("i0", "from the store", 1), ("i1", None, 2), ("i2", None, 1)]


def test_stored_impressions_lie_in_the_order_of_persons_and_time(tmp_path: Path) -> None:
    lines = [_shown(n, f"i{n}", n % 3, user_id=f"u{n % 4}") for n in range(12)]
    with store_in(tmp_path / "home") as store:
        load(store, write(tmp_path / "0.ndjson", lines))
        with store.cursor() as cursor:
            found = cursor.sql("SELECT person_key, nth, shown_ts, person FROM impressions_main").fetchall()
    assert found == sorted(found)
    assert len(found) == 12


@pytest.mark.parametrize(
    ("said", "kept"), [(5000, 5000.0), ("5000", 5000.0), (0, None), (-3, None), ("soon", None), ([1], None)]
)
def test_a_recommended_timeout_is_a_number_above_zero(
    tmp_path: Path, said: object, kept: float | None
) -> None:
    line = json.loads(_shown(0, "i0", 0, user_id="u1"))
    line["properties"] |= {"recommended_timeout_ms": said, "language": "ja"}
    with store_in(tmp_path / "home") as store:
        load(store, write(tmp_path / "0.ndjson", [json.dumps(line).encode()]))
        with store.cursor() as cursor:
            assert cursor.sql("SELECT language, timeout_ms FROM impressions").fetchall() == [("ja", kept)]


def test_a_language_is_read_from_a_name_that_is_written_with_escapes_too(tmp_path: Path) -> None:
    line = _shown(0, "i0", 0, user_id="u1").replace(b'"display_ms"', rb'"langu\u0061ge": "ja", "display_ms"')
    with store_in(tmp_path / "home") as store:
        load(store, write(tmp_path / "0.ndjson", [line]))
        with store.cursor() as cursor:
            assert cursor.sql("SELECT language, display_ms FROM impressions").fetchall() == [("ja", 4000.0)]
