"""The committed sample tells the story: every planted fact, counted from the log's own lines."""

import gzip
import hashlib
import statistics
import tomllib
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from sample_data.planted import planted
from sample_data.truths import read_truths
from tests.sample_data.log import Log, converted, first_exposures, read_log, seconds, shares

SAMPLE = Path(__file__).parents[2] / "sample_data"
TRUTHS = read_truths(SAMPLE / "truths.toml")
DAY = 86_400


@pytest.fixture(scope="module")
def log() -> Log:
    return read_log(SAMPLE / "logs")


def test_the_sample_is_small_named_synthetic_and_listed_in_its_manifest():
    files = sorted((SAMPLE / "logs").iterdir())
    assert sum(file.stat().st_size for file in files) < 5_000_000
    assert all(file.name.endswith(".synthetic.ndjson.gz") for file in files)
    manifest = tomllib.loads((SAMPLE / "MANIFEST.toml").read_text())
    assert manifest["synthetic"] is True
    for file, entry in zip(files, manifest["files"], strict=True):
        assert entry["path"] == f"logs/{file.name}"
        assert entry["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
        assert entry["lines"] == gzip.decompress(file.read_bytes()).count(b"\n")


def test_six_weeks_of_about_twenty_thousand_people(log):
    assert 19_000 <= len(log.by_person) <= 21_000
    assert 40 <= (log.lines[-1].ts - log.lines[0].ts) / DAY <= 42
    assert {"barcode", "sell-check"} == {path.name.split("-2026")[0] for path in (SAMPLE / "logs").iterdir()}


def display_endings(log: Log, variant: str) -> list:
    """(event, elapsed_ms) of the impressions of the display experiment's two weeks, from the device's own clock."""
    members = {
        w for w, line in first_exposures(log, "display-8s").items() if line.properties["variant"] == variant
    }
    until = log.lines[0].ts + 14 * DAY
    return [
        (line.event, line.properties["elapsed_ms"])
        for who in members
        for line in log.by_person[who]
        if line.event.startswith("suggestion_") and "elapsed_ms" in line.properties and line.ts < until
    ]


def test_taps_peak_at_two_seconds_and_half_of_the_long_ones_come_after_four(log):
    taps = [ms for event, ms in display_endings(log, "8s") if event == "suggestion_tapped"]
    histogram = Counter(ms // 500 for ms in taps)
    mode, _ = histogram.most_common(1)[0]
    assert 1.5 <= mode / 2 < 2.5
    assert sum(ms > 4000 for ms in taps) / len(taps) == pytest.approx(0.50, abs=0.02)
    assert histogram[7] + histogram[8] > 0.8 * histogram[4], "still many where the short pop-up cuts off"


def test_the_short_popup_ends_at_four_seconds_and_the_long_one_at_eight(log):
    for variant, limit in (("control", 4000), ("8s", 8000)):
        endings = display_endings(log, variant)
        assert all(ms == limit for event, ms in endings if event == "suggestion_expired")
        assert all(ms < limit for event, ms in endings if event != "suggestion_expired")


@pytest.mark.parametrize("event", ["suggestion_tapped", "suggestion_dismissed", "suggestion_left"])
def test_before_four_seconds_both_arms_behave_alike(log, event):
    early = {}
    for variant in ("control", "8s"):
        endings = display_endings(log, variant)
        early[variant] = (len(endings), sum(name == event and ms < 4000 for name, ms in endings))
    assert standard_errors_apart(early["control"], early["8s"]) < 3


def standard_errors_apart(one: tuple[int, int], other: tuple[int, int]) -> float:
    (n, x), (m, y) = one, other
    pooled = (x + y) / (n + m)
    return abs(x / n - y / m) / (pooled * (1 - pooled) * (1 / n + 1 / m)) ** 0.5


def test_eight_seconds_double_the_taps_and_annoy_nobody(log):
    tapped = shares(converted(log, "display-8s", "suggestion_tapped", 10, after="suggestion_shown"))
    assert tapped["8s"] / tapped["control"] == pytest.approx(2, abs=0.3)
    dismissed = shares(converted(log, "display-8s", "suggestion_dismissed", 10, after="suggestion_shown"))
    assert dismissed["8s"] - dismissed["control"] < 0.01


@pytest.mark.parametrize("platform", ["android", "ios"])
def test_the_redesign_more_than_doubles_what_the_suggestion_brings_on_both_platforms(log, platform):
    on_it = Log(
        log.lines,
        by_person={w: own for w, own in log.by_person.items() if own[0].record["platform"] == platform},
    )
    on_it.lines = [line for line in log.lines if line.record["platform"] == platform]
    listed = shares(converted(on_it, "copy-and-button", "barcode_scanned", 3600))
    assert listed["v1"] > listed["none"] + 0.05
    assert listed["v2"] - listed["none"] > 2 * (listed["v1"] - listed["none"]) - 0.03


EVENTS = {
    "tapped": ("suggestion_tapped", 10, "suggestion_shown"),
    "dismissed": ("suggestion_dismissed", 10, "suggestion_shown"),
    "barcode_listed": ("barcode_scanned", 3600, None),
    "listed": ("listing_completed", 3600, None),
    "result": ("result_shown", 30, None),
    "fast_result": ("result_shown", 5, None),
    "sell_started": ("sell_started", 600, None),
}


@pytest.mark.parametrize(
    "rate", planted(TRUTHS)["rates"], ids=lambda r: "{experiment} {metric} {variant}".format(**r)
)
def test_every_rate_in_the_log_is_near_the_planted_one(log, rate):
    event, within_s, after = EVENTS[rate["metric"]]
    n, x = converted(log, rate["experiment"], event, within_s, after=after)[rate["variant"]]
    assert x / n == pytest.approx(rate["value"], abs=3.5 * (rate["value"] * (1 - rate["value"]) / n) ** 0.5)


def test_the_redesign_more_than_doubles_the_effect_overall(log):
    listed = shares(converted(log, "copy-and-button", "barcode_scanned", 3600))
    assert listed["v2"] - listed["none"] > 2 * (listed["v1"] - listed["none"])


def test_two_tactics_add_up_without_taking_from_each_other(log):
    counts = converted(log, "two-tactics", "barcode_scanned", 3600)
    listed = shares(counts)
    assert listed["both"] > listed["ml"] > listed["ui"] > listed["control"]
    interaction = listed["both"] - listed["ml"] - listed["ui"] + listed["control"]
    error = sum(x / n * (1 - x / n) / n for n, x in counts.values()) ** 0.5
    assert abs(interaction) < 1.96 * error


def test_most_who_check_a_price_by_photo_stop_before_the_photo(log):
    steps = [converted(log, "hover-scan", event, 30)["photo"][1] for event in PHOTO_STEPS]
    losses = [
        before - after
        for before, after in pairwise([converted(log, "hover-scan", PHOTO_STEPS[0], 30)["photo"][0], *steps])
    ]
    assert losses[0] > sum(losses[1:]), steps


PHOTO_STEPS = ("photo_taken", "objects_detected", "object_tapped", "result_shown")


def test_hover_scan_brings_a_result_to_more_people_and_sooner(log):
    ever = shares(converted(log, "hover-scan", "result_shown", 30))
    soon = shares(converted(log, "hover-scan", "result_shown", 5))
    assert ever["hover"] > 2 * ever["photo"]
    assert soon["hover"] > 10 * soon["photo"]


def test_the_model_is_right_nine_times_in_ten_and_most_answers_stay_unverified(log):
    confirmed = {
        line.properties["inference_id"]: line.properties["true_label"] for line in log.of("label_confirmed")
    }
    answers = {
        line.properties["inference_id"]: line.properties["label"] for line in log.of("inference_completed")
    }
    right = [confirmed[key] == label for key, label in answers.items() if key in confirmed]
    assert statistics.mean(right) == pytest.approx(0.90, abs=0.01)
    assert 0.2 < len(right) / len(answers) < 0.4


def test_old_phones_take_thirty_ms_with_uint8_and_fifty_with_float32(log):
    runs = [
        line for line in log.of("inference_completed") if isinstance(line.properties["latency_ms"], float)
    ]

    def median(devices: set[str], conversion: str, *, cold: bool = False) -> float:
        return statistics.median(
            run.properties["latency_ms"]
            for run in runs
            if run.record["device"] in devices
            and run.properties["conversion"] == conversion
            and run.properties["cold"] is cold
        )

    old, new = {"Nexus 5X", "Galaxy S7", "iPhone 7"}, {"Pixel 4", "iPhone 11"}
    assert median(old, "uint8") == pytest.approx(30, abs=2)
    assert median(old, "float32") == pytest.approx(50, abs=3)
    assert median(new, "uint8") < 0.5 * median(old, "uint8")
    assert median(old, "uint8", cold=True) > 2 * median(old, "uint8")


def test_only_the_onboarding_lost_part_of_an_arm(log):
    for experiment in ("display-8s", "copy-and-button", "two-tactics", "hover-scan", "new-onboarding"):
        sizes = Counter(line.properties["variant"] for line in first_exposures(log, experiment).values())
        expected = sum(sizes.values()) / len(sizes)
        chi_square = sum((n - expected) ** 2 / expected for n in sizes.values())
        assert (chi_square > 40) == (experiment == "new-onboarding"), sizes


def test_exposure_comes_before_what_it_changes(log):
    exposed = first_exposures(log, "display-8s")
    for who, line in exposed.items():
        assert all(other.ts >= line.ts for other in log.by_person[who] if other.event == "suggestion_shown")


def test_repeated_late_and_wrongly_timed_uploads_are_in_it(log):
    assert 2_000 < log.repeated < 8_000
    stamped = [line.record for line in log.lines if "sent_at" in line.record]
    off = [seconds(record["sent_at"]) - seconds(record["received_at"]) for record in stamped]
    assert sum(by > 300 for by in off) > 500
    assert sum(by < -300 for by in off) > 500
    waited = [seconds(record["sent_at"]) - seconds(record["ts"]) for record in stamped]
    assert sum(wait > 3 * 3600 for wait in waited) > 500


def test_120_lines_are_no_events_in_many_ways(log):
    assert len(log.broken) == 120
    assert len({raw[:20] for raw in log.broken}) >= 8
    assert any(b"Bad Gateway" in raw for raw in log.broken)
    assert any(b"\x82" in raw for raw in log.broken)


def test_some_log_in_later_or_never_and_some_lines_carry_no_ids(log):
    never = [who for who in log.by_person if who.startswith("anon:")]
    later = {
        who
        for who, own in log.by_person.items()
        if any("user_id" not in line.record for line in own) and any("user_id" in line.record for line in own)
    }
    assert 500 < len(never) < 3_000
    assert len(later) > 500
    without = sum("attempt_id" not in line.record for line in log.lines) / len(log.lines)
    assert 0.02 < without < 0.07
