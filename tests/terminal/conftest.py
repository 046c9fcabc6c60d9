"""A store of its own for every test, and `kazasu` as a real process in front of it."""

from pathlib import Path

import pytest
from processes import Kazasu, Said, environment, forked, logged, obey_permissions, started


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def kazasu(home: Path, tmp_path: Path) -> Kazasu:
    """`kazasu` as a process on this store; with `mortal` one that even root's permissions hold back."""

    def run(*words: object, cwd: Path = tmp_path, mortal: bool = False) -> Said:
        if mortal:
            return started(*words, cwd=cwd, env=environment(home), before=obey_permissions)
        return forked(*words, cwd=cwd, env=environment(home))

    return run


@pytest.fixture
def popup_log(tmp_path: Path) -> Path:
    """Three sellers photograph a book: one taps after 2 s, one dismisses, one never sees the pop-up; one line is broken."""
    lines = [
        logged("photo_taken", "2026-04-01T10:00:00+09:00", "ann", event_id="a1"),
        logged(
            "suggestion_shown",
            "2026-04-01T10:00:01+09:00",
            "ann",
            event_id="a2",
            impression_id="i1",
            display_ms=4000,
        ),
        logged(
            "suggestion_tapped",
            "2026-04-01T10:00:03+09:00",
            "ann",
            event_id="a3",
            impression_id="i1",
            elapsed_ms=2000,
        ),
        logged("photo_taken", "2026-04-01T11:00:00+09:00", "bob", event_id="b1"),
        logged(
            "suggestion_shown",
            "2026-04-01T11:00:01+09:00",
            "bob",
            event_id="b2",
            impression_id="i2",
            display_ms=4000,
        ),
        logged(
            "suggestion_dismissed",
            "2026-04-01T11:00:02+09:00",
            "bob",
            event_id="b3",
            impression_id="i2",
            elapsed_ms=1000,
        ),
        logged("photo_taken", "2026-04-01T12:00:00+09:00", "cay", event_id="c1"),
        '{"event": "photo_taken", "ts": "yesterday", "user_id": "dan"}',
    ]
    path = tmp_path / "popup.ndjson"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path
