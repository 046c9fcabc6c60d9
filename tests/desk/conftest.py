"""Stores in every state that a page must bear: none, little, the sample, broken."""

import json
import shutil
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from analysis.verbs import run_verb
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


def put_on_record(store: Store, file: Path, key: str | None = None) -> None:
    plan = Experiment.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    store.records.add("experiment", key or plan.key, plan.model_dump(mode="json"), "tests")


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("sample")
    with Store.open(home) as store:
        load(store, SAMPLE / "logs")
        for file in sorted((SAMPLE / "experiments").glob("*.toml")):
            put_on_record(store, file)
        for file in sorted((SAMPLE / "copies").glob("*.toml")):
            body = tomllib.loads(file.read_text(encoding="utf-8"))
            run_verb(store, "copy_add", {"body": body, "who": "tests"})
        run_verb(store, "models_import", {"paths": [str(SAMPLE / "bench")], "who": "tests"})
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


STRANGE = (
    "<b onload=alert(1)>",
    "[a link](http://example.com)",
    "$x$ :red[y] *z*",
    "=cmd()",
    "表示🎯" * 40,
    "a|b\n# c",
    " ",
)


def _strange(home: Path) -> None:
    """Names nobody would choose, more of them than fit a screen, and a record that cannot be read."""
    log = home / "strange.ndjson"
    names = [*STRANGE, *(f"event_{n:03d}" for n in range(300))]
    with log.open("w") as file:
        for n in range(1200):
            name = (
                names[n % len(names)]
                if n % 3
                else ("suggestion_shown", "suggestion_tapped", "inference_completed")[n % 9 // 3]
            )
            strange = STRANGE[n % len(STRANGE)]
            line = {
                "event_id": str(n), "event": name, "ts": 1_777_600_000 + n, "user_id": f"{strange}{n % 40}",
                "platform": strange, "device": f"{strange}{n % 90}", "app_version": strange,
                "properties": {
                    "impression_id": f"i{n // 9}", "display_ms": 4000, "elapsed_ms": 1500, "copy_id": strange,
                    "inference_id": f"n{n}", "model": strange, "model_version": strange, "latency_ms": n % 70,
                },
            }  # fmt: skip
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    with Store.open(home) as store:
        load(store, log)
        for n, name in enumerate(STRANGE):
            plan = {
                "key": f"strange-{n}",
                "name": name,
                "hypothesis": name,
                "variants": [{"key": "control"}, {"key": name}],
            }
            store.records.add("experiment", plan["key"], plan, "tests")
        store.records.add("experiment", "unreadable", {"name": "unreadable", "variants": 3}, "tests")
        for n in range(20):
            put_on_record(store, SAMPLE / "experiments" / "display-8s.toml", key=f"copy-{n:02d}")


def _broken(home: Path) -> None:
    (home / "kazasu.duckdb").write_bytes(b"this is no database" * 1000)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The store of a state, made once: for copies, nobody moves in."""

    @cache
    def make(state: str) -> Path:
        home = tmp_path_factory.mktemp(state)
        {"nothing": _nothing, "little": _little, "strange": _strange, "broken": _broken}[state](home)
        return home

    return make


@pytest.fixture
def at_home(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    made: Callable[[str], Path],
) -> Iterator[Callable[[str], Path]]:
    """Move in: `at_home("nothing" | "little" | "strange" | "sample" | "broken")` makes that store the process's own."""

    def move_in(state: str) -> Path:
        home = request.getfixturevalue("sample_home") if state == "sample" else tmp_path
        if state != "sample":
            shutil.copytree(made(state), home, dirs_exist_ok=True)
        monkeypatch.setenv("KAZASU_HOME", str(home))
        return home

    yield move_in
    close_current()
