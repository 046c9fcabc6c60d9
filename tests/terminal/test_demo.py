"""`kazasu demo --no-serve` lands the sample and tells its story; the figures are the log's own, counted here otherwise."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import ROOT, Kazasu, Said, environment, forked, started

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the demo, filled by `told`."""
    return tmp_path_factory.mktemp("demo") / "home"


@pytest.fixture(scope="module")
def told(landed: Path) -> Said:
    return started("demo", "--no-serve", "--json", cwd=landed.parent, env=environment(landed))


def chapter(told: Said, key: str) -> dict:
    (found,) = [chapter["facts"] for chapter in told.json["chapters"] if chapter["key"] == key]
    return found


def sample() -> Iterator[dict]:
    """Every readable event of the sample that names an inference, once, read by json and a set of ids."""
    seen = set()
    for path in sorted((ROOT / "sample_data" / "logs").glob("*.gz")):
        with gzip.open(path) as file:
            for line in file:
                try:
                    event = json.loads(line)
                    name, _ = event["event_id"], event["properties"]["inference_id"]
                except (ValueError, KeyError, TypeError):
                    continue
                if name not in seen:
                    seen.add(name)
                    yield event


def test_the_story_is_told_and_the_demo_leaves_with_0(told: Said) -> None:
    assert told.exit == 0
    assert told.err == ""
    assert told.json["synthetic"] is True
    assert [one["key"] for one in told.json["chapters"]] == [
        "quarantine", "model", "display", "copy", "tactics", "losses", "hover", "mismatch",
    ]  # fmt: skip


def test_every_line_is_accounted_for(told: Said) -> None:
    lines = sum(
        len(gzip.decompress(path.read_bytes()).splitlines())
        for path in (ROOT / "sample_data" / "logs").glob("*.gz")
    )
    facts = chapter(told, "quarantine")
    assert facts["lines"] == facts["landed"] + facts["duplicates"] + facts["rejected"]
    assert (
        abs(facts["lines"] - lines) <= facts["rejected"]
    )  # bytes.splitlines also splits inside broken lines
    assert facts["rejected"] == 120


def test_the_verdicts_are_those_of_the_story(told: Said) -> None:
    assert abs(chapter(told, "display")["late"] - 0.5) < 0.02
    assert chapter(told, "display")["decision"] == "ship"
    assert chapter(told, "copy")["times"] > 2
    assert chapter(told, "copy")["decision"] == "ship"
    assert (chapter(told, "tactics")["outcome"], chapter(told, "tactics")["decision"]) == ("add", "ship")
    assert (chapter(told, "losses")["before"], chapter(told, "losses")["after"]) == (
        "camera_opened",
        "photo_taken",
    )
    assert (chapter(told, "losses")["outcome"], chapter(told, "hover")["decision"]) == ("most", "ship")
    assert (chapter(told, "mismatch")["outcome"], chapter(told, "mismatch")["decision"]) == (
        "bad",
        "cannot_trust",
    )
    low, high = chapter(told, "model")["interval"]
    assert low < 0.90 < high
    assert chapter(told, "model")["p50_ms"] < 40 < chapter(told, "model")["float32_ms"]


def test_the_precision_is_the_share_counted_from_the_log(told: Said) -> None:
    shown, labels, truths = set(), {}, {}
    for event in sample():
        name = event["properties"]["inference_id"]
        if event.get("event") == "suggestion_shown":
            shown.add(name)
        elif event.get("event") == "inference_completed":
            labels[name] = event["properties"].get("label")
        elif event.get("event") == "label_confirmed":
            truths[name] = event["properties"]["true_label"]
    verified = [name for name in shown if name in truths and labels.get(name)]
    facts = chapter(told, "model")
    assert facts["verified"] == len(verified)
    assert facts["precision"] == sum(truths[name] == labels[name] for name in verified) / len(verified)


def test_in_words_every_chapter_stands_with_its_command_and_says_synthetic(told: Said, landed: Path) -> None:
    assert told.exit == 0
    words = forked("demo", "--no-serve", "--lang", "ja", cwd=landed.parent, env=environment(landed))
    assert words.exit == 0
    assert words.out.startswith("合成データ")
    assert words.out.count("\n  $ kazasu ") == 8
    assert "{" not in words.out


def test_the_sample_is_not_mixed_with_real_logs(kazasu: Kazasu, popup_log: Path) -> None:
    kazasu("ingest", popup_log)
    told = kazasu("demo", "--no-serve")
    assert told.exit == 2
    assert str(popup_log) in told.err
    assert "kazasu --home DIR demo" in told.err
    assert kazasu("experiment", "list", "--json").json["experiments"] == []
