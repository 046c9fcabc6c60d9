"""While the pages are served, the terminal gives the same JSON, through the process that owns the store."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import httpx
import pytest
from processes import ROOT, Kazasu, environment, logged

pytestmark = [pytest.mark.slow]

FUNNEL = """
name = "Pop-up"
within = "1m"
unit = "user"
[[steps]]
event = "photo_taken"
[[steps]]
event = "suggestion_shown"
[[steps]]
event = "suggestion_tapped"
"""
EXPERIMENT = """
key = "display-8s"
[[variants]]
key = "control"
[[variants]]
key = "8s"
[[metrics]]
key = "tapped"
role = "success"
kind = "conversion"
event = "suggestion_tapped"
within = "10s"
"""
QUESTIONS = [
    ("funnel", "funnel.toml"),
    ("funnel", "of_cohort.toml"),
    ("members", "funnel.toml", "--step", "3"),
    ("taps", "--where", "cohort=lost"),
    ("cohort", "list"),
    ("taps", "--by", "display_ms"),
    ("taps", "--experiment", "display-8s"),
    ("models",),
    ("readout", "display-8s"),
    ("readout", "experiment.toml"),
    ("readout", "--table", "counts.csv"),
    ("quarantine", "list"),
    ("experiment", "list"),
    ("readout", "no-such-experiment"),
]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return door.getsockname()[1]


@pytest.fixture
def port(home: Path, tmp_path: Path, kazasu: Kazasu, popup_log: Path) -> int:
    (tmp_path / "funnel.toml").write_text(FUNNEL, "utf-8")
    (tmp_path / "experiment.toml").write_text(EXPERIMENT, "utf-8")
    (tmp_path / "counts.csv").write_text("test,arm,n,x\nwords,a,100,10\nwords,b,120,30\n", "utf-8")
    (tmp_path / "of_cohort.toml").write_text(f'cohort = "lost"\n{FUNNEL}', "utf-8")
    kazasu("ingest", popup_log)
    kazasu("cohort", "add", "lost", "funnel.toml", "--step", "3")
    kazasu("experiment", "add", "experiment.toml")
    return free_port()


class Serving:
    """`kazasu serve` as a process, up when entered and stopped by SIGTERM."""

    def __init__(self, home: Path, port: int) -> None:
        self.home, self.port = home, port
        self.process = self._started()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _started(self) -> subprocess.Popen[bytes]:
        words = [sys.executable, str(ROOT / "cli.py"), "serve", "--no-browser", "--port", str(self.port)]
        return subprocess.Popen(
            words, env=environment(self.home), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )

    def __enter__(self) -> Self:
        """Up when it answers and owns the store: another worker's service may have taken the port, then on another one."""
        for _ in range(600):
            if self.process.poll() is not None and b"port" in self.process.communicate()[1]:
                self.port = free_port()
                self.process = self._started()
            try:
                answered = httpx.get(f"{self.url}/healthz", trust_env=False).status_code == 200
            except httpx.TransportError:
                answered = False
            if answered and (self.home / "owner.json").exists():
                return self
            time.sleep(0.2)
        raise AssertionError(self.process.communicate()[1])

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.communicate(timeout=60)


def test_the_same_questions_give_the_same_json(home: Path, port: int, kazasu: Kazasu) -> None:
    before = [kazasu(*question, "--json") for question in QUESTIONS]
    with Serving(home, port):
        assert (home / "owner.json").exists()
        during = [kazasu(*question, "--json") for question in QUESTIONS]
    after = [kazasu(*question, "--json") for question in QUESTIONS]
    for question, *told in zip(QUESTIONS, before, during, after, strict=True):
        assert told[0] == told[1] == told[2], question
        assert json.loads(told[0].out)
    assert not (home / "owner.json").exists()


def test_what_is_written_while_serving_is_seen_by_everybody(
    home: Path, port: int, kazasu: Kazasu, tmp_path: Path
) -> None:
    (tmp_path / "more.ndjson").write_text(
        logged("photo_taken", "2026-04-02T10:00:00+09:00", "eve", event_id="e1"), "utf-8"
    )
    with Serving(home, port) as serving:
        until = httpx.get(f"{serving.url}/healthz", trust_env=False).json()["observed_until"]
        landed = kazasu("ingest", "more.ndjson", "--json").json
        assert (landed["landed"], landed["files"][0]["source"]) == (1, str(tmp_path / "more.ndjson"))
        assert httpx.get(f"{serving.url}/healthz", trust_env=False).json()["observed_until"] > until
        assert kazasu("funnel", "funnel.toml", "--json").json["steps"][0]["units"] == 4
        assert kazasu("experiment", "add", "experiment.toml", "--json").json["added"] is False
        assert kazasu("rebuild", "--json").json["loads"] == 2
        assert kazasu("quarantine", "list", "--out", "mend.ndjson", "--json").json["written"] == 1
        doctor = kazasu("doctor", "--port", serving.port, "--json")
        assert doctor.exit == 0
        found = {one["code"]: one["sentence"] for one in doctor.json["findings"]}
        assert found["port"] == f"Kazasu serves its pages on port {serving.port}."
        assert found["owner"].endswith("announces that it serves this store.")
        assert found["balance"] == "All 9 lines are accounted for."
    assert kazasu("funnel", "funnel.toml", "--json").json["steps"][0]["units"] == 4


def test_the_pages_do_not_answer_verbs(home: Path, port: int) -> None:
    with Serving(home, port) as serving:
        token = json.loads((home / "owner.json").read_text("utf-8"))["token"]
        answer = httpx.post(
            f"{serving.url}/v1/verb",
            json={"verb": "health", "payload": {}},
            headers={"authorization": f"Bearer {token}"},
            trust_env=False,
        )
        assert answer.status_code in {403, 404, 405}


def test_a_taken_port_is_bad_input(kazasu: Kazasu) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        told = kazasu("serve", "--no-browser", "--port", door.getsockname()[1])
    assert (told.exit, told.err.startswith("`--port` is ")) == (2, True)
