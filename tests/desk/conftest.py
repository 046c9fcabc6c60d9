"""Stores in every state that a page must bear: none, little, the sample, broken."""

import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from experiments import Experiment
from ingest import Store, load
from ingest.store import close_current

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample_data"
LITTLE = [
    {"event": "camera_opened", "ts": "2026-05-01T10:00:00+09:00"},
    {"event": "photo_taken", "ts": "2026-05-01T10:00:01+09:00"},
    {
        "event": "suggestion_shown",
        "ts": "2026-05-01T10:00:02+09:00",
        "properties": {"impression_id": "i1", "display_ms": 4000},
    },
    {"event": "suggestion_tapped", "ts": "2026-05-01T10:00:04+09:00", "properties": {"impression_id": "i1"}},
    {"event": 7, "ts": "2026-05-01T10:00:05+09:00"},
]


def put_on_record(store: Store, file: Path) -> None:
    plan = Experiment.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    store.records.add("experiment", plan.key, plan.model_dump(mode="json"), "tests")


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("sample")
    with Store.open(home) as store:
        load(store, SAMPLE / "logs")
        for file in sorted((SAMPLE / "experiments").glob("*.toml")):
            put_on_record(store, file)
    return home


def _nothing(home: Path) -> None:
    Store.open(home).close()


def _little(home: Path) -> None:
    log = home / "little.ndjson"
    lines = (
        {"event_id": str(n), "user_id": "ann", "platform": "ios", **event} for n, event in enumerate(LITTLE)
    )
    log.write_text("\n".join(json.dumps(line) for line in lines) + "\n")
    with Store.open(home) as store:
        load(store, log)
        put_on_record(store, SAMPLE / "experiments" / "display-8s.toml")


def _broken(home: Path) -> None:
    (home / "kazasu.duckdb").write_bytes(b"this is no database" * 1000)


@pytest.fixture
def at_home(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[[str], Path]]:
    """Move in: `at_home("nothing" | "little" | "sample" | "broken")` makes that store the process's own."""

    def move_in(state: str) -> Path:
        home = request.getfixturevalue("sample_home") if state == "sample" else tmp_path
        make = {"nothing": _nothing, "little": _little, "broken": _broken}.get(state)
        if make:
            make(home)
        monkeypatch.setenv("KAZASU_HOME", str(home))
        return home

    yield move_in
    close_current()
