"""The rules of the verdict, one fault at a time: known answers must notice each."""

from dataclasses import replace

import experiments
from experiments.comparison import Comparison, NonInferiority
from experiments.stats.effects import Check, Effect, Interval, NoEffect, Reason
from tests.faults.answers import refuses, stories_of
from tests.faults.planting import Fault


def check_verdict(m):
    plan = experiments.Experiment.model_validate(
        {
            "key": "x",
            "planned_units": 100,
            "variants": [{"key": "control"}, {"key": "a"}, {"key": "b"}],
            "metrics": [
                {"key": "s", "role": "success", "kind": "conversion", "event": "e"},
                {
                    "key": "g",
                    "role": "guardrail",
                    "kind": "conversion",
                    "event": "f",
                    "margin": 0.1,
                    "direction": "down",
                },
            ],
        }
    )
    endless = plan.model_copy(update={"planned_units": None})
    looking = plan.model_copy(update={"peeking": "sequence"})

    def one(role, arm, value, p_value, *, held=True, metric="s", direction="up"):
        effect = Effect(value, Interval(value - 0.01, value + 0.01), p_value, "absolute", "given")
        nothing = NoEffect("no_units", "Nobody.")
        guard = NonInferiority(held, value, 0.1) if role == "guardrail" else None
        return Comparison(
            metric, "share", role, direction, arm, nothing, nothing, effect, nothing, p_value, guard
        )

    def decided(*comparisons, experiment=plan, checks=(), units=100):
        said = m.decide(experiment, comparisons, checks, units)
        return said.decision, [reason.code.removeprefix("verdict.") for reason in said.reasons]

    good, poor, flat = (
        one("success", "a", 0.1, 0.01),
        one("success", "a", -0.1, 0.001),
        one("success", "a", 0.1, 0.2),
    )
    held = one("guardrail", "a", 0.001, 0.9, metric="g", direction="down")
    lost = one("guardrail", "a", 0.001, 0.9, metric="g", direction="down", held=False)
    worse = one("guardrail", "a", 0.05, 0.001, metric="g", direction="down")
    better = one("guardrail", "a", -0.05, 0.001, metric="g", direction="down")
    other = one("success", "b", 0.1, 0.01)
    unknown = Comparison(
        "s",
        "share",
        "success",
        "up",
        "a",
        good.relative,
        good.relative,
        good.relative,
        good.relative,
        None,
        None,
    )
    unguarded = Comparison(
        "g",
        "share",
        "guardrail",
        "down",
        "a",
        good.relative,
        good.relative,
        held.effect,
        good.relative,
        None,
        good.relative,
    )
    failed = Check("c", passed=False, reason=Reason("verdict.broken", "Broken."))
    fine = Check("c", passed=True, reason=Reason("verdict.fine", "Fine."))
    ship = ("ship", ["superior_share", "guardrail_held_share"])
    assert decided(good, held) == decided(good, held, checks=(fine,)) == decided(good, better) == ship
    assert decided(good, held, checks=(fine, failed)) == ("cannot_trust", ["broken"])
    assert decided(good, held, units=99) == ("keep_running", ["planned_units_not_reached"])
    assert decided(good, worse, units=99) == (
        "keep_running",
        ["planned_units_not_reached", "harm_so_far_share"],
    )
    assert decided(good, experiment=looking, units=99) == ("ship", ["superior_share"])
    assert decided(flat, experiment=looking, units=99) == ("keep_running", ["none_superior", "units_to_go"])
    assert decided(flat, experiment=looking, units=100)[0] == "do_not_ship"
    vain, other_arm = replace(flat, futile=True), one("success", "b", 0.0, 0.9)
    assert decided(vain, experiment=looking, units=99) == ("do_not_ship", ["none_superior", "futile"])
    assert decided(vain, other_arm, experiment=looking, units=99)[0] == "keep_running"
    soon = m.decide(looking, [flat], (), 90, 4.0).reasons[-1]
    assert (soon.code, dict(soon.facts)["days"]) == ("verdict.days_to_go", 3)
    assert decided(good, experiment=looking) == ("ship", ["superior_share"])
    never = looking.model_copy(update={"planned_units": None, "peeking": "group"})
    assert decided(good, experiment=never) == ("keep_running", ["planned_units_missing"])
    anytime = never.model_copy(update={"peeking": "sequence"})
    assert decided(good, experiment=anytime) == ("ship", ["superior_share"])
    assert decided(flat, experiment=anytime) == ("keep_running", ["none_superior", "open_end"])
    assert decided(good, lost) == ("do_not_ship", ["superior_share", "guardrail_not_shown_share"])
    assert decided(good, unguarded) == ("do_not_ship", ["superior_share", "not_comparable", "no_units"])
    assert decided(good, worse)[0] == "do_not_ship"
    assert decided(good, worse)[1][0] == "deteriorated_share"
    assert decided(poor, held) == ("do_not_ship", ["deteriorated_share", "none_superior"])
    assert decided(flat, held) == ("do_not_ship", ["none_superior"])
    assert decided(unknown) == ("do_not_ship", ["none_superior", "not_comparable", "no_units"])
    assert decided(held) == ("do_not_ship", ["no_success_metric"])
    assert decided(good, held, experiment=endless)[1][-1] == "looked_once"
    assert decided(flat, experiment=endless) == ("keep_running", ["none_superior", "no_planned_end"])
    assert decided(poor, experiment=endless)[0] == "do_not_ship"
    assert decided(poor, one("success", "b", 0.1, 0.2), experiment=endless)[0] == "keep_running"
    assert decided(experiment=endless) == ("keep_running", ["no_success_metric", "no_planned_end"])
    assert decided(poor, other) == ("ship", ["superior_share"])
    safe = one("guardrail", "b", 0.001, 0.9, metric="g", direction="down")
    assert decided(good, lost, other, safe) == ship
    assert decided(good, worse, one("success", "b", 0.1, 0.2))[0] == "do_not_ship"
    assert (
        decided(flat, one("exploratory", "a", 0.3, 1e-9), one("exploratory", "b", -0.3, 1e-9))[0]
        == "do_not_ship"
    )
    assert decided(good, one("exploratory", "a", -0.3, 1e-9)) == ("ship", ["superior_share"])
    # two deciding comparisons at alpha .05: two-sided p ≤ .025 is deterioration, above it is not
    edge = one("guardrail", "a", 0.05, 0.025, metric="g", direction="down")
    beyond = one("guardrail", "a", 0.05, 0.026, metric="g", direction="down")
    assert decided(good, edge)[0] == "do_not_ship"
    assert decided(good, beyond)[0] == "ship"
    assert decided(one("success", "a", 0.1, 0.05))[0] == "ship"
    assert decided(one("success", "a", 0.1, 0.051))[0] == "do_not_ship"
    refuses((lambda refused=refused: m.Verdict("ship", refused)) for refused in ((), []))


VERDICT = (
    Fault("decide", "if failed:", "if len(failed) > 1:"),
    Fault("decide", "if not check.passed", "if check.passed"),
    Fault("decide", "if waiting:", "if waiting and not harms:"),
    Fault("decide", "waiting + all_of(reasons.harm_so_far, harms)", "waiting"),
    Fault("decide", 'Verdict("ship"', 'Verdict("do_not_ship"'),
    Fault("decide", "_ended(experiment, units) or", ""),
    Fault("_ended", "units >= experiment.planned_units", "units > experiment.planned_units"),
    Fault("decide", " == set(_arms(comparisons)) != set()", " != set()"),
    Fault("decide", " != set()", ""),
    Fault("decide", "(*grounds, *_would_change(experiment, units, per_day))", "grounds"),
    Fault("_would_change", 'experiment.peeking == "sequence"', "False"),
    Fault("_would_change", "experiment.planned_units is not None", "False"),
    Fault("_would_change", "left / per_day", "left * per_day"),
    Fault("_would_change", "if per_day > 0:", "if False:"),
    Fault("_would_change", "if per_day > 0:", "if True:"),
    Fault("_in_vain", "all(one.futile", "any(one.futile"),
    Fault("_in_vain", "bool(success) and", ""),
    Fault("superior", 'one.role == "success" and', 'one.role != "guardrail" and'),
    Fault("superior", "one.adjusted_p <= alpha", "one.adjusted_p < alpha"),
    Fault("superior", " and _better(one)", ""),
    Fault("deteriorated", "alpha / len(deciding)", "alpha"),
    Fault("deteriorated", "alpha / len(deciding)", "alpha / (2 * len(deciding))"),
    Fault("deteriorated", "and not _better(one)", "and _better(one)"),
    Fault("deteriorated", 'one.role != "exploratory"', "one.role"),
    Fault("deteriorated", 'one.role != "exploratory"', 'one.role == "success"'),
    Fault("_waiting", "units >= experiment.planned_units", "units > experiment.planned_units"),
    Fault("_waiting", 'or experiment.peeking != "fixed"', ""),
    Fault("_waiting", 'if experiment.peeking != "group":', "if True:"),
    Fault("_waiting", 'if experiment.peeking != "group":', 'if experiment.peeking == "fixed":'),
    Fault("_wins", "bool(superior(own, alpha))", "True"),
    Fault("_wins", "all(_guarded(one)", "any(_guarded(one)"),
    Fault("_wins", "        and all(one.arm != arm for one in harms)\n", ""),
    Fault("_wins", "if one.arm == arm]", "]"),
    Fault("_for_shipping", "if one.arm in winners]", "]"),
    Fault("_for_shipping", "experiment.planned_units is None", "experiment.planned_units is not None"),
    Fault("_for_shipping", ' and experiment.peeking == "fixed"', ""),
    Fault("_against", "and not _guarded(one)", "and _guarded(one)"),
    Fault("_against", "elif not better:", "elif better:"),
    Fault("_better", "one.improvement > 0", "one.improvement != 0"),
    Fault("_guarded", "and one.non_inferiority.shown", ""),
)


SUITES = {"verdict.py": (check_verdict, VERDICT)}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
