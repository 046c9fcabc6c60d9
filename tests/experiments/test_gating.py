"""A gate for models: budgets, losses of accuracy, and what nobody measured."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

from experiments.gating import Budget, Measurement, budget_of, gate
from experiments.stats.effects import Effect, NoEffect

P90 = Budget("latency_ms", "p90", 50.0)


def took(value, statistic="p90", place="Pixel 3"):
    return Measurement(f"r{value}", place, "latency_ms", statistic, value, 50)


def right(value, n=1000, statistic="top1", dataset="shelf"):
    return Measurement(f"a{value}", "Pixel 3", "accuracy", statistic, value, n, dataset)


def test_a_budget_is_kept_up_to_itself_by_every_run():
    found = gate([took(30.0), took(50.0, place="Pixel 4")], [], [P90], None)
    assert found.passed
    assert "Pixel 4" in found.kept[0].sentence
    late = gate([took(30.0), took(50.1, place="Pixel 4")], [], [P90], None)
    assert [one.code for one in late.broken] == ["gate.over_budget"]
    assert "50.1 on Pixel 4" in late.broken[0].sentence
    assert "1 of 2" in late.broken[0].sentence


def test_what_nobody_measured_keeps_no_budget():
    found = gate([took(30.0, "mean")], [], [P90], None)
    assert [one.code for one in found.broken] == ["gate.not_measured"]
    assert gate([took(30.0, "mean")], [], [Budget("latency_ms", None, 50.0)], None).passed


def test_a_failed_run_breaks_the_gate():
    found = gate([took(30.0)], [], [P90], None, failed=["out of memory on Pixel 2"])
    assert not found.passed
    assert "out of memory on Pixel 2" in found.broken[0].sentence


def test_a_loss_within_the_margin_is_borne_but_not_proven():
    """723 against 724 of 1,000 (AI Hub's MobileNet-v2, float on the device and torch): one item lost."""
    seen = gate([right(0.723)], [right(0.724)], [], 0.01)
    assert seen.passed
    (loss,) = seen.losses
    assert isinstance(loss.effect, Effect)
    low, high = confint_proportions_2indep(723, 1000, 724, 1000, method="newcomb")
    assert (loss.effect.interval.low, loss.effect.interval.high) == pytest.approx((low, high), abs=1e-9)
    proven = gate([right(0.723)], [right(0.724)], [], 0.01, proven=True)
    assert [one.code for one in proven.broken] == ["gate.loss_not_ruled_out"]
    assert gate([right(0.723)], [right(0.724)], [], 0.05, proven=True).passed


def test_a_loss_beyond_the_margin_breaks_the_gate():
    found = gate([right(0.706)], [right(0.724)], [], 0.01)
    assert [one.code for one in found.broken] == ["gate.loses_accuracy"]
    assert "70.60% against 72.40%" in found.broken[0].sentence
    assert gate([right(0.714)], [right(0.724)], [], 0.01).passed  # the margin itself is borne


def test_the_best_of_the_baseline_counts():
    found = gate([right(0.72)], [right(0.6), right(0.8)], [], 0.01)
    assert [loss.baseline for loss in found.losses] == [0.8]


def test_accuracies_of_another_kind_or_data_set_are_not_compared():
    for other in (right(0.9, dataset="street"), right(0.9, statistic="map")):
        found = gate([right(0.7)], [other], [], 0.01)
        assert [one.code for one in found.broken] == ["gate.no_accuracy"]


def test_an_accuracy_without_a_count_has_no_interval_so_nothing_is_proven():
    found = gate([right(0.30, None, "map")], [right(0.30, None, "map")], [], 0.01)
    assert found.passed
    assert isinstance(found.losses[0].effect, NoEffect)
    proven = gate([right(0.30, 5000, "map")], [right(0.30, 5000, "map")], [], 0.01, proven=True)
    assert [one.code for one in proven.broken] == ["gate.loss_not_ruled_out"]


@given(st.lists(st.floats(1, 100), min_size=1), st.floats(1, 100))
def test_the_gate_is_open_exactly_if_the_largest_keeps_the_budget(values, most):
    found = gate([took(value) for value in values], [], [Budget("latency_ms", "p90", most)], None)
    assert found.passed == (max(values) <= most)
    assert len(found.broken) + len(found.kept) == 1


def test_budgets_as_they_are_typed():
    assert budget_of("latency_ms:p90=50") == P90
    assert budget_of("size_mb=1e1") == Budget("size_mb", None, 10.0)
    for text in (
        "latency_ms",
        "latency_ms=",
        "latency_ms=fast",
        "latency_ms=-3",
        "=3",
        "size_mb=0",
        "a=1e999",
    ):
        with pytest.raises(ValueError, match="`budget`"):
            budget_of(text)


def test_a_gate_without_anything_to_hold_is_refused():
    with pytest.raises(ValueError, match="`budgets` is empty"):
        gate([took(1.0)], [], [], None)
    for margin in (-0.1, 1.0):
        with pytest.raises(ValueError, match="`margin`"):
            gate([], [], [P90], margin)
