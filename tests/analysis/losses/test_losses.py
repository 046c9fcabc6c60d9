"""Every lost suggestion attempt has exactly one cause: by hand, and against a slow reading of the raw lines."""

import json
import random
from collections import Counter
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from analysis.losses import LossesQuery, answer, to_json
from analysis.losses.answers import CAUSES
from experiments.stats.effects import NoEffect
from ingest import Store, load
from tests.analysis.losses.losses_reference import ENDING, random_lines, slow_reading
from tests.journeys import journeys
from tests.test_docs import documented as names_in
from tests.test_docs import page

LATER = {"zoe": ["app_opened 23:59:59"]}


def documented(room):
    return names_in(page(room)) | {"group"}


def attempt(name, *, label="book", latency=30, true=None, ending=None, shown=True, hour=10, device="pixel 3"):
    """One attempt: a photo, an answer (label None: the model does not run), perhaps a suggestion and its end."""
    ids, at = f"attempt_id={name} device='{device}'", f"{hour:02}:00"
    story = [f"listing_started {at}:00 {ids}", f"photo_taken {at}:02 {ids}"]
    if label is not None:
        story.append(
            f"inference_completed {at}:02.500 {ids} inference_id=f-{name} label={label} delegate=cpu "
            + (f"latency_ms={latency}" if latency is not None else "")
        )
    if shown:
        story.append(
            f"suggestion_shown {at}:03 {ids} impression_id=i-{name} inference_id=f-{name} display_ms=4000"
        )
        if ending is not None:
            story.append(f"{ENDING[ending]} {at}:05 {ids} impression_id=i-{name} elapsed_ms=2000")
    if true is not None:
        story.append(f"label_confirmed {at}:20 {ids} inference_id=f-{name} true_label={true}")
    return story


def fates(store, **asked):
    """Fate -> attempts, over all."""
    row = answer(store, LossesQuery.model_validate({"by": (), **asked})).overall
    found = {cause.name: cause.n for cause in row.causes} | {
        name: getattr(row, name)
        for name in ("tapped", "open", "ending_unknown", "held_back", "nothing_to_suggest")
    }
    return {name: n for name, n in found.items() if n}


FIRED = attempt("seen", ending="tap", hour=8)
"""Somebody was shown a book, so "book" calls for a suggestion."""


@pytest.mark.parametrize(
    ("story", "fate"),
    [
        (attempt("a", label=None, shown=False), "never_fired"),
        (attempt("a", label="other", shown=False), "never_fired"),
        (attempt("a", label="other", shown=False, true="book"), "never_fired"),
        (attempt("a", label="other", shown=False, true="other"), "nothing_to_suggest"),
        (attempt("a", ending="expired", true="game"), "wrong_item"),
        (attempt("a", ending="expired", true="game", latency=900), "wrong_item"),
        (attempt("a", ending="dismiss", true="book", latency=900), "too_slow"),
        (attempt("a", shown=False, latency=900), "too_slow"),
        (attempt("a", ending="leave", latency=50.1), "too_slow"),
        (attempt("a", ending="leave", latency=50), "left"),
        (attempt("a", ending="leave", latency=None), "too_slow"),
        (attempt("a", ending="leave", latency="timeout"), "too_slow"),
        (attempt("a", ending="expired", true="book"), "ignored"),
        (attempt("a", ending="dismiss"), "dismissed"),
        (attempt("a", ending="leave"), "left"),
        (attempt("a"), "ending_unknown"),
        (attempt("a", shown=False), "held_back"),
        ([*attempt("a", ending="expired", hour=23), "app_opened 23:29:59"], "open"),
        ([*attempt("a", ending="expired", hour=23), "app_opened 23:30:00"], "ignored"),
    ],
)
def test_each_fate_by_hand(tmp_path, story, fate):
    late = {} if "23:00:00" in story[0] else LATER
    with journeys(tmp_path, {"ann": FIRED, "ben": story, **late}) as store:
        assert fates(store) == {"tapped": 1, fate: 1}


def test_only_the_end_of_what_was_seen_counts(tmp_path):
    with journeys(tmp_path, {"ann": FIRED, "ben": attempt("a", ending="dismiss"), **LATER}) as store:
        cut = f"{datetime(2026, 4, 6, 10, 0, 4, tzinfo=UTC).isoformat()}"
        assert fates(store, observed_until=cut) == {"tapped": 1, "open": 1}


def test_several_suggestions_are_judged_by_the_last_and_won_by_any(tmp_path):
    ids = "attempt_id=a"
    twice = [*attempt("a", ending="dismiss"),
             f"inference_completed 10:00:30 {ids} inference_id=f2 label=book latency_ms=700",
             f"suggestion_shown 10:00:31 {ids} impression_id=i2 inference_id=f-a display_ms=4000",
             f"suggestion_expired 10:00:35 {ids} impression_id=i2 elapsed_ms=4000"]  # fmt: skip
    with journeys(tmp_path / "lost", {"ann": FIRED, "ben": twice, **LATER}) as store:
        assert fates(store) == {"tapped": 1, "ignored": 1}  # the last names the quick inference
    won = [*twice, f"suggestion_tapped 10:00:04 {ids} impression_id=i-a elapsed_ms=900"]
    with journeys(tmp_path / "won", {"ann": FIRED, "ben": won, **LATER}) as store:
        assert fates(store) == {"tapped": 2}


def test_a_price_check_is_no_suggestion_attempt(tmp_path):
    check = ["camera_opened 10:00:00 attempt_id=c", "photo_taken 10:00:02 attempt_id=c"]
    with journeys(tmp_path, {"ann": FIRED, "ben": check, **LATER}) as store:
        assert fates(store) == {"tapped": 1}
        assert fates(store, start="camera_opened") == {"tapped": 1, "never_fired": 1}


def test_an_arm_without_suggestion_is_held_back_however_slow_its_model(tmp_path):
    exposed = ["experiment_exposed 09:00:00 experiment=copy variant=none"]
    stories = {"ann": FIRED, "ben": exposed + attempt("a", shown=False, latency=900), **LATER}
    with journeys(tmp_path, stories) as store:
        assert fates(store) == {"tapped": 1, "too_slow": 1}
        assert fates(store, without_suggestion=["copy/none"]) == {"tapped": 1, "held_back": 1}
        assert fates(store, without_suggestion=["copy/v1"]) == {"tapped": 1, "too_slow": 1}


def test_which_predictions_call_for_a_suggestion_can_be_said(tmp_path):
    with journeys(tmp_path, {"ann": attempt("a", label="dvd", shown=False, latency=900), **LATER}) as store:
        assert fates(store) == {"never_fired": 1}
        assert fates(store, labels=["dvd"]) == {"too_slow": 1}


def test_only_what_is_asked_for_counts(tmp_path):
    stories = {"ann": [*FIRED, *attempt("b", ending="leave", hour=9), *attempt("c", ending="expired", hour=11)],
               "ben": attempt("d", ending="dismiss", hour=12, device="galaxy"), **LATER}  # fmt: skip
    with journeys(tmp_path, stories) as store:
        assert fates(store) == {"tapped": 1, "left": 1, "ignored": 1, "dismissed": 1}
        assert fates(store, attempts="first") == {"tapped": 1, "dismissed": 1}
        assert fates(store, device="galaxy") == {"dismissed": 1}
        assert fates(store, delegate="gpu") == {}
        assert fates(store, **{"from": "2026-04-06T09:00:00Z", "to": "2026-04-06T11:00:00Z"}) == {"left": 1}
        groups = answer(store, LossesQuery(by=("device", "conversion"))).groups
    assert [(row.group, row.attempts) for row in groups] == [(("pixel 3", None), 3), (("galaxy", None), 1)]


def test_shares_carry_wilsons_interval_and_nothing_lost_has_none(tmp_path):
    lost = {f"p{n}": attempt(f"a{n}", ending="expired" if n < 3 else "leave") for n in range(10)}
    with journeys(tmp_path, {"ann": FIRED, **lost, **LATER}) as store:
        row = answer(store, LossesQuery(by=())).overall
        share = row.cause("ignored").share
        assert (share.value, share.n, share.method) == (0.3, 10, "wilson")
        assert (share.interval.low, share.interval.high) == pytest.approx((0.1078, 0.6032), abs=1e-4)
        assert (row.lost_share.value, row.lost_share.n) == (10 / 11, 11)
    with journeys(tmp_path / "won", {"ann": FIRED, **LATER}) as store:
        row = answer(store, LossesQuery(by=())).overall
        assert isinstance(row.cause("left").share, NoEffect)


def test_an_empty_store_cannot_say(tmp_path):
    with Store.open(tmp_path) as store:
        found = answer(store, LossesQuery())
        assert isinstance(found.overall.lost_share, NoEffect)
        told = to_json(found)
        assert json.dumps(told, allow_nan=False)
        assert {*told, *told["overall"]} <= documented("losses")


def test_a_question_that_cannot_be_asked_is_refused():
    for wrong in (
        {"by": ["colour"]},
        {"too_slow_ms": 0},
        {"from": "2026-04-02T00:00:00Z", "to": "2026-04-01T00:00:00Z"},
    ):
        with pytest.raises(ValidationError):
            LossesQuery.model_validate(wrong)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_causes_are_exclusive_exhaustive_and_those_of_the_slow_reading(tmp_path, seed):
    lines = list(random_lines(seed))
    expected = slow_reading(lines, max(datetime.fromisoformat(line["ts"]) for line in lines))
    random.Random(seed).shuffle(lines)
    log = tmp_path / "log.ndjson"
    log.write_text(
        "".join(json.dumps({k: v for k, v in line.items() if v is not None}) + "\n" for line in lines)
    )
    with Store.open(tmp_path / "home") as store:
        assert load(store, [log]).landed == len(lines)
        found = answer(store, LossesQuery(by=("device", "delegate")))
        whole = answer(store, LossesQuery(by=())).overall
    rows = Counter()
    for row in found.groups:
        assert row.lost == sum(cause.n for cause in row.causes)
        assert row.attempts == row.tapped + row.lost + row.open + row.ending_unknown
        for name in ("tapped", "open", "ending_unknown", "held_back", "nothing_to_suggest"):
            rows[row.group, name] = getattr(row, name)
        rows.update({(row.group, cause.name): cause.n for cause in row.causes})
    assert +rows == expected
    assert {fate for _, fate in expected} >= {
        *CAUSES,
        "tapped",
        "ending_unknown",
        "held_back",
        "nothing_to_suggest",
    }
    assert found.overall == whole
