"""The gate of models, one fault at a time: known answers must notice each."""

from tests.faults.answers import near, refuses, stories_of
from tests.faults.planting import Fault


def check_gating(m):
    def took(value, statistic="p90", quantity="latency_ms"):
        return m.Measurement("r", f"phone {value}", quantity, statistic, value, 50)

    def right(value, n=1000, statistic="top1", dataset="d"):
        return m.Measurement("a", "phone", "accuracy", statistic, value, n, dataset)

    p90 = m.Budget("latency_ms", "p90", 50.0)
    assert m.gate([took(50.0), took(20.0)], [], [p90], None).passed
    late = m.gate([took(20.0), took(60.0), took(70.0)], [], [p90], None)
    assert [one.code for one in late.broken] == ["gate.over_budget"]
    facts = dict(late.broken[0].facts)
    assert (facts["value"], facts["over"], facts["runs"]) == (70.0, 2, 3)
    assert dict(m.gate([took(20.0), took(30.0)], [], [p90], None).kept[0].facts)["value"] == 30.0
    assert not m.gate([took(20.0, "mean")], [], [p90], None).passed
    assert not m.gate([took(20.0, "p90", "batch_latency_ms")], [], [p90], None).passed
    assert m.gate([took(20.0, "mean")], [], [m.Budget("latency_ms", None, 50.0)], None).passed
    assert not m.gate([took(20.0)], [], [p90], None, failed=["x"]).passed
    lost = m.gate([right(0.706)], [right(0.6), right(0.724), right(0.99, dataset="e")], [], 0.01)
    assert [one.code for one in lost.broken] == ["gate.loses_accuracy"]
    near(lost.losses[0].effect.value, -0.018, 1e-12)
    assert m.gate([right(0.714)], [right(0.724)], [], 0.01).passed
    assert m.gate([right(0.723)], [right(0.724)], [], 0.01).passed
    unproven = m.gate([right(0.723)], [right(0.724)], [], 0.01, proven=True)
    assert [one.code for one in unproven.broken] == ["gate.loss_not_ruled_out"]
    assert m.gate([right(0.723)], [right(0.724)], [], 0.05, proven=True).passed
    assert not m.gate([right(0.3, 5000, "map")], [right(0.3, 5000, "map")], [], 0.05, proven=True).passed
    assert not m.gate([right(0.3, None)], [right(0.3, None)], [], 0.01, proven=True).passed
    assert not m.gate([right(0.7)], [right(0.7, statistic="top5")], [], 0.01).passed
    assert not m.gate([right(0.7)], [took(30.0)], [], 0.01).passed
    assert m.gate([right(0.7)], [right(0.7)], [], 0.0).passed
    refuses([lambda: m.gate([], [], [], None)])
    refuses([lambda: m.gate([], [], [p90], -0.1)])
    refuses([lambda: m.gate([], [], [p90], 1.0)])
    refuses([lambda: m.budget_of("latency_ms=0")])
    refuses([lambda: m.budget_of("a=1e999")])
    refuses([lambda: m.budget_of("latency_ms:p90=1.2.3")])
    assert m.budget_of(" latency_ms:p90=50 ") == p90


GATING = (
    Fault("budget_of", "0 < most", "0 <= most"),
    Fault("budget_of", '< float("inf")', '<= float("inf")'),
    Fault("gate", "not 0 <= margin < 1", "not 0 <= margin <= 1"),
    Fault("gate", "if not budgets and margin is None", "if False"),
    Fault("gate", "for why in failed", "for why in ()"),
    Fault("gate", "not losses:", "False:"),
    Fault("_hold", "one.value > budget.most", "one.value >= budget.most"),
    Fault("_hold", "worst = max", "worst = min"),
    Fault("_hold", "one.quantity == budget.quantity and", ""),
    Fault("_hold", "budget.statistic in (None, one.statistic)", "True"),
    Fault("_losses", "one.value > best[key].value", "one.value < best[key].value"),
    Fault("_losses", "key = (one.statistic, one.dataset)", "key = (one.statistic, 'd')"),
    Fault("_difference", "proportions.difference(_count(baseline.value, baseline.n), _count(candidate.value, candidate.n))",
          "proportions.difference(_count(candidate.value, candidate.n), _count(baseline.value, baseline.n))"),
    Fault("_difference", "candidate.statistic not in SHARES_OF_ITEMS or", ""),
    Fault("_judged", "- 1e-12", "+ 1e-3"),
    Fault("_judged", "low <= -margin", "low >= -margin"),
    Fault("_judged", "proven and", ""),
    Fault("_judged", "low is None or", "low is not None and"),
)  # fmt: skip

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(
    {"gating.py": (check_gating, GATING)}
)
