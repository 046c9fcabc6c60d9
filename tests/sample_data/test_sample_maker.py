"""The generator: one seed is one log, other seeds and truths are other worlds, and nonsense is refused."""

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from sample_data.make import make
from sample_data.truths import BadTruths, Truths, read_truths
from tests.sample_data.log import converted, first_exposures, read_log, shares

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample_data"


def truths(folder: Path, changes: str) -> Truths:
    """The sample's truths with some of them changed, for a smaller world."""
    path = folder / "truths.toml"
    path.write_text(f'extends = "{SAMPLE / "truths.toml"}"\n{changes}')
    return read_truths(path)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_equal_seeds_give_equal_bytes_and_other_seeds_do_not(tmp_path):
    small = truths(tmp_path, "[world]\nusers = 300")
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        make(seed, small, tmp_path / name)
    one, again, other = (bytes_of(tmp_path / name) for name in ("one", "again", "other"))
    assert one == again
    assert one.keys() == other.keys()
    assert one["MANIFEST.toml"] != other["MANIFEST.toml"]
    packed = [content for name, content in one.items() if name.endswith(".gz")]
    assert all(content[4:8] == b"\0\0\0\0" for content in packed), "gzip says when it was packed, here never"


@pytest.mark.slow
def test_the_committed_sample_is_what_the_readme_command_writes(tmp_path):
    """Compared unpacked: another zlib may pack the same lines into other bytes."""
    readme = (SAMPLE / "README.md").read_text()
    command = next(
        line.split() for line in readme.splitlines() if line.strip().startswith("python sample_data/make.py")
    )
    subprocess.run(
        [sys.executable, *command[1:], "--out", tmp_path], cwd=ROOT, check=True, capture_output=True
    )
    committed = sorted((SAMPLE / "logs").iterdir())
    assert [path.name for path in committed] == sorted(path.name for path in (tmp_path / "logs").iterdir())
    for path in committed:
        assert gzip.decompress((tmp_path / "logs" / path.name).read_bytes()) == gzip.decompress(
            path.read_bytes()
        )
    for kind in ("experiments", "bench"):
        for path in (SAMPLE / kind).iterdir():
            assert (tmp_path / kind / path.name).read_text() == path.read_text()


def test_it_runs_from_anywhere_and_says_what_it_wrote(tmp_path):
    truths(tmp_path, "[world]\nusers = 60\n[log]\nbroken = 3")
    command = [sys.executable, SAMPLE / "make.py", "--seed", "5", "--truths", "truths.toml", "--out", "world"]
    done = subprocess.run(
        [*command, "--planted-out", "planted.json"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    lines = sum(
        len(gzip.decompress(p.read_bytes()).splitlines()) for p in (tmp_path / "world" / "logs").iterdir()
    )
    assert f"{lines:,} lines" in done.stdout
    assert (tmp_path / "planted.json").stat().st_size > 0


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ("[popup]\ntapped_v2 = 0.95", "must be at most `precision`"),
        ("[popup]\ntap_median_s = 7.9", "tap_median_s"),
        ("[popup]\nquick = [1, 2]", "one edge more"),
        ("[listing]\ncolour = 1", "`listing` differs in colour"),
        ("[popup", "is no TOML"),
    ],
)
def test_truths_that_make_no_world_are_refused_with_a_sentence(tmp_path, changes, says):
    path = tmp_path / "truths.toml"
    path.write_text(f'extends = "{SAMPLE / "truths.toml"}"\n{changes}')
    with pytest.raises(BadTruths, match=says):
        make(1, read_truths(path), tmp_path / "out")
    command = [sys.executable, SAMPLE / "make.py", "--seed", "1", "--truths", path, "--out", tmp_path / "out"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_another_mismatch_moves_to_the_experiment_that_it_names(tmp_path):
    changes = '[world]\nusers = 3000\n[mismatch]\nexperiment = "hover-scan"\nvariant = "photo"\nlost_on_old_phones = 0.9'
    make(11, truths(tmp_path, changes), tmp_path / "world")
    log = read_log(tmp_path / "world" / "logs")
    sizes = {
        v: sum(e.properties["variant"] == v for e in first_exposures(log, "hover-scan").values())
        for v in ("photo", "hover")
    }
    assert sizes["photo"] < 0.75 * sizes["hover"]
    onboarded = [line.properties["variant"] for line in first_exposures(log, "new-onboarding").values()]
    assert abs(onboarded.count("new") - onboarded.count("current")) < 4 * len(onboarded) ** 0.5


def test_without_a_copy_effect_the_redesign_brings_nothing_more(tmp_path):
    make(12, truths(tmp_path, "[world]\nusers = 6000\n[popup]\ntapped_v2 = 0.16"), tmp_path / "world")
    counts = converted(read_log(tmp_path / "world" / "logs"), "copy-and-button", "barcode_scanned", 3600)
    listed = shares(counts)
    error = sum(x / n * (1 - x / n) / n for n, x in counts.values() if n) ** 0.5
    assert abs(listed["v2"] - listed["v1"]) < 3 * error
    assert listed["v1"] > listed["none"]


def test_an_earlier_median_moves_the_taps(tmp_path):
    make(13, truths(tmp_path, "[world]\nusers = 6000\n[popup]\ntap_median_s = 3.0"), tmp_path / "world")
    log = read_log(tmp_path / "world" / "logs")
    long = {
        line.properties["impression_id"]
        for line in log.of("suggestion_shown")
        if line.properties["display_ms"] == 8000
    }
    taps = sorted(
        line.properties["elapsed_ms"]
        for line in log.of("suggestion_tapped")
        if line.properties["impression_id"] in long and "elapsed_ms" in line.properties
    )
    assert taps[len(taps) // 2] == pytest.approx(3_000, abs=200)
