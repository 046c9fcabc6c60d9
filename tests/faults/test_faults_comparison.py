"""Comparisons of arms with control, one fault at a time: known answers must notice each."""

import numpy as np

import experiments
from experiments.stats import adjustment, differences, fieller, means, shares
from experiments.stats.samples import Count, Moments, Regression
from experiments.stats.sequential import confidence_sequence, group
from experiments.stats.shifts import fixed
from tests.faults.answers import near, refuses, stories_of
from tests.faults.planting import Fault


def check_comparison(m):
    plan = experiments.Experiment.model_validate(
        {
            "key": "x",
            "variants": [{"key": "control"}, {"key": "a"}, {"key": "b"}],
            "metrics": [
                {"key": "s", "role": "success", "kind": "conversion", "event": "e"},
                {"key": "t", "role": "success", "kind": "conversion", "event": "e"},
                {
                    "key": "g",
                    "role": "guardrail",
                    "kind": "conversion",
                    "event": "f",
                    "margin": 0.05,
                    "direction": "down",
                },
                {"key": "r", "role": "guardrail", "kind": "mean", "event": "f", "margin": "10%"},
                {"key": "e", "role": "exploratory", "kind": "conversion", "event": "f", "minimum": 0.053},
            ],
        }
    )
    counts = {"control": Count(1000, 100), "a": Count(1000, 130), "b": Count(1000, 120)}
    close = counts | {"b": Count(1000, 129)}
    purses = {
        "control": Moments(100, 10.0, 396.0),
        "a": Moments(100, 9.5, 396.0),
        "b": Moments(100, 10.0, 396.0),
    }
    found = m.compare(plan, {"s": counts, "t": counts, "g": counts, "r": purses, "e": close})
    assert [(one.metric, one.arm) for one in found] == [(key, arm) for key in "stgre" for arm in "ab"]
    by = {(one.metric, one.arm): one for one in found}
    assert {by["s", "a"].effect.interval.level, by["t", "b"].relative.interval.level} == {1 - 0.05 / 4}
    assert by["g", "a"].effect.interval.level == by["s", "a"].control_value.interval.level == 0.95
    near(by["s", "a"].effect.value, 0.03)
    near(by["s", "a"].control_value.value, 0.1)
    near(by["s", "a"].treatment_value.value, 0.13)
    raw = by["s", "a"].effect.p_value, by["s", "b"].effect.p_value
    near(by["s", "a"].adjusted_p, 4 * raw[0], 1e-12)
    near(by["s", "b"].adjusted_p, 2 * raw[1], 1e-12)
    near(by["e", "a"].adjusted_p, by["e", "b"].effect.p_value, 1e-12)  # p(1) < p(2) < 2 p(1)
    assert by["g", "a"].adjusted_p is None
    # statsmodels confint_proportions_2indep(130, 1000, 100, 1000, method="newcomb", alpha=.1): .0065241, .0535278
    near(by["g", "a"].non_inferiority.bound, 0.05352775, 1e-7)
    assert (by["g", "a"].non_inferiority.shown, by["g", "b"].non_inferiority.shown) == (False, True)
    near(by["g", "a"].non_inferiority.margin, 0.05)
    # 9.5 − .9 · 10 = .5, se = √(.04 + .81 · .04) = .2690725; R 4.2.2: qt(.95, Welch's df) = 1.652671392; margin 1
    near(by["r", "a"].non_inferiority.bound, 0.5 - 1.652671392 * 0.2690725 - 1, 1e-6)
    near(by["r", "a"].non_inferiority.margin, -1.0)
    assert by["r", "a"].non_inferiority.shown
    assert by["s", "a"].smallness is None
    assert (by["e", "a"].smallness.shown, by["e", "b"].smallness.shown) == (False, True)
    # confint_proportions_2indep(130 or 129, 1000, 100, 1000, method="newcomb", alpha=.1), statsmodels 0.14
    near(by["e", "a"].smallness.low, 0.006524106112510569, 1e-9)
    near(by["e", "a"].smallness.high, 0.05352775279676225, 1e-9)
    near(by["e", "b"].smallness.high, 0.052485031507595356, 1e-9)
    near(by["e", "a"].smallness.minimum, 0.053)
    (exploratory,) = (one for one in plan.metrics if one.key == "e")
    for hits, shown in ((130, False), (129, True)):
        arms = Count(1000, hits), Count(1000, 100)
        fallen = m.smallness(
            exploratory, arms[0], lambda *asked, arms=arms: exploratory.effect(*arms, *asked), 0.05
        )
        assert fallen.shown is shown
    negative = {
        "control": Moments(100, -10.0, 396.0),
        "a": Moments(100, -10.5, 396.0),
        "b": Moments(100, -11.5, 396.0),
    }
    sunk = {
        one.arm: one
        for one in m.compare(plan, {"s": counts, "t": counts, "g": counts, "r": negative, "e": counts})
        if one.metric == "r"
    }
    assert (sunk["a"].non_inferiority.shown, sunk["b"].non_inferiority.shown) == (True, False)
    near(sunk["a"].non_inferiority.margin, -1.0)
    near(sunk["a"].non_inferiority.bound, 0.5 - 1.6526 * (0.04 + 1.21 * 0.04) ** 0.5 - 1, 1e-3)
    assert by["g", "a"].improvement == -by["g", "a"].effect.value
    assert by["s", "a"].improvement == by["s", "a"].effect.value
    assert m.shown_level(plan, "guardrail") == m.shown_level(plan, "exploratory") == 0.95
    empty = dict.fromkeys(counts, Count(0, 0))
    silent = m.compare(plan, {"s": empty, "t": counts, "g": empty, "r": purses, "e": close})
    assert silent[0].adjusted_p is None
    near(silent[2].adjusted_p, 4 * raw[0], 1e-12)  # still four questions were asked
    refuses([lambda: m.compare(plan, {"s": counts})])
    check_looks(m, plan, counts, purses, close)
    check_adjustment(m, plan, counts, purses)


def check_looks(m, plan, counts, purses, close):
    samples = {"s": counts, "t": counts, "g": counts, "r": purses, "e": close}
    # three equal arms: two of them hold two thirds of the units
    anytime = plan.model_copy(update={"peeking": "sequence", "tuned_to": 3000})
    by = {(one.metric, one.arm): one for one in m.compare(anytime, samples)}
    level = 1 - 0.05 / 4
    shift = shares.shift(counts["control"], counts["a"])
    assert by["s", "a"].effect == confidence_sequence.interval(shift, level, 2000)
    relative = shares.relative_shift(counts["control"], counts["a"], level)
    drawn = confidence_sequence.interval(differences.logged(relative), level, 2000)
    assert by["s", "a"].relative == shares.unlogged(drawn)
    near(by["s", "a"].width, confidence_sequence.width(2000, 2000, level), 1e-12)
    held = confidence_sequence.interval(shift, 0.9, 2000)
    near(by["g", "a"].non_inferiority.bound, held.interval.high, 1e-12)
    tight = means.shift(purses["control"], purses["a"], 0.9)
    near(
        by["r", "a"].non_inferiority.bound,
        confidence_sequence.interval(tight, 0.9, 2000).interval.low - 1,
        1e-12,
    )
    few = {key: Count(1000, 10) for key in counts}
    early = m.compare(anytime, samples | {"s": few})[0]
    assert (early.effect.code, early.width) == ("too_early_to_look", None)
    assert m.compare(plan, samples | {"s": few})[0].effect.value == 0.0
    planned = plan.model_copy(update={"peeking": "group", "planned_units": 6000})
    looks = {"s": {"control": (300, 500, 1000), "a": (200, 500, 1000)}}
    scheduled = {(one.metric, one.arm): one for one in m.compare(planned, samples, looks=looks)}
    assert scheduled["s", "a"].effect == group.interval(shift, level, (0.125, 0.25, 0.5), "obrien_fleming")
    assert scheduled["t", "a"].effect == group.interval(shift, level, (0.5,), "obrien_fleming")


def check_adjustment(m, plan, counts, purses):
    rng = np.random.default_rng(1)
    rows = {
        arm: np.column_stack([before + rng.normal(0, 1, 90) + lift, before])
        for arm, lift in (("control", 0.0), ("a", 0.3), ("b", 0.2))
        for before in [rng.normal(5, 2, 90) * (1.5 if arm == "b" else 1.0)]
    }
    sums = {arm: Regression.from_rows(values) for arm, values in rows.items()}
    samples = {
        "s": counts,
        "t": counts,
        "g": counts,
        "r": {arm: one.outcome for arm, one in sums.items()},
        "e": counts,
    }
    found = {one.arm: one for one in m.compare(plan, samples, {"r": sums}) if one.metric == "r"}
    every = tuple(sums.values())
    expected = adjustment.shift(sums["control"], sums["a"], pooled=every)
    assert found["a"].effect == fixed(expected, 0.95)
    assert found["a"].relative == fieller.of_adjusted(sums["control"], sums["a"], 0.95, every)
    near(
        found["a"].adjusted_for, adjustment.share_of_variance(sums["control"], sums["a"], pooled=every), 1e-12
    )
    plain = {one.arm: one for one in m.compare(plan, samples) if one.metric == "r"}
    assert plain["a"].adjusted_for is None
    assert plain["a"].effect.method == "welch"


COMPARISON = (
    Fault("shown_level", "successes * len(experiment.treatments)", "successes"),
    Fault("shown_level", 'if role == "success" else 1', ""),
    Fault("_compare", "*pair.values(1 - experiment.alpha)", "*pair.values(1 - experiment.alpha)[::-1]"),
    Fault("_compare", "pair.width(level)", "pair.width(1 - experiment.alpha)"),
    Fault("_compare", "adjusted_for=pair.adjusted_for", "adjusted_for=None"),
    Fault(
        "compare", '_adjust(found, "exploratory", benjamini_hochberg)', '_adjust(found, "exploratory", holm)'
    ),
    Fault("compare", '_adjust(found, "success", holm)', '_adjust(found, "success", benjamini_hochberg)'),
    Fault("non_inferiority", "1 - 2 * alpha", "1 - alpha"),
    Fault(
        "non_inferiority", 'if metric.direction == "up" else 1.0', 'if metric.direction == "down" else 1.0'
    ),
    Fault("_bound", "abs(base.value)", "base.value"),
    Fault("_bound", "(1 if base.value >= 0 else -1)", "1"),
    Fault(
        "_bound",
        "effect.interval.low if side < 0 else effect.interval.high",
        "effect.interval.high",
    ),
    Fault("smallness", "1 - 2 * alpha, -1.0", "1 - alpha, -1.0"),
    Fault("smallness", "1 - 2 * alpha, 1.0", "1 - alpha, 1.0"),
    Fault("smallness", "low[0] > low[1] and", ""),
    Fault("smallness", "and high[0] < high[1]", ""),
    Fault("_compare", "smallness=smallness", "smallness=non_inferiority"),
    Fault("_bound", "end + (allowed if margin.relative else 0.0)", "end"),
    Fault("non_inferiority", "bound > allowed if worse < 0 else bound < allowed", "bound > allowed"),
    Fault("_adjust", "1.0 if isinstance", "0.0 if isinstance"),
    Fault("_adjust", "one.role == role", "one.role"),
    Fault("Comparison.improvement", "else -self.effect.value", "else self.effect.value"),
)


SUITES = {"comparison.py": (check_comparison, COMPARISON)}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
