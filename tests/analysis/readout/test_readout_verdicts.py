"""Checks and verdicts over a real store: what is trusted, what is decided, and what is only said."""

import json
from pathlib import Path

import pytest

from analysis.readout import ReadoutQuery, answer, to_json
from analysis.readout.answers import ReadoutAnswer
from experiments.stats.effects import Effect, NoEffect
from experiments.verdict import Verdict
from ingest import Store
from tests.analysis.readout.readout_stories import conversion, decision, hits, land, plan, readout

GUARD = conversion("dismissed", "suggestion_dismissed", 'direction = "down"\nmargin = 0.05', role="guardrail")


def crowd(arm: str, units: int, taps: int, dismissals: int = 0) -> dict[str, list[str]]:
    """Units of one arm, the first `taps` of whom tap and the last `dismissals` of whom dismiss."""
    found = {}
    for nth in range(units):
        told = [f"exposed to {arm} 10:00:00"]
        told += ["tapped 10:00:05"] if nth < taps else []
        told += ["dismissed 10:00:06"] if nth >= units - dismissals else []
        found[f"{arm}-{nth}"] = told
    return found


def codes(found: ReadoutAnswer) -> set[str]:
    assert isinstance(found.verdict, Verdict)
    return {reason.code for reason in found.verdict.reasons}


def test_a_clear_gain_with_its_guardrail_held_ships(store: Store) -> None:
    land(store, crowd("control", 400, 60, 20) | crowd("b", 400, 120, 20))
    found = readout(store, plan(conversion(), GUARD, more="planned_units = 800"))

    assert found.state == "planned_end_reached"
    assert decision(found) == "ship"
    effect = found.metrics[0].effects[0].effect
    assert isinstance(effect, Effect)
    assert effect.value == pytest.approx(0.15)
    # Newcombe (1998), method 10, by its formulae: Wilson 60/400 (.1183, .1884), 120/400 (.2572, .3467)
    assert (effect.interval.low, effect.interval.high) == pytest.approx((0.0924, 0.2065), abs=5e-4)


def test_before_the_planned_end_it_keeps_running_however_large_the_gain(store: Store) -> None:
    land(store, crowd("control", 400, 60) | crowd("b", 400, 120))
    found = readout(store, plan(conversion(), more="planned_units = 801"))
    assert (found.state, decision(found)) == ("running", "keep_running")
    assert "verdict.planned_units_not_reached" in codes(found)


def test_a_broken_guardrail_does_not_ship(store: Store) -> None:
    land(store, crowd("control", 400, 60, 20) | crowd("b", 400, 120, 80))
    found = readout(store, plan(conversion(), GUARD, more="planned_units = 800"))
    assert decision(found) == "do_not_ship"


def test_arms_far_from_their_planned_weights_cannot_be_trusted(store: Store) -> None:
    land(store, crowd("control", 400, 60) | crowd("b", 250, 75))
    found = readout(store, plan(conversion()))

    assert decision(found) == "cannot_trust"
    assert not found.trusted
    assert codes(found) == {"sample_ratio_mismatch"}
    assert isinstance(found.metrics[0].effects[0].effect, Effect)  # folded on the page, not withheld


def test_unequal_weights_are_the_plan_and_no_mismatch(store: Store) -> None:
    land(store, crowd("control", 400, 60) | crowd("b", 200, 60))
    weighted = plan(conversion(), arms=('key = "control"\nweight = 2', 'key = "b"\nweight = 1'))
    assert readout(store, weighted).trusted
    assert not readout(store, plan(conversion())).trusted


def test_units_excluded_from_one_arm_only_fail_the_second_sample_ratio(store: Store) -> None:
    moved = {f"moved-{n}": ["exposed to b 10:00:00", "exposed to control 10:01:00"] for n in range(120)}
    land(store, crowd("control", 300, 30) | crowd("b", 180, 20) | moved)
    found = readout(store, plan(conversion()))
    passed = {check.key: check.passed for check in found.checks}
    assert passed["sample_ratio"]
    assert not passed["sample_ratio_after_exclusions"]
    assert decision(found) == "cannot_trust"


def test_an_arm_that_loses_impressions_fails_the_trigger_ratio(store: Store) -> None:
    journeys = {
        f"{arm}-{nth}": [f"exposed to {arm} 10:00:00", *([f"shown 10:00:01 impression_id={arm}{nth}"] if nth < seen else [])]
        for arm, seen in (("control", 200), ("b", 150))
        for nth in range(200)
    }  # fmt: skip
    land(store, journeys | {"ann": ["tapped 09:00:00"]})
    found = readout(store, plan(conversion(more='from = "impression"')))
    assert {check.key for check in found.checks if not check.passed} == {"trigger_ratio"}
    assert readout(store, plan(conversion())).trusted  # read per exposure it is no matter


def test_several_arms_are_compared_with_the_control_that_is_marked(store: Store) -> None:
    land(store, crowd("a", 100, 10) | crowd("b", 100, 20) | crowd("c", 100, 40))
    found = readout(store, plan(conversion(), arms=("a", 'key = "b"\ncontrol = true', "c")))

    assert [one.arm for one in found.metrics[0].effects] == ["a", "c"]
    values = [one.effect.value for one in found.metrics[0].effects if isinstance(one.effect, Effect)]
    assert values == pytest.approx([-0.1, 0.2])
    # Pearson by hand: expected 23.33 of 100 each; (10-23.33)² + (20-23.33)² + (40-23.33)² = 466.67;
    # over 100 · .23333 · .76667 = 17.889: 26.087 on 2 degrees of freedom
    omnibus = found.metrics[0].omnibus
    assert not isinstance(omnibus, NoEffect)
    assert (omnibus.statistic, omnibus.freedom) == (pytest.approx(26.0870, abs=1e-4), 2)


def test_a_two_by_two_design_says_its_interaction(store: Store) -> None:
    arms = [
        f'key = "{key}"\nfactors = {{ ui = {str(ui).lower()}, ml = {str(ml).lower()} }}'
        for key, ui, ml in (("control", 0, 0), ("ui", 1, 0), ("ml", 0, 1), ("both", 1, 1))
    ]
    arms = [arm.replace("= 0", "= false").replace("= 1", "= true") for arm in arms]
    land(
        store,
        crowd("control", 100, 10) | crowd("ui", 100, 20) | crowd("ml", 100, 30) | crowd("both", 100, 70),
    )
    found = readout(store, plan(conversion(), arms=arms))

    said = found.metrics[0].interaction
    assert isinstance(said, Effect)
    assert said.value == pytest.approx(0.7 - 0.2 - 0.3 + 0.1)
    assert readout(store, plan(conversion(), arms=("control", "ui"))).metrics[0].interaction is None


@pytest.mark.parametrize(
    "journeys",
    [
        {"ann": ["later 12:00:00"]},  # nobody exposed
        {"ann": ["exposed to b 10:00:00"]},  # one unit, the control arm absent
        {"ann": ["exposed to b 10:00:00"], "bob": ["exposed to control 10:00:00"]},  # nobody converts
        {"ann": ["exposed to b 10:00:00", "tapped 10:00:01"], "bob": ["exposed to control 10:00:00", "tapped 10:00:01"]},
        {"ann": ["exposed to off 10:00:00"]},  # only a variant that the plan does not have
    ],
)  # fmt: skip
def test_thin_logs_give_sentences_and_no_crash(store: Store, journeys: dict[str, list[str]]) -> None:
    metrics = (
        conversion(),
        'key = "often"\nrole = "exploratory"\nkind = "mean"\nevent = "suggestion_tapped"',
        'key = "tap"\nrole = "exploratory"\nkind = "incidence"\nevent = "suggestion_tapped"\nwithin = "3s"',
        GUARD,
    )
    land(store, journeys)
    said = to_json(readout(store, plan(*metrics)))
    json.dumps(said, allow_nan=False)
    assert said["verdict"]["decision"] != "ship"


def test_nobody_exposed_and_an_empty_store_keep_running(store: Store) -> None:
    empty = readout(store, plan(conversion()))
    assert (empty.state, decision(empty), empty.observed_until) == ("no_exposures", "keep_running", None)
    land(store, {"ann": ["later 12:00:00"]})
    found = readout(store, plan(conversion()))
    assert (found.state, codes(found)) == ("no_exposures", {"no_exposures"})


def test_an_experiment_on_record_is_found_by_its_key(store: Store) -> None:
    land(store, crowd("control", 3, 1) | crowd("b", 3, 1))
    store.records.add(
        "experiment", "x", plan(conversion()).model_dump(mode="json", by_alias=True, exclude_none=True), "ann"
    )

    assert hits(readout(store, "x")) == {"control": (1, 3), "b": (1, 3)}
    with pytest.raises(ValueError, match=r"`experiment` is 'y'; must be on record \(x\)"):
        readout(store, "y")


def test_arms_by_a_property_are_observational_and_decide_nothing(store: Store) -> None:
    def seen(person: str, copy: str, *, tapped: bool) -> list[str]:
        told = [f"shown 10:00:00 impression_id={person} copy_id={copy} display_ms=4000"]
        return [*told, f"tapped 10:00:00 impression_id={person}"] if tapped else told

    land(
        store,
        {f"{copy}-{nth}": seen(f"{copy}-{nth}", copy, tapped=nth < taps)
         for copy, taps in (("v1", 2), ("v2", 8), ("v9", 1)) for nth in range(10)},
    )  # fmt: skip
    arms = ('key = "old"\ncontrol = true\npayload = { copy_id = "v1" }', "v2")
    found = readout(store, plan(conversion(), arms=arms, more='unit = "impression"'), by="copy_id")

    assert hits(found) == {"old": (2, 10), "v2": (8, 10)}
    assert found.unknown == (("v9", 10),)
    assert isinstance(found.verdict, NoEffect)
    assert not found.randomised
    assert found.state == "observational"
    assert "observational" in {check.key for check in found.checks}
    assert to_json(found)["verdict"]["decision"] is None


def test_arms_by_display_limit_are_matched_as_numbers(store: Store) -> None:
    land(
        store,
        {
            "ann": ["shown 10:00:00 impression_id=a display_ms=4000"],
            "bob": ["shown 10:00:00 impression_id=b display_ms=8000"],
        },
    )
    arms = ('control = true\nkey = "4000"', 'key = "long"\npayload = { display_ms = 8000.0 }')
    found = readout(store, plan(conversion(), arms=arms), by="display_ms")
    assert hits(found) == {"4000": (0, 1), "long": (0, 1)}
    with pytest.raises(ValueError, match="`display_ms` is 'control' in a variant"):
        readout(store, plan(conversion()), by="display_ms")


def test_a_question_names_one_subject() -> None:
    with pytest.raises(ValueError, match="`experiment` and `table` are both given or both missing"):
        ReadoutQuery()
    with pytest.raises(ValueError, match="`table` stands beside a filter"):
        ReadoutQuery(table=({"arm": "a", "n": 1, "x": 1},), platform="ios")


def test_the_documented_keys_are_the_keys(store: Store) -> None:
    land(store, crowd("control", 20, 5) | crowd("b", 20, 9))
    said = to_json(readout(store, plan(conversion(), GUARD)))
    table = to_json(answer(store, ReadoutQuery(table=({"n": 9, "x": 1}, {"n": 8, "x": 2}))))
    documented = (Path(__file__).parents[3] / "docs/json/readout.md").read_text(encoding="utf-8")
    metric = said["metrics"][0]
    shown = [*said, *metric, *metric["arms"]["b"], *metric["effects"]["b"], *metric["effects"]["b"]["absolute"],
             *metric["omnibus"], *said["exposures"]["b"], *said["checks"][0], *said["verdict"], *table, *table["summary"],
             *table["tests"][0], *table["tests"][0]["omnibus"]]  # fmt: skip
    assert sorted({key for key in shown if f"`{key}`" not in documented}) == []
