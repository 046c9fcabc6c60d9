"""Faults planted in one arm beside another: effects by every way of looking and beliefs must notice every one."""

import numpy as np

import experiments
from experiments.metrics import RatioOfSums
from experiments.stats import adjustment, bayes, differences, fieller, means, shares
from experiments.stats.beliefs import Normal
from experiments.stats.samples import Count, Moments, Ratio, Regression
from experiments.stats.sequential import confidence_sequence, group
from experiments.stats.shifts import fixed
from tests.faults.answers import near, refuses, stories_of
from tests.faults.planting import Fault

COUNTS = {"control": Count(1000, 100), "a": Count(1000, 130), "b": Count(900, 120)}
PURSES = {"control": Moments(100, 10.0, 396.0), "a": Moments(100, 9.5, 396.0), "b": Moments(100, 10.0, 396.0)}
RATIO = {"key": "q", "role": "exploratory", "kind": "ratio", "event": "e", "per": "f"}


def rows():
    rng = np.random.default_rng(1)
    return {
        arm: np.column_stack([before + rng.normal(0, 1, 90) + lift, before])
        for arm, lift in (("control", 0.0), ("a", 0.3), ("b", 0.2))
        for before in [rng.normal(5, 2, 90) * (1.5 if arm == "b" else 1.0)]
    }


def check_pair(m):
    plan = experiments.Experiment.model_validate(
        {
            "key": "x",
            "variants": [{"key": "control"}, {"key": "a"}, {"key": "b"}],
            "metrics": [
                {"key": "s", "role": "success", "kind": "conversion", "event": "e"},
                {"key": "m", "role": "exploratory", "kind": "mean", "event": "f", "direction": "down"},
                {
                    "key": "p",
                    "role": "exploratory",
                    "kind": "mean",
                    "event": "f",
                    "prior": {"mean": 0.1, "sd": 0.2},
                },
            ],
        }
    )
    tapped, spent, believed = plan.metrics
    samples = {"s": COUNTS, "m": PURSES, "p": PURSES}
    once = m.pair_of(plan, tapped, samples, "a", {}, {})
    assert once.effect(0.9) == tapped.effect(COUNTS["control"], COUNTS["a"], 0.9)
    assert once.effect(0.9, 0.5) == tapped.effect(COUNTS["control"], COUNTS["a"], 0.9, 0.5)
    assert once.relative_effect(0.9) == tapped.relative_effect(COUNTS["control"], COUNTS["a"], 0.9)
    assert (once.width(0.9), once.adjusted_for) == (1.0, None)
    assert once.posterior(0.9) == bayes.of_counts(COUNTS["control"], COUNTS["a"], level=0.9)
    other = m.pair_of(plan, tapped, samples, "b", {}, {}, "a")
    assert other.effect(0.9) == tapped.effect(COUNTS["a"], COUNTS["b"], 0.9)
    # three equal arms: two of them hold two thirds of the units
    free = plan.model_copy(update={"peeking": "sequence", "tuned_to": 3000})
    anytime = m.pair_of(free, tapped, samples, "a", {}, {})
    shift = shares.shift(COUNTS["control"], COUNTS["a"], 0.5)
    assert anytime.effect(0.9, 0.5) == confidence_sequence.interval(shift, 0.9, 2000)
    relative = shares.relative_shift(COUNTS["control"], COUNTS["a"], 0.9)
    drawn = confidence_sequence.interval(differences.logged(relative), 0.9, 2000)
    assert anytime.relative_effect(0.9) == shares.unlogged(drawn)
    near(anytime.width(0.9), confidence_sequence.width(2000, 2000, 0.9), 1e-12)
    few = m.pair_of(free, tapped, {"s": {"control": Count(99, 40), "a": Count(500, 200)}}, "a", {}, {})
    assert few.effect(0.9).code == few.relative_effect(0.9).code == "too_early_to_look"
    planned = plan.model_copy(update={"peeking": "group", "planned_units": 6000})
    looks = {"s": {"control": (300, 500, 1000), "a": (200, 500, 1000), "b": (100, 400, 900)}}
    scheduled = m.pair_of(planned, tapped, samples, "a", {}, looks)
    drawn = group.interval(
        shares.shift(COUNTS["control"], COUNTS["a"]), 0.9, (0.125, 0.25, 0.5), "obrien_fleming"
    )
    assert scheduled.effect(0.9) == drawn
    assert m.pair_of(planned, tapped, samples, "a", {}, {}).way.information == (0.5,)
    assert m.pair_of(planned, tapped, samples, "b", {}, looks, "a").way.information == (0.075, 0.225, 0.475)
    endless = m.pair_of(plan.model_copy(update={"peeking": "group"}), tapped, samples, "a", {}, looks)
    assert endless.effect(0.9).code == endless.relative_effect(0.9).code == "looking.no_planned_end"
    assert endless.width(0.9) is None
    sums = {arm: Regression.from_rows(values) for arm, values in rows().items()}
    every = tuple(sums.values())
    adjusted = m.pair_of(
        plan, spent, {"m": {arm: one.outcome for arm, one in sums.items()}}, "a", {"m": sums}, {}
    )
    expected = adjustment.shift(sums["control"], sums["a"], 0.5, pooled=every)
    assert adjusted.effect(0.9, 0.5) == fixed(expected, 0.9)
    assert adjusted.relative_effect(0.9) == fieller.of_adjusted(sums["control"], sums["a"], 0.9, every)
    again = m.pair_of(
        free, spent, {"m": {arm: one.outcome for arm, one in sums.items()}}, "a", {"m": sums}, {}
    )
    assert again.relative_effect(0.9).code == "looking.too_early"
    larger = {arm: Regression(100, 1, one.means, one.products) for arm, one in sums.items()}
    again = m.pair_of(
        free, spent, {"m": {arm: one.outcome for arm, one in larger.items()}}, "a", {"m": larger}, {}
    )
    every_larger, drawn = tuple(larger.values()), again.way.interval
    expected = fieller.of_adjusted(larger["control"], larger["a"], 0.9, every_larger, drawn)
    assert again.relative_effect(0.9) == expected
    assert expected.method == "fieller_sequence"
    purses = m.pair_of(free, spent, samples, "a", {}, {})
    assert purses.relative_effect(0.9) == fieller.of_means(PURSES["control"], PURSES["a"], 0.9, drawn)
    ratio = free.model_copy(update={"metrics": (RatioOfSums.model_validate(RATIO),)})
    sold = {
        arm: Ratio(120, 3.0 + more, 2.0, 400.0, 300.0, 50.0) for arm, more in (("control", 0.0), ("a", 0.5))
    }
    found = m.pair_of(ratio, ratio.metrics[0], {"q": sold}, "a", {}, {}).relative_effect(0.9)
    assert found == fieller.of_ratios(sold["control"], sold["a"], 0.9, drawn)
    near(adjusted.adjusted_for, adjustment.share_of_variance(sums["control"], sums["a"], pooled=every), 1e-12)
    expected = adjustment.shift(sums["control"], sums["a"], pooled=every)
    assert adjusted.posterior(0.9) == bayes.of_shift(expected, None, 0.9, "down")
    lone = m.pair_of(
        plan, spent, {"m": {arm: one.outcome for arm, one in sums.items()}}, "a", {"m": {"a": sums["a"]}}, {}
    )
    assert lone.adjusted is None
    purse = means.shift(PURSES["control"], PURSES["a"])
    assert m.pair_of(plan, spent, samples, "a", {}, {}).posterior(0.9) == bayes.of_shift(
        purse, None, 0.9, "down"
    )
    assert m.pair_of(plan, believed, samples, "a", {}, {}).posterior(0.9) == bayes.of_shift(
        purse, Normal(0.1, 0.2), 0.9
    )
    alike = {arm: Moments(5, 1.0, 0.0) for arm in COUNTS}
    assert m.pair_of(plan, spent, {"m": alike}, "a", {}, {}).posterior(0.9).code == "no_variation"
    # 1 %-point up at most, where 5 would matter; sequences of 4,000,000 units are narrow
    many = {"control": Count(2_000_000, 200_000), "a": Count(2_000_000, 200_100)}
    tuned = free.model_copy(update={"tuned_to": 4_000_000})
    answers = {}
    for direction in ("up", "down"):
        for minimum in (None, 0.05, "20%", "0.5%", 0.000001):
            named = tapped.model_copy(update={"minimum": minimum, "direction": direction})
            answers[direction, minimum] = m.pair_of(tuned, named, {"s": many}, "a", {}, {}).futile(0.9)
    for direction in ("up", "down"):
        told = [answers[direction, least] for least in (None, 0.05, "20%", "0.5%", 0.000001)]
        assert told == [False, True, True, False, False]
    worse = {"control": Count(2_000_000, 200_000), "a": Count(2_000_000, 190_000)}
    named = tapped.model_copy(update={"minimum": "2%", "direction": "down"})
    assert not m.pair_of(tuned, named, {"s": worse}, "a", {}, {}).futile(0.9)
    assert m.pair_of(tuned, named.model_copy(update={"direction": "up"}), {"s": worse}, "a", {}, {}).futile(
        0.9
    )
    few_hits = {"control": Count(2_000_000, 20), "a": Count(2_000_000, 24)}
    assert not m.pair_of(
        tuned, named.model_copy(update={"minimum": 0.5}), {"s": few_hits}, "a", {}, {}
    ).futile(0.9)
    assert not m.pair_of(
        planned.model_copy(update={"planned_units": None}), named, {"s": worse}, "a", {}, {}
    ).futile(0.9)
    refuses([lambda: m.pair_of(plan, tapped, {"s": {"a": COUNTS["a"]}}, "a", {}, {})])


PAIR = (
    Fault("pair_of", "own in by_arm and arm in by_arm", "False"),
    Fault("pair_of", "[a + b for a, b in zip(by_arm[own], by_arm[arm], strict=True)]", "list(by_arm[arm])"),
    Fault("pair_of", "control or experiment.control.key", "experiment.control.key"),
    Fault("pair_of", "looking(experiment, own, arm, seen)", "looking(experiment, experiment.control.key, own, seen)"),
    Fault("pair_of", "(every[own], every[arm], tuple(every.values()))", "(every[arm], every[own], tuple(every.values()))"),
    Fault("pair_of", "or own not in every", ""),
    Fault("Pair.effect", "isinstance(self.way, Once) and self.adjusted is None", "self.adjusted is None"),
    Fault("Pair.effect", "isinstance(self.way, Once) and self.adjusted is None", "isinstance(self.way, Once)"),
    Fault("Pair.effect", "level, coefficient)", "level)"),
    Fault("Pair.effect", "self.treatment, coefficient), level)", "self.treatment), level)"),
    Fault("Pair.effect", "coefficient, pooled=every", "coefficient"),
    Fault("Pair.relative_effect", "once and self.adjusted is None", "once"),
    Fault("Pair.relative_effect", "once and self.adjusted is None", "self.adjusted is None"),
    Fault("Pair.relative_effect", "None if once else self._early", "None if True else self._early"),
    Fault("Pair.relative_effect", "None if once else self._early", "self._early"),
    Fault("Pair.relative_effect", "level, every, self.way.interval", "level, None, self.way.interval"),
    Fault("Pair.relative_effect", "level, every, self.way.interval", "level, every"),
    Fault("Pair.relative_effect", "fieller.of_means(self.control, self.treatment, level, self.way.interval)",
          "fieller.of_means(self.control, self.treatment, level)"),
    Fault("Pair.relative_effect", "fieller.of_ratios(self.control, self.treatment, level, self.way.interval)",
          "fieller.of_ratios(self.control, self.treatment, level)"),
    Fault("Pair.relative_effect", "isinstance(self.control, Moments)", "False"),
    Fault("Pair.relative_effect", "isinstance(self.control, Ratio)", "False"),
    Fault("Pair.relative_effect", "logged(self.metric.relative_shift(self.control, self.treatment, level))",
          "self.metric.relative_shift(self.control, self.treatment, level)"),
    Fault("Pair.relative_effect", "else unlogged(found)", "else found"),
    Fault("Pair.futile", "self.metric.minimum is None or", ""),
    Fault("Pair.futile", "least.amount * abs(base.value) if least.relative else least.amount", "least.amount"),
    Fault("Pair.futile", 'if self.metric.direction == "up" else -amount', ""),
    Fault("Pair.futile", "isinstance(self.way, NoEffect) or", ""),
    Fault("Pair.futile", "or self._early() is not None", ""),
    Fault("Pair.width", "self.control.n + self.treatment.n", "self.control.n"),
    Fault("Pair._drawn", "None if isinstance(self.way, Once) else self._early", "None if True else self._early"),
    Fault("Pair._drawn", "None if isinstance(self.way, Once) else self._early", "self._early"),
    Fault("Pair.adjusted_for", "treatment, pooled=every", "treatment"),
    Fault("Pair.posterior", "prior is None and self.adjusted is None", "False"),
    Fault("Pair.posterior", "level=level, direction", "direction"),
    Fault("Pair._shift", "treatment, pooled=every", "treatment"),
    Fault("Pair.posterior", "Normal(prior.mean, prior.sd)", "Normal(0.0, prior.sd)"),
    Fault("Pair.posterior", "believed, level, self.metric.direction", "believed, level"),
)  # fmt: skip
SUITES = {"pair.py": (check_pair, PAIR)}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
