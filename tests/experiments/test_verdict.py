"""From figures to a decision: the rules, one story each, and that names and order decide nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments import Experiment
from experiments.comparison import compare
from experiments.stats.effects import Check, Reason
from experiments.stats.samples import Count, Moments
from experiments.verdict import Verdict, decide, deteriorated

N = 10_000
SUCCESS = {"key": "tapped", "role": "success", "kind": "conversion", "event": "suggestion_tapped"}
GUARDRAIL = {
    "key": "left", "role": "guardrail", "kind": "conversion", "event": "suggestion_left", "direction": "down", "margin": 0.01,
}  # fmt: skip
PASSED = Check("sample_ratio", passed=True, reason=Reason("sample_ratio_ok", "As planned."))
FAILED = Check("sample_ratio", passed=False, reason=Reason("sample_ratio_mismatch", "Not as planned."))


def plan(*metrics, arms=("control", "a"), **more):
    described = {"key": "x", "variants": [{"key": arm} for arm in arms], "metrics": list(metrics)}
    return Experiment.model_validate(described | more)


def verdict(experiment, checks=(PASSED,), units=2 * N, **hits):
    """`tapped=(1000, 1200)`: hits of 10,000 units, control first, then each treatment."""
    arms = [experiment.control.key, *(variant.key for variant in experiment.treatments)]
    samples = {
        key: {arm: Count(N, h) for arm, h in zip(arms, by_arm, strict=True)} for key, by_arm in hits.items()
    }
    return decide(experiment, compare(experiment, samples), checks, units)


def codes(said):
    return [reason.code for reason in said.reasons]


ENDED = {"planned_units": 2 * N}


def test_a_better_success_metric_and_a_held_guardrail_ship():
    said = verdict(plan(SUCCESS, GUARDRAIL, **ENDED), tapped=(1000, 1200), left=(500, 510))
    assert said.decision == "ship"
    assert codes(said) == ["verdict.superior_share", "verdict.guardrail_held_share"]
    assert said.reasons[0].sentence.startswith(
        "tapped in a is better than control: +2.00 %-points [+1.13, +2.87], Holm"
    )
    facts = dict(said.reasons[0].facts)
    assert (facts["metric"], facts["arm"], round(facts["effect"], 2)) == ("tapped", "a", 2.0)


def test_a_failed_check_is_stronger_than_any_effect():
    said = verdict(plan(SUCCESS, **ENDED), checks=(PASSED, FAILED), tapped=(1000, 2000))
    assert said == Verdict("cannot_trust", (FAILED.reason,))


def test_nothing_shown_at_the_planned_end_is_not_shipped():
    said = verdict(plan(SUCCESS, **ENDED), tapped=(1000, 1020))
    assert (said.decision, codes(said)) == ("do_not_ship", ["verdict.none_superior"])


def test_better_but_the_guardrail_not_shown():
    # 5.00 % to 5.55 % leave: the rise is below one point, its upper bound is not.
    said = verdict(plan(SUCCESS, GUARDRAIL, **ENDED), tapped=(1000, 1200), left=(500, 555))
    assert said.decision == "do_not_ship"
    assert codes(said) == ["verdict.superior_share", "verdict.guardrail_not_shown_share"]
    assert "at worst +1.07 %-points where +1.00 %-points is allowed" in said.reasons[1].sentence


def test_within_the_margin_but_clearly_worse_is_deterioration():
    wide = GUARDRAIL | {"margin": 0.05}
    said = verdict(plan(SUCCESS, wide, **ENDED), tapped=(1000, 1200), left=(500, 700))
    assert said.decision == "do_not_ship"
    assert codes(said)[0] == "verdict.deteriorated_share"
    assert "left in a is worse than control: +2.00 %-points" in said.reasons[0].sentence


def test_a_success_metric_that_fell_is_deterioration():
    said = verdict(plan(SUCCESS, **ENDED), tapped=(1000, 800))
    assert (said.decision, codes(said)) == (
        "do_not_ship",
        ["verdict.deteriorated_share", "verdict.none_superior"],
    )


def test_where_down_is_good_a_fall_is_success():
    down = SUCCESS | {"direction": "down"}
    assert verdict(plan(down, **ENDED), tapped=(1000, 800)).decision == "ship"
    assert verdict(plan(down, **ENDED), tapped=(1000, 1200)).decision == "do_not_ship"


def test_before_the_planned_end_nothing_is_decided():
    early = verdict(plan(SUCCESS, planned_units=50_000), tapped=(1000, 2000))
    assert (early.decision, codes(early)) == ("keep_running", ["verdict.planned_units_not_reached"])
    assert early.reasons[0].sentence.startswith("20,000 of 50,000 planned units")
    harmed = verdict(plan(SUCCESS, planned_units=50_000), tapped=(2000, 1000))
    assert harmed.decision == "keep_running"
    assert codes(harmed) == ["verdict.planned_units_not_reached", "verdict.harm_so_far_share"]


def test_the_planned_end_is_reached_by_the_last_unit():
    assert verdict(plan(SUCCESS, planned_units=20_000), units=20_000, tapped=(1000, 2000)).decision == "ship"
    assert (
        verdict(plan(SUCCESS, planned_units=20_000), units=19_999, tapped=(1000, 2000)).decision
        == "keep_running"
    )


@pytest.mark.parametrize("peeking", ["sequence", "group"])
def test_a_plan_with_looks_may_decide_before_its_end(peeking):
    early = verdict(plan(SUCCESS, planned_units=50_000, peeking=peeking), tapped=(1000, 2000))
    assert (early.decision, codes(early)) == ("ship", ["verdict.superior_share"])
    open_question = verdict(plan(SUCCESS, planned_units=50_000, peeking=peeking), tapped=(1000, 1010))
    assert open_question.decision == "keep_running"
    assert codes(open_question) == ["verdict.none_superior", "verdict.units_to_go"]
    assert open_question.reasons[-1].sentence.startswith("30,000 more units")
    ended = verdict(plan(SUCCESS, peeking=peeking, **ENDED), tapped=(1000, 1010))
    assert ended.decision == "do_not_ship"


@pytest.mark.parametrize("peeking", ["sequence", "group"])
def test_going_on_in_vain_ends_before_the_planned_end(peeking):
    hopeless = {**SUCCESS, "minimum": 0.05}
    said = verdict(plan(hopeless, planned_units=50_000, peeking=peeking), tapped=(1000, 1001))
    assert (said.decision, codes(said)) == ("do_not_ship", ["verdict.none_superior", "verdict.futile"])
    hopeful = verdict(
        plan({**SUCCESS, "minimum": 0.001}, planned_units=50_000, peeking=peeking), tapped=(1000, 1001)
    )
    assert hopeful.decision == "keep_running"
    once = verdict(plan(hopeless, planned_units=50_000), tapped=(1000, 1001))
    assert codes(once) == ["verdict.planned_units_not_reached"]


def test_looks_at_set_times_need_a_planned_end_and_those_at_any_time_do_not():
    endless = verdict(plan(SUCCESS, peeking="group"), tapped=(1000, 2000))
    assert (endless.decision, codes(endless)) == ("keep_running", ["verdict.planned_units_missing"])
    watched = verdict(plan(SUCCESS, peeking="sequence"), tapped=(1000, 2000))
    assert (watched.decision, codes(watched)) == ("ship", ["verdict.superior_share"])
    still = verdict(plan(SUCCESS, peeking="sequence"), tapped=(1000, 1010))
    assert (still.decision, codes(still)) == ("keep_running", ["verdict.none_superior", "verdict.open_end"])


def test_without_a_planned_end_a_success_ships_with_a_warning():
    said = verdict(plan(SUCCESS), tapped=(1000, 1200))
    assert (said.decision, codes(said)) == ("ship", ["verdict.superior_share", "verdict.looked_once"])


def test_without_a_planned_end_an_open_question_stays_open():
    said = verdict(plan(SUCCESS), tapped=(1000, 1020))
    assert (said.decision, codes(said)) == (
        "keep_running",
        ["verdict.none_superior", "verdict.no_planned_end"],
    )
    harmed = verdict(plan(SUCCESS), tapped=(1000, 800))
    assert harmed.decision == "do_not_ship"
    one_of_two = verdict(plan(SUCCESS, arms=("control", "a", "b")), tapped=(1000, 800, 1010))
    assert one_of_two.decision == "keep_running"
    assert "verdict.deteriorated_share" in codes(one_of_two)


def test_one_good_arm_is_enough_and_a_bad_one_does_not_spoil_it():
    said = verdict(plan(SUCCESS, arms=("control", "a", "b"), **ENDED), tapped=(1000, 700, 1300))
    assert said.decision == "ship"
    assert [dict(reason.facts)["arm"] for reason in said.reasons] == ["b"]


def test_success_in_one_arm_and_guardrail_in_another_do_not_add_up():
    said = verdict(
        plan(SUCCESS, GUARDRAIL, arms=("control", "a", "b"), **ENDED),
        tapped=(1000, 1300, 1000),
        left=(500, 590, 500),
    )
    assert said.decision == "do_not_ship"


def test_many_questions_raise_the_bar():
    # p is about .02 for one question; among four success metrics Holm asks for .0125.
    alone = verdict(plan(SUCCESS, **ENDED), tapped=(1000, 1101))
    assert alone.decision == "ship"
    others = [SUCCESS | {"key": key} for key in ("b", "c", "d")]
    same = dict.fromkeys(("b", "c", "d"), (1000, 1000))
    assert verdict(plan(SUCCESS, *others, **ENDED), tapped=(1000, 1101), **same).decision == "do_not_ship"


def test_deterioration_is_one_sided_at_alpha_over_two_m():
    experiment = plan(SUCCESS, GUARDRAIL, **ENDED)
    for left in range(500, 620):
        samples = {
            "tapped": {"control": Count(N, 1000), "a": Count(N, 1000)},
            "left": {"control": Count(N, 500), "a": Count(N, left)},
        }
        found = compare(experiment, samples)
        one_sided = found[1].effect.p_value / 2
        assert bool(deteriorated(found, 0.05)) == (left > 500 and one_sided <= 0.05 / (2 * 2))


def test_exploratory_metrics_never_block_nor_ship():
    explored = SUCCESS | {"key": "e", "role": "exploratory"}
    assert verdict(plan(SUCCESS, explored, **ENDED), tapped=(1000, 1200), e=(1000, 500)).decision == "ship"
    only = verdict(plan(explored, **ENDED), e=(1000, 2000))
    assert (only.decision, codes(only)) == ("do_not_ship", ["verdict.no_success_metric"])


def test_without_any_metric_nothing_speaks_for_shipping():
    assert codes(verdict(plan(**ENDED))) == ["verdict.no_success_metric"]
    assert verdict(plan(**ENDED)).decision == "do_not_ship"
    assert verdict(plan()).decision == "keep_running"


def test_what_cannot_be_compared_is_said_with_its_reason():
    experiment = plan(SUCCESS, GUARDRAIL, **ENDED)
    nobody = {"control": Count(0, 0), "a": Count(0, 0)}
    said = decide(experiment, compare(experiment, {"tapped": nobody, "left": nobody}), (), 2 * N)
    assert said.decision == "do_not_ship"
    assert codes(said) == ["verdict.none_superior", *["verdict.not_comparable", "no_units"] * 2]


def test_numbers_speak_in_their_own_unit():
    spent = {"key": "spent", "role": "success", "kind": "mean", "event": "purchase", "property": "value"}
    experiment = plan(spent, **ENDED)
    samples = {"spent": {"control": Moments(N, 100.0, 900.0 * N), "a": Moments(N, 110.0, 900.0 * N)}}
    said = decide(experiment, compare(experiment, samples), (), 2 * N)
    assert codes(said) == ["verdict.superior_number"]
    assert "better than control: +10 [+9.168, +10.83]" in said.reasons[0].sentence


def test_names_with_braces_are_only_names():
    said = verdict(plan(SUCCESS | {"key": "{effect}"}, **ENDED), **{"{effect}": (1000, 1200)})
    assert said.reasons[0].sentence.startswith("{effect} in a is better")


def test_a_verdict_without_a_reason_is_refused():
    with pytest.raises(ValueError, match=r"`reasons` is \(\); must hold at least one"):
        Verdict("ship", ())


@given(
    st.lists(st.lists(st.integers(900, 1200), min_size=4, max_size=4), min_size=3, max_size=3),
    st.permutations(range(1, 4)),
    st.permutations(range(3)),
    st.booleans(),
)
def test_neither_names_nor_order_decide(hits, arm_order, metric_order, ended):
    """Three metrics, control and three arms; shuffled and renamed they give the same decision and the same codes."""
    metrics = [SUCCESS | {"key": "s1"}, SUCCESS | {"key": "s2"}, GUARDRAIL]
    more = {"planned_units": 2 * N} if ended else {}

    def read(metric_places, arm_places, rename):
        names = ["control", *(rename(place) for place in arm_places)]
        described = [metrics[place] | {"key": rename(10 + place)} for place in metric_places]
        experiment = plan(*described, arms=names, **more)
        samples = {
            rename(10 + place): {
                name: Count(N, hits[place][arm]) for name, arm in zip(names, [0, *arm_places], strict=True)
            }
            for place in metric_places
        }
        return decide(experiment, compare(experiment, samples), (PASSED,), 2 * N)

    straight = read(range(3), [1, 2, 3], lambda place: f"k{place}")
    shuffled = read(metric_order, arm_order, lambda place: f"{100 - place:03d}")
    assert shuffled.decision == straight.decision
    assert sorted(codes(shuffled)) == sorted(codes(straight))
