"""A designer asks how long a suggestion should stand: the log of a launch, one question, one sentence.

The test plays the world itself: people who would tap take a log-normal time to decide, some dismiss first, and a pop-up of
four seconds cuts off whoever is slower. What a reader must learn is known before the log is written.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from processes import Kazasu, logged

pytestmark = [pytest.mark.slow]
START = datetime(2026, 4, 6, 9, 0, tzinfo=UTC)
PEOPLE, TAPPERS, SPREAD, DISMISS_PER_S = 1_500, 0.6, 0.6, 0.05
SETUP = """
key = "longer"
name = "Eight seconds instead of four"
hypothesis = "Many who would tap are slower than four seconds"
unit = "user"
start = 2026-04-06T00:00:00Z
[[variants]]
key = "short"
control = true
[[variants]]
key = "long"
[[metrics]]
key = "tapped"
role = "success"
kind = "conversion"
event = "suggestion_tapped"
from = "impression"
within = "10s"
"""


@dataclass(frozen=True)
class Launch:
    """A log of two arms, and how many of the long arm's taps were quick and slow."""

    log: Path
    quick: int
    slow: int


def launch(folder: Path, median_s: float, limits: dict[str, int]) -> Launch:
    """Everybody behaves alike; only the time until the suggestion vanishes differs."""
    rng = np.random.default_rng(17)
    lines: list[str] = []
    quick = slow = 0
    for arm, limit in limits.items():
        decide = np.where(
            rng.random(PEOPLE) < TAPPERS, median_s * np.exp(SPREAD * rng.standard_normal(PEOPLE)), np.inf
        )
        dismiss = rng.exponential(1 / DISMISS_PER_S, PEOPLE)
        for n, (tap_s, away_s) in enumerate(zip(decide, dismiss, strict=True)):
            who, shown = f"{arm}-{n}", START + timedelta(minutes=n)
            ms = round(1000 * min(tap_s, away_s, limit / 1000))
            name = "expired" if ms >= limit else "tapped" if tap_s < away_s else "dismissed"
            ended = shown + timedelta(milliseconds=ms)
            lines += [
                logged("experiment_exposed", shown.isoformat(), who, event_id=f"{who}x", experiment="longer", variant=arm),
                logged("suggestion_shown", shown.isoformat(), who, event_id=f"{who}s", impression_id=who, display_ms=limit),
                logged(f"suggestion_{name}", ended.isoformat(), who, event_id=f"{who}e", impression_id=who, elapsed_ms=ms),
            ]  # fmt: skip
            if name == "tapped" and arm == "long":
                quick, slow = quick + (ms <= 4000), slow + (ms > 4000)
    log = folder / "launch.ndjson"
    log.write_text("\n".join(lines) + "\n", "utf-8")
    return Launch(log, quick, slow)


def late_share(median_s: float) -> float:
    """Of those who tap within eight seconds before they dismiss, the share slower than four; by adding up the density."""
    t = np.linspace(1e-4, 8, 80_001)
    z = np.log(t / median_s) / SPREAD
    density = np.exp(-z * z / 2) / t * np.exp(-DISMISS_PER_S * t)
    return float(density[t > 4].sum() / density.sum())


def asked(kazasu: Kazasu, told: Launch, tmp_path: Path) -> dict:
    setup = tmp_path / "longer.toml"
    setup.write_text(SETUP, "utf-8")
    for words in (("experiment", "add", setup), ("ingest", told.log)):
        said = kazasu(*words)
        assert said.exit == 0, said.err
    said = kazasu("taps", "--experiment", "longer", "--json")
    assert said.exit == 0, said.err
    return said.json


@pytest.mark.parametrize(
    ("median_s", "low", "high"), [(4.0, 0.35, 0.5), (1.5, 0.0, 0.1)], ids=["slow people", "quick people"]
)
def test_the_headline_says_how_many_of_the_taps_needed_longer(kazasu, tmp_path, median_s, low, high):
    told = launch(tmp_path, median_s, {"short": 4000, "long": 8000})
    answer = asked(kazasu, told, tmp_path)
    said = answer["after_shortest_limit"]
    assert (said["arm"], said["limit_ms"], said["shortest_ms"]) == ("long", 8000, 4000)
    assert (said["share"], said["of"]) == (told.slow / (told.slow + told.quick), told.slow + told.quick)
    truth = late_share(median_s)
    assert low < truth < high
    assert abs(said["share"] - truth) < 4 * math.sqrt(truth * (1 - truth) / said["of"])
    assert said["interval"][0] < said["share"] < said["interval"][1]
    ends = ", ".join(f"{100 * end:.1f}%" for end in said["interval"])
    figure = f"{100 * said['share']:.1f}% [{ends}]"
    in_english = kazasu("taps", "--experiment", "longer").out
    assert f"Of the taps in long, {figure} came after 4.0 s." in " ".join(in_english.split())
    in_japanese = kazasu("taps", "--experiment", "longer", "--lang", "ja").out
    assert f"long のタップのうち {figure} は 4.0秒より後でした。" in " ".join(in_japanese.split())


def test_until_the_short_limit_nothing_differs_and_afterwards_the_longer_one_gains(kazasu, tmp_path):
    answer = asked(kazasu, launch(tmp_path, 4.0, {"short": 4000, "long": 8000}), tmp_path)
    found = {entry["scope"]: entry for entry in answer["differences"]}
    assert found["common_horizon"]["ms"] == 4000
    low, high = found["common_horizon"]["interval"]
    assert low < 0 < high
    assert found["own_limit"]["interval"][0] > 0.05
    assert answer["randomised"] is True


def test_with_one_display_time_the_sentence_says_what_to_try(kazasu, tmp_path):
    answer = asked(kazasu, launch(tmp_path, 4.0, {"short": 4000, "long": 4000}), tmp_path)
    said = answer["after_shortest_limit"]
    assert said["share"] is None
    assert said["no_effect"]["code"] == "taps.one_limit"
    assert "try a longer display time" in said["no_effect"]["sentence"]
    out = " ".join(kazasu("taps", "--experiment", "longer").out.split())
    assert said["no_effect"]["sentence"] in out
