"""Laws of the answer over a random world, against numpy over the same rows."""

import numpy as np
import pytest

from analysis.models import ModelsQuery, answer
from experiments.stats.quantile import quantile
from tests.analysis.suggestions import event, landed, much_later

N = 1500


def _world(seed):
    draw = np.random.default_rng(seed)
    return [
        {
            "device": str(draw.choice(["old", "new", "tablet"], p=[0.6, 0.3, 0.1])),
            "delegate": str(draw.choice(["cpu", "gpu"])),
            "cold": bool(draw.random() < 0.2),
            "latency_ms": float(np.round(draw.gamma(8, 5), draw.integers(0, 3))),  # ties on purpose
            "right": bool(draw.random() < 0.9),
            "confirmed": bool(draw.random() < 0.4),
        }
        for _ in range(N)
    ]


@pytest.fixture(scope="module", params=[1, 2])
def told(request, tmp_path_factory):
    world = _world(request.param)
    lines = []
    for number, row in enumerate(world):
        key = f"f{number}"
        facts = {name: row[name] for name in ("device", "delegate", "cold", "latency_ms")}
        lines.append(
            event("inference_completed", f"p{number % 90}", number, inference_id=key, label="book", **facts)
        )
        lines.append(
            event("suggestion_shown", f"p{number % 90}", number, impression_id=f"i{number}", inference_id=key)
        )
        if row["confirmed"]:
            truth = "book" if row["right"] else "other"
            lines.append(
                event("label_confirmed", f"p{number % 90}", number, inference_id=key, true_label=truth)
            )
    store = landed(tmp_path_factory.mktemp("models"), lines, much_later())
    yield world, store
    store.close()


def test_every_quantile_and_interval_is_that_of_numpy_over_the_rows(told):
    world, store = told
    found = answer(store, ModelsQuery(by=("device", "delegate")))
    assert sum(row.n for row in found.latency) == N
    for row in found.latency:
        values = np.sort([
            w["latency_ms"] for w in world
            if (w["device"], w["delegate"]) == row.group and w["cold"] == (row.temperature == "cold")
        ])  # fmt: skip
        assert row.n == len(values)
        for share, said in row.quantiles:
            assert said.value == pytest.approx(np.quantile(values, share), rel=1e-12)
            assert said.interval == quantile(values, share).interval
        for budget in row.budgets:
            assert budget.within.value == pytest.approx((values <= budget.ms).mean(), abs=1e-12)


def test_every_precision_is_counted_over_the_confirmed_ones(told):
    world, store = told
    found = answer(store, ModelsQuery(by=("device",)))
    assert sum(row.n for row in found.precision) == found.precision_overall.n == N
    for row in found.precision:
        mine = [w for w in world if (w["device"],) == row.group]
        checked = [w["right"] for w in mine if w["confirmed"]]
        assert (row.n, row.precision.verified) == (len(mine), len(checked))
        assert row.precision.estimate.value == pytest.approx(np.mean(checked), abs=1e-12)
        assert row.precision.lowest <= row.precision.estimate.value <= row.precision.highest
