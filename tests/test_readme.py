"""The README is true: its commands run, and its walk passes through every name of its table, in order."""

import importlib
import os
import re
import shlex
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def block(marker: str, language: str) -> str:
    found = re.search(rf"<!-- {marker} -->\n```{language}\n(.*?)```", README, re.DOTALL)
    assert found is not None, f"README.md has no {language} block marked {marker}"
    return found[1]


def table() -> list[tuple[str, str]]:
    """(file, name) of every row of the walk."""
    return re.findall(r"^\| [^|]+ \| [^|]+ \| (\S+\.py) \| `([\w.]+)` \|$", README, re.MULTILINE)


def code_of(file: str, name: str) -> CodeType:
    found = importlib.import_module(file.removesuffix(".py").replace("/", "."))
    for part in name.split("."):
        found = getattr(found, part)
    function = getattr(found, "__func__", found)
    assert Path(function.__code__.co_filename) == ROOT / file
    return function.__code__


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that looks like the root of the repository, with a store of its own."""
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    return tmp_path


@pytest.mark.slow
def test_the_walk_passes_through_every_name_of_the_table_in_order(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {code_of(file, name): name for file, name in table()}
    assert len(names) == 8
    passed: list[str] = []

    def watch(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code in names and names[frame.f_code] not in passed:
            passed.append(names[frame.f_code])

    monkeypatch.chdir(folder)
    walked = watched(block("walk", "python"), watch)
    assert passed == [name for _, name in table()]
    assert_one_thing_follows_from_another(walked)


def watched(source: str, watch: Callable[[FrameType, str, object], None]) -> dict[str, object]:
    names: dict[str, object] = {}
    sys.setprofile(watch)
    try:
        exec(compile(source, "README.md", "exec"), names)
    finally:
        sys.setprofile(None)
    return names


def assert_one_thing_follows_from_another(walked: dict) -> None:
    event, row, report = walked["event"], walked["row"], walked["report"]
    stamped = row["ts_device"] or row["ts"]  # `ts` is corrected where the log says how wrong the clock was
    assert (row["event"], row["user_id"], stamped) == (event.event, event.user_id, event.ts)
    assert report.lines == report.landed + report.duplicates + report.rejected
    (_, n_control, hits_control), (_, n_long, hits_long) = walked["statistics"]
    assert walked["effect"].value == pytest.approx(hits_long / n_long - hits_control / n_control)
    assert walked["verdict"].reasons[0].sentence == walked["sentence"]


@pytest.mark.slow
def test_every_command_of_the_readme_runs(folder: Path) -> None:
    shim = folder / "kazasu"
    shim.write_text(
        f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(ROOT / "cli.py"))} "$@"\n', "utf-8"
    )
    shim.chmod(shim.stat().st_mode | stat.S_IXUSR)
    known = {name: value for name, value in os.environ.items() if not name.startswith("KAZASU")}
    environment = {**known, "PATH": f"{folder}:{os.environ['PATH']}"}
    commands = [line for line in block("run", "bash").splitlines() if line]
    assert all(command.startswith("kazasu ") for command in commands)
    for command in commands:
        done = subprocess.run(
            command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (command, done.stderr)
        assert done.stdout, command


def test_the_two_commands_are_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for command in re.findall(r"^    make (\w+)", README, re.MULTILINE):
        assert f"\n{command}:" in makefile


def test_every_path_the_readme_names_is_there() -> None:
    for path in re.findall(r"\bdocs/[\w./-]+\.md|sample_data/[\w./-]+", README):
        assert (ROOT / path).exists(), path
