"""One process owns the store; another hands its verb over, and nobody else on the machine can."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from analysis.delegation import OWNER_FILE, Owner, announce, listening, read_owner, withdraw
from analysis.refusals import refusal
from analysis.terminal.dispatch import OwnerUnreachable, forward
from analysis.verbs import run_verb
from ingest import Store, load

GONE = 2**22 + 1  # above the largest process id of Linux


@pytest.fixture
def served(home: Path, popup_log: Path) -> Iterator[tuple[Store, Owner]]:
    with Store.open(home) as store:
        load(store, popup_log)
        with listening(store) as owner:
            yield store, owner


def post(
    owner: Owner, content: bytes = b'{"verb": "quarantine_list", "payload": {}}', **headers: str
) -> httpx.Response:
    given = {"authorization": f"Bearer {owner.token}", **headers}
    return httpx.post(f"{owner.url}/v1/verb", content=content, headers=given, trust_env=False)


def test_a_verb_handed_over_gives_the_same_json(served: tuple[Store, Owner]) -> None:
    store, owner = served
    for verb, payload in [
        ("quarantine_list", {}),
        ("health", {}),
        ("experiment_list", {}),
        ("no_such_verb", {}),
    ]:
        assert forward(owner, verb, payload) == json.loads(json.dumps(run_verb(store, verb, payload)))


def test_bad_input_comes_back_as_a_sentence_and_not_as_a_broken_connection(
    served: tuple[Store, Owner],
) -> None:
    _, owner = served
    sentence = "`limit` is 0; must be greater than or equal to 1."
    assert forward(owner, "quarantine_list", {"limit": 0}) == refusal("bad_input", sentence)


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"authorization": "Bearer guessed"}, 401, "bad_token"),
        ({"authorization": ""}, 401, "bad_token"),
        ({"origin": "http://127.0.0.1"}, 403, "from_a_browser"),
        ({"host": "kazasu.example:80"}, 403, "foreign_host"),
    ],
)
def test_strangers_are_refused(
    served: tuple[Store, Owner], headers: dict[str, str], status: int, code: str
) -> None:
    answer = post(served[1], **headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b'{"verb": "health"}', b'{"verb": "health", "payload": 3}', b"\xff"]
)
def test_what_is_no_verb_is_refused(served: tuple[Store, Owner], body: bytes) -> None:
    answer = post(served[1], body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")


def test_an_oversized_body_is_refused_before_it_is_read(served: tuple[Store, Owner]) -> None:
    _, owner = served

    def endless() -> Iterator[bytes]:
        yield b" "

    sent = httpx.post(
        f"{owner.url}/v1/verb",
        content=endless(),
        headers={"authorization": f"Bearer {owner.token}"},
        trust_env=False,
    )
    assert (sent.status_code, sent.json()["error"]["code"]) == (413, "too_large")


def test_only_the_owner_of_the_files_can_read_the_secret(served: tuple[Store, Owner], home: Path) -> None:
    assert stat.S_IMODE((home / OWNER_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert read_owner(home) == served[1]
    assert served[1].pid == os.getpid()


def test_after_the_owner_stops_nobody_is_announced_and_nobody_answers(home: Path) -> None:
    with Store.open(home) as store, listening(store) as owner:
        assert forward(owner, "experiment_list", {})["experiments"] == []
    assert read_owner(home) is None
    with pytest.raises(OwnerUnreachable, match="did not answer"):
        forward(owner, "experiment_list", {})


def test_a_dead_owner_is_replaced_and_a_new_one_is_not_withdrawn_by_the_old(tmp_path: Path) -> None:
    (tmp_path / OWNER_FILE).write_text(
        json.dumps({"url": "http://127.0.0.1:1", "token": "old", "pid": GONE}), "utf-8"
    )
    old = read_owner(tmp_path)
    assert old is not None
    assert not old.alive()
    new = announce(tmp_path, "http://127.0.0.1:2")
    assert new.alive()
    withdraw(tmp_path, old)
    assert read_owner(tmp_path) == new
    withdraw(tmp_path, new)
    assert read_owner(tmp_path) is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"url": "http://127.0.0.1:1"}', '{"url": "x", "token": "t", "pid": 1}']
)
def test_an_illegible_announcement_is_nobody(tmp_path: Path, text: str) -> None:
    (tmp_path / OWNER_FILE).write_text(text, "utf-8")
    assert read_owner(tmp_path) is None


@pytest.mark.parametrize(
    "url", ["http://192.0.2.7:80", "https://127.0.0.1:80", "http://kazasu.example", "127.0.0.1:80"]
)
def test_the_token_never_leaves_this_machine(url: str) -> None:
    with pytest.raises(ValueError, match="must be http on this machine's loopback"):
        Owner(url=url, token="t", pid=1)
