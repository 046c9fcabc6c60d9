"""Looks before the planned end: what the plan allows, what it costs, and what may be decided."""

import json
from pathlib import Path

import pytest

from analysis import words
from analysis.readout import ReadoutAnswer
from analysis.readout.captions import way_in_words
from experiments.stats import shares
from experiments.stats.effects import Effect, NoEffect, Shift
from experiments.stats.samples import Count
from experiments.stats.sequential import confidence_sequence, group
from experiments.verdict import Verdict
from ingest import Store, load
from tests.analysis.readout.readout_stories import conversion, decision, hits, land, plan, readout
from tests.journeys import store_in

DAYS, A_DAY = 6, 300
OVER = "2026-04-06T23:59:59.999999+09:00"
"""When the sixth day is over; the log ends in its evening."""
RATES = {"control": 20, "b": 33}
"""Of a hundred persons of an arm so many tap."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Six days, 300 persons a day, every other one in b; taps follow a minute after the exposure."""
    lines = []
    for one in range(DAYS * A_DAY):
        arm, day = ("control", "b")[one % 2], one // A_DAY
        minute = one % A_DAY * 4 + 5
        at = f"2026-04-{day + 1:02}T{minute // 60:02}:{minute % 60:02}"
        who = {"user_id": f"p{one}"}
        lines.append(
            {"event_id": f"e{one}", "event": "experiment_exposed", "ts": f"{at}:00+09:00", **who,
             "properties": {"experiment": "x", "variant": arm}}
        )  # fmt: skip
        if one // 2 * 37 % 100 < RATES[arm]:
            lines.append(
                {
                    "event_id": f"t{one}",
                    "event": "suggestion_tapped",
                    "ts": f"{at}:30+09:00",
                    **who,
                    "properties": {},
                }
            )
    folder = tmp_path_factory.mktemp("looks")
    path = folder / "log.ndjson"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    with store_in(folder / "home") as opened:
        assert load(opened, path).rejected == 0
        yield opened


def effect_of(found: ReadoutAnswer) -> Effect:
    effect = found.metrics[0].effects[0].effect
    assert isinstance(effect, Effect)
    return effect


def counts(found: ReadoutAnswer) -> tuple[Count, Count]:
    control, treatment = (Count(arm.n, arm.hits or 0) for arm in found.metrics[0].arms)
    return control, treatment


def difference(found: ReadoutAnswer) -> Shift:
    shift = shares.shift(*counts(found))
    assert isinstance(shift, Shift)
    return shift


def test_a_confidence_sequence_may_decide_before_the_end_and_says_what_it_costs(store: Store) -> None:
    found = readout(store, plan(conversion(), more='peeking = "sequence"\nplanned_units = 5000'))
    assert effect_of(found) == confidence_sequence.interval(difference(found), 0.95, 5000)
    assert isinstance(found.verdict, Verdict)
    assert found.verdict.decision == "ship"
    cost = confidence_sequence.width(DAYS * A_DAY, 5000)
    assert found.metrics[0].effects[0].width == cost > 1.4
    assert f"{cost:.2f} times as wide" in str(way_in_words(found, "en"))
    assert f"{cost:.2f} 倍" in str(way_in_words(found, "ja"))


def test_a_sequence_is_tuned_to_its_share_of_the_planned_units(store: Store) -> None:
    third = plan(conversion(), arms=["control", "b", "c"], more='peeking = "sequence"\ntuned_to = 3000')
    found = readout(store, third)
    assert found.metrics[0].effects[0].effect == confidence_sequence.interval(
        difference_of_two(found), 1 - 0.05 / 2, 2000
    )
    missing = found.metrics[0].effects[1].effect
    assert isinstance(missing, NoEffect)


def difference_of_two(found: ReadoutAnswer) -> Shift:
    control, treatment, _ = (Count(arm.n, arm.hits or 0) for arm in found.metrics[0].arms)
    shift = shares.shift(control, treatment)
    assert isinstance(shift, Shift)
    return shift


@pytest.mark.parametrize("spending", ["obrien_fleming", "pocock"])
def test_daily_looks_spend_alpha_by_the_units_of_each_day(store: Store, spending: str) -> None:
    more = f'peeking = "group"\nplanned_units = 3600\nspending = "{spending}"'
    found = readout(store, plan(conversion(), more=more), observed_until=OVER)
    information = [day * A_DAY / 3600 for day in range(1, DAYS + 1)]
    assert effect_of(found) == group.interval(difference(found), 0.95, information, spending)
    assert found.metrics[0].effects[0].width == group.width(information, 0.95, spending)


def test_weekly_looks_are_fewer(store: Store) -> None:
    more = 'peeking = "group"\nplanned_units = 3600\nspending = "pocock"\nlooks = "weekly"'
    found = readout(store, plan(conversion(), more=more))
    # 1 April 2026 is a Wednesday: the first look is on Sunday, five days in; Monday's units wait for the next
    assert found.observed_until is not None
    assert found.observed_until.isoformat() == "2026-04-05T23:59:59.999999+09:00"
    assert effect_of(found) == group.interval(difference(found), 0.95, [5 / 12], "pocock")


@pytest.mark.parametrize("looks", ["daily", "weekly"])
def test_between_two_looks_the_page_says_what_the_last_one_said(store: Store, looks: str) -> None:
    more = f'peeking = "group"\nplanned_units = 3600\nspending = "pocock"\nlooks = "{looks}"'
    ends = {"daily": "2026-04-06T00:00:00+09:00", "weekly": "2026-04-05T23:59:59.999999+09:00"}
    found = [
        readout(store, plan(conversion(), more=more), observed_until=at)
        for at in (ends[looks], "2026-04-06T07:00:00+09:00", "2026-04-06T19:30:00+09:00")
    ]
    assert {effect_of(one) for one in found} == {effect_of(found[0])}
    assert {one.observed_until for one in found} == {found[-1].observed_until}


def test_before_the_first_look_nothing_is_shown_and_its_day_is_said(store: Store) -> None:
    more = 'peeking = "group"\nplanned_units = 3600\nlooks = "weekly"'
    found = readout(store, plan(conversion(), more=more), observed_until="2026-04-04T22:00:00+09:00")
    assert isinstance(found.verdict, Verdict)
    assert (found.verdict.decision, found.verdict.reasons[0].code) == ("keep_running", "verdict.no_look_yet")
    assert dict(found.verdict.reasons[0].facts) == {"day": "2026-04-05"}
    effect = found.metrics[0].effects[0].effect
    assert isinstance(effect, NoEffect)
    assert effect.code == "looking.no_look_yet"
    assert found.metrics[0].history == {}
    assert found.units > 1000


def test_each_day_of_the_history_is_the_look_of_that_day(store: Store) -> None:
    more = 'peeking = "group"\nplanned_units = 3600\nspending = "pocock"'
    history = readout(store, plan(conversion(), more=more), observed_until=OVER).metrics[0].history["b"]
    assert [point.units for point in history] == [day * A_DAY for day in range(1, DAYS + 1)]
    early = readout(store, plan(conversion(), more=more), observed_until="2026-04-04T00:00:00+09:00")
    assert history[2].effect == effect_of(early)


def test_the_history_of_several_success_metrics_is_drawn_at_their_common_level(store: Store) -> None:
    found = readout(store, plan(conversion(), conversion("again"), more='peeking = "sequence"'))
    assert found.metrics[0].history["b"][-1].effect == effect_of(found)
    assert effect_of(found).interval.level == 1 - 0.05 / 2


def test_a_single_look_waits_for_the_planned_end(store: Store) -> None:
    found = readout(store, plan(conversion(), more="planned_units = 3600"))
    assert isinstance(found.verdict, Verdict)
    assert (found.verdict.decision, found.verdict.reasons[0].code) == (
        "keep_running",
        "verdict.planned_units_not_reached",
    )
    assert found.metrics[0].effects[0].width == 1.0


def test_the_first_hundred_units_are_too_few_to_look_at(store: Store) -> None:
    until = "2026-04-01T10:00:00+09:00"
    found = readout(store, plan(conversion(), more='peeking = "sequence"'), observed_until=until)
    effect = found.metrics[0].effects[0].effect
    assert isinstance(effect, NoEffect)
    assert effect.code == "too_early_to_look"
    mean = 'key = "taps"\nrole = "exploratory"\nkind = "mean"\nevent = "suggestion_tapped"'
    said = (
        readout(store, plan(mean, more='peeking = "sequence"'), observed_until=until)
        .metrics[0]
        .effects[0]
        .effect
    )
    assert isinstance(said, NoEffect)
    assert said.code == "looking.too_early"


def test_looks_at_set_times_without_a_planned_end_say_nothing(store: Store) -> None:
    found = readout(store, plan(conversion(), more='peeking = "group"'))
    effect = found.metrics[0].effects[0].effect
    assert isinstance(effect, NoEffect)
    assert effect.code == "looking.no_planned_end"
    assert isinstance(found.verdict, Verdict)
    assert found.verdict.decision == "keep_running"


def test_guardrails_are_read_by_the_same_way_of_looking(store: Store) -> None:
    guard = conversion("guard", role="guardrail", more='margin = 0.2\ndirection = "down"')
    found = readout(store, plan(conversion(), guard, more='peeking = "sequence"\nplanned_units = 3600'))
    held = found.metrics[1].effects[0].non_inferiority
    expected = confidence_sequence.interval(difference(found), 0.9, 3600).interval.high
    assert (getattr(held, "shown", None), getattr(held, "bound", None)) == (expected < 0.2, expected)
    fixed = readout(store, plan(conversion(), guard, more="planned_units = 3600"))
    assert getattr(fixed.metrics[1].effects[0].non_inferiority, "bound", 1.0) < expected


def test_every_way_is_told_in_both_languages(store: Store, tmp_path: Path) -> None:
    for more in ('peeking = "fixed"', 'peeking = "sequence"', 'peeking = "group"\nplanned_units = 3600'):
        found = readout(store, plan(conversion(), more=more))
        told = [way_in_words(found, lang) for lang in ("en", "ja")]
        assert None not in told
        assert told[0] != told[1]
    assert words.has("readout.looks.weekly")


def test_the_look_with_all_planned_units_decides_and_later_data_change_nothing(store: Store) -> None:
    more = 'peeking = "group"\nplanned_units = 1000'
    found = readout(store, plan(conversion(), more=more))
    assert [arm.n for arm in found.metrics[0].arms] == [600, 600]  # four days of 300
    assert found.observed_until is not None
    assert found.observed_until.isoformat() == "2026-04-04T23:59:59.999999+09:00"
    as_of = readout(store, plan(conversion(), more=more), observed_until="2026-04-04T23:59:59.999999+09:00")
    assert effect_of(found) == effect_of(as_of)
    weekly = readout(store, plan(conversion(), more=f'{more}\nlooks = "weekly"'))
    assert [arm.n for arm in weekly.metrics[0].arms] == [750, 750]  # until Sunday


def test_arms_are_compared_with_each_other_by_the_same_way_of_looking(store: Store) -> None:
    more = 'peeking = "group"\nplanned_units = 3600'
    two = readout(store, plan(conversion(), more=more))
    assert two.metrics[0].pairs == ()
    three = readout(store, plan(conversion(), arms=["control", "b", "c"], more=more), observed_until=OVER)
    pairs = {(one.control, one.treatment): one for one in three.metrics[0].pairs}
    assert list(pairs) == [("control", "b"), ("control", "c"), ("b", "c")]
    information = [day * A_DAY / (3600 * 2 / 3) for day in range(1, DAYS + 1)]
    expected = group.interval(difference_of_two(three), 1 - 0.05 / 3, information, "obrien_fleming")
    assert pairs["control", "b"].effect == expected
    assert isinstance(pairs["b", "c"].effect, NoEffect)
    assert pairs["control", "b"].p_value == pytest.approx(3 * expected.p_value)


def test_a_bayesian_reading_stands_beside_the_effect_flat_or_with_a_stated_prior(store: Store) -> None:
    from experiments.stats import bayes
    from experiments.stats.beliefs import Normal

    flat = readout(store, plan(conversion()))
    believed = flat.metrics[0].posteriors["b"]
    assert believed == bayes.of_counts(*counts(flat))
    assert believed.chance_better > 0.999
    doubtful = readout(store, plan(conversion(more="prior = { sd = 0.01 }")))
    found = doubtful.metrics[0].posteriors["b"]
    assert found == bayes.of_shift(difference(doubtful), Normal(0.0, 0.01))
    assert found.value < 0.5 * believed.value
    worse = readout(store, plan(conversion(more='direction = "down"'))).metrics[0].posteriors["b"]
    assert worse.chance_better < 0.001


def test_what_may_still_decide_says_how_long_it_takes(store: Store) -> None:
    alike = conversion("seen", "experiment_exposed")
    found = readout(store, plan(alike, more='peeking = "sequence"\nplanned_units = 5000'))
    assert isinstance(found.verdict, Verdict)
    (left,) = [reason for reason in found.verdict.reasons if reason.code == "verdict.days_to_go"]
    # 5,000 − 1,800 at 300 a day
    assert dict(left.facts) == {"left": 3200, "planned": 5000, "days": 11}
    assert found.since is not None
    assert found.since.isoformat() == "2026-04-01"


def test_tests_of_one_look_say_nothing_where_the_plan_looks_before_the_end(store: Store) -> None:
    arms = [
        'key = "control"\nfactors = { ui = false, ml = false }',
        'key = "b"\nfactors = { ui = true, ml = false }',
        'key = "c"\nfactors = { ui = false, ml = true }',
        'key = "d"\nfactors = { ui = true, ml = true }',
    ]
    metric = readout(store, plan(conversion(), arms=arms, more='peeking = "sequence"')).metrics[0]
    assert isinstance(metric.omnibus, NoEffect)
    assert isinstance(metric.interaction, NoEffect)
    assert metric.omnibus.code == metric.interaction.code == "readout.of_one_look"


def test_a_planned_end_is_reached_when_the_planned_units_have_been_watched(store: Store) -> None:
    two_days = conversion(more='within = "2d"')
    fixed = readout(store, plan(two_days, more=f"planned_units = {DAYS * A_DAY}"))
    assert (fixed.state, decision(fixed)) == ("running", "keep_running")
    # 900 units have been exposed on 3 April, and watched for two days by the end of 5 April
    looked = readout(store, plan(two_days, more=f'peeking = "group"\nplanned_units = {3 * A_DAY}'))
    assert (looked.decided_at or looked.observed_until).isoformat() == "2026-04-05T23:59:59.999999+09:00"
    assert looked.state == "planned_end_reached"
    assert hits(looked)["b"][1] == 3 * A_DAY // 2
    later = readout(store, plan(two_days, more=f'peeking = "group"\nplanned_units = {5 * A_DAY}'))
    assert (later.decided_at, later.state) == (None, "running")


def test_the_page_says_that_a_look_decided_although_the_log_goes_on(store: Store) -> None:
    found = readout(store, plan(conversion(), more='peeking = "group"\nplanned_units = 1000'))
    assert found.decided_at == found.observed_until
    assert (
        readout(store, plan(conversion(), more='peeking = "group"\nplanned_units = 3600')).decided_at is None
    )


INCIDENCE = 'key = "soon"\nrole = "success"\nkind = "incidence"\nevent = "suggestion_tapped"\nwithin = "2s"'


def test_metrics_of_how_impressions_ended_are_looked_at_day_by_day_too(tmp_path: Path) -> None:
    journeys = {}
    for one in range(400):
        arm, day = ("control", "b")[one % 2], one // 100 + 1
        shown = f"shown 2026-04-0{day}T10:00:01 impression_id=i{one} display_ms=4000"
        tapped = f"tapped 2026-04-0{day}T10:00:02 impression_id=i{one}"
        gone = f"expired 2026-04-0{day}T10:00:05 impression_id=i{one}"
        ended = tapped if one // 2 * 37 % 100 < RATES[arm] else gone
        journeys[f"p{one}"] = [f"exposed to {arm} 2026-04-0{day}T10:00:00", shown, ended]
    more = 'peeking = "group"\nplanned_units = 800\nspending = "pocock"'
    with store_in(tmp_path / "home") as opened:
        land(opened, journeys)
        found = readout(opened, plan(INCIDENCE, more=more), observed_until="2026-04-05T00:00:00Z").metrics[0]
        early = readout(opened, plan(INCIDENCE, more=more), observed_until="2026-04-03T23:00:00Z").metrics[0]
    assert [point.units for point in found.history["b"]] == [100, 200, 300, 400]
    assert found.history["b"][-1].effect == found.effects[0].effect
    assert found.history["b"][2].effect == early.effects[0].effect
    information = [1 / 8, 2 / 8, 3 / 8, 4 / 8]
    assert found.effects[0].width == group.width(information, 0.95, "pocock")
