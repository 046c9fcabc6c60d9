"""Every metric kind over a real log: what is read is what loops over the same log read, day by day and in all."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.readout import ReadoutAnswer
from experiments.stats import adjustment, quantile, ratios, shifts
from experiments.stats.effects import Effect, Estimate, NoEffect, Shift
from experiments.stats.samples import Regression
from experiments.stats.sequential import confidence_sequence
from ingest import Store, load
from tests.analysis.readout.readout_stories import plan, readout
from tests.journeys import store_in

DAY_S, END_DAY = 86_400, 20
EXPLORED = 'role = "exploratory"\n'
METRICS = (
    f'key = "often"\n{EXPLORED}kind = "threshold"\nevent = "opened"\nat_least = 2',
    f'key = "rich"\n{EXPLORED}kind = "threshold"\nevent = "bought"\nproperty = "price"\nat_least = 30',
    f'key = "back"\n{EXPLORED}kind = "retention"\ndelay = "2d"\nwithin = "1d"',
    f'key = "per_visit"\n{EXPLORED}kind = "ratio"\nevent = "bought"\nproperty = "price"\nper = "opened"',
    f'key = "late"\n{EXPLORED}kind = "mean"\nevent = "opened"\ndelay = "1d"\nwithin = "2d"',
    f'key = "dear"\n{EXPLORED}kind = "conversion"\nevent = "bought"\nwhere = {{ price = {{ ge = 25 }} }}',
    f'key = "p50"\n{EXPLORED}kind = "quantile"\nevent = "bought"\nproperty = "price"\nshare = 0.5',
    f'key = "capped"\n{EXPLORED}kind = "mean"\nevent = "bought"\nproperty = "price"\ncap = "90%"',
)
Line = tuple[int, str, float | None]
Log = dict[str, tuple[str, int, list[Line]]]
"""person -> (arm, second of the exposure, events of (second, name, price))."""


def made(seed: int, people: int = 160) -> Log:
    """A random log of twenty days; some people did something before they were exposed."""
    rng = np.random.default_rng(seed)
    found: Log = {}
    for one in range(people):
        since = int(rng.integers(5 * DAY_S, 12 * DAY_S))
        events: list[Line] = []
        for _ in range(int(rng.integers(0, 9))):
            at = int(np.clip(since + rng.integers(-16 * DAY_S, 8 * DAY_S), 0, END_DAY * DAY_S))
            name = str(rng.choice(["opened", "bought"]))
            events.append((at, name, round(float(rng.lognormal(3, 1)), 2) if name == "bought" else None))
        found[f"p{one}"] = (str(rng.choice(["control", "b"])), since, sorted(events, key=lambda e: e[0]))
    return found


def landed(store: Store, log: Log) -> None:
    lines = []
    for person, (arm, since, events) in log.items():
        told: list[tuple[int, str, dict[str, Any]]] = [
            (since, "experiment_exposed", {"experiment": "x", "variant": arm}),
            *((at, name, {} if price is None else {"price": price}) for at, name, price in events),
        ]
        for nth, (at, name, properties) in enumerate(told):
            day, second = divmod(at, DAY_S)
            ts = f"2026-04-{day + 1:02}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"
            lines.append(
                {
                    "event_id": f"{person}-{nth}",
                    "event": name,
                    "ts": ts,
                    "user_id": person,
                    "properties": properties,
                }
            )
    path = store.home.parent / "log.ndjson"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert load(store, path).rejected == 0


def per_unit(log: Log, arm: str) -> dict[str, list[Any]]:
    """What each metric knows of every unit of an arm, by loops and nothing else."""
    found: dict[str, list[Any]] = defaultdict(list)
    end = END_DAY * DAY_S
    for own, since, events in log.values():
        if own != arm:
            continue
        after = [(at, name, price) for at, name, price in events if at >= since]
        opened = [at for at, name, _ in after if name == "opened"]
        spent = [price for _, name, price in after if name == "bought" and price is not None]
        found["often"].append(len(opened) >= 2)
        found["rich"].append(sum(spent) >= 30)
        if since + 3 * DAY_S <= end:
            found["back"].append(any(2 * DAY_S <= at - since <= 3 * DAY_S for at, _, _ in after))
            found["late"].append(sum(DAY_S <= at - since <= 3 * DAY_S for at in opened))
        found["per_visit"].append((sum(spent), len(opened)))
        found["dear"].append(any(price >= 25 for price in spent))
        found["p50"] += spent
        found["capped"].append(sum(spent))
    return found


@pytest.fixture(scope="module", params=[1, 2])
def told(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Log, ReadoutAnswer, ReadoutAnswer]:
    log = made(request.param)
    with store_in(tmp_path_factory.mktemp("kinds") / "home") as store:
        landed(store, log)
        asked = {"observed_until": "2026-04-21T00:00:00Z"}
        return (
            log,
            readout(store, plan(*METRICS), **asked),
            readout(store, plan(*METRICS, more="adjust = true"), **asked),
        )


def value_of(found: ReadoutAnswer, key: str, arm: str) -> tuple[int, float]:
    metric = next(one for one in found.metrics if one.key == key)
    value = next(one for one in metric.arms if one.arm == arm)
    assert isinstance(value.value, Estimate)
    return value.n, value.value.value


@pytest.mark.parametrize("arm", ["control", "b"])
def test_every_kind_reads_what_loops_read(told: tuple[Log, ReadoutAnswer, ReadoutAnswer], arm: str) -> None:
    log, found, _ = told
    expected = per_unit(log, arm)
    for key in ("often", "rich", "back", "late", "dear"):
        assert value_of(found, key, arm) == (
            len(expected[key]),
            pytest.approx(np.mean(expected[key]), abs=1e-12),
        ), key
    tops, bottoms = (np.array(one, float) for one in zip(*expected["per_visit"], strict=True))
    assert value_of(found, "per_visit", arm) == (
        len(tops),
        pytest.approx(tops.sum() / bottoms.sum(), rel=1e-12),
    )
    assert value_of(found, "p50", arm)[1] == pytest.approx(np.quantile(expected["p50"], 0.5), rel=1e-12)
    everybody = [spent for one in ("control", "b") for spent in per_unit(log, one)["capped"]]
    cap = np.quantile(everybody, 0.9)
    assert value_of(found, "capped", arm)[1] == pytest.approx(
        np.minimum(expected["capped"], cap).mean(), rel=1e-12
    )


def test_a_ratio_and_its_change_are_those_of_the_pairs(
    told: tuple[Log, ReadoutAnswer, ReadoutAnswer],
) -> None:
    log, found, _ = told
    from experiments.stats.samples import Ratio

    pairs = {
        arm: Ratio.from_rows(
            *(np.array(one, float) for one in zip(*per_unit(log, arm)["per_visit"], strict=True))
        )
        for arm in ("control", "b")
    }
    expected = ratios.difference(pairs["control"], pairs["b"])
    metric = next(one for one in found.metrics if one.key == "per_visit")
    effect = metric.effects[0].effect
    assert isinstance(effect, Effect)
    assert isinstance(expected, Effect)
    assert effect.value == pytest.approx(expected.value, rel=1e-9)
    assert effect.interval.low == pytest.approx(expected.interval.low, rel=1e-9)


def test_adjustment_uses_the_fourteen_days_before_the_exposure(
    told: tuple[Log, ReadoutAnswer, ReadoutAnswer],
) -> None:
    log, plain, adjusted = told
    rows: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for arm, since, events in log.values():
        early = [(at, name, price) for at, name, price in events if since - 14 * DAY_S <= at < since]
        after = sum(name == "opened" for at, name, _ in events if at >= since)
        before = sum(name == "opened" for _, name, _ in early)
        rows[arm].append((float(after >= 2), float(before), float(bool(early))))
    samples = {arm: Regression.from_rows(np.array(told_rows)) for arm, told_rows in rows.items()}
    expected = adjustment.difference(samples["control"], samples["b"])
    metric = next(one for one in adjusted.metrics if one.key == "often")
    effect = metric.effects[0].effect
    assert isinstance(effect, Effect)
    assert isinstance(expected, Effect)
    assert effect.method == "cuped"
    assert effect.value == pytest.approx(expected.value, rel=1e-9)
    assert effect.interval.high == pytest.approx(expected.interval.high, rel=1e-9)
    assert metric.effects[0].adjusted_for == pytest.approx(
        adjustment.share_of_variance(samples["control"], samples["b"]), abs=1e-12
    )
    untouched = next(one for one in plain.metrics if one.key == "often")
    assert [arm.value for arm in metric.arms] == [arm.value for arm in untouched.arms]
    assert untouched.effects[0].adjusted_for is None


def test_the_last_day_of_the_history_is_the_result(told: tuple[Log, ReadoutAnswer, ReadoutAnswer]) -> None:
    for found in told[1:]:
        for metric in found.metrics:
            last = metric.history["b"][-1]
            assert last.effect == metric.effects[0].effect, metric.key
            units = [point.units for point in metric.history["b"]]
            assert units == sorted(units)


def test_the_history_is_what_was_read_of_those_exposed_until_then(tmp_path: Path) -> None:
    log = made(3, people=120)
    until = 8
    early = {
        who: (arm, since, events)
        for who, (arm, since, events) in log.items()
        if since < until * DAY_S - 9 * 3600
    }
    results = []
    for name, part in (("all", log), ("early", early)):
        with store_in(tmp_path / name / "home") as store:
            landed(store, part)
            results.append(readout(store, plan(*METRICS[:1]), observed_until="2026-04-21T00:00:00Z"))
    everything, part_only = (found.metrics[0] for found in results)
    point = next(one for one in everything.history["b"] if one.day.day == until)
    assert point.effect == part_only.effects[0].effect


def test_a_step_of_a_funnel_is_reached_or_not_whoever_came_to_the_step_before(tmp_path: Path) -> None:
    steps = '[metrics.funnel]\nwithin = "3d"\n'
    steps += '[[metrics.funnel.steps]]\nevent = "opened"\n[[metrics.funnel.steps]]\nevent = "bought"'
    metrics = (
        f'key = "came"\n{EXPLORED}kind = "funnel"\nstep = 2\n{steps}',
        f'key = "came_soon"\n{EXPLORED}kind = "funnel"\nstep = 2\nwithin = "2d"\n{steps}',
    )
    log = made(5)
    with store_in(tmp_path / "home") as store:
        landed(store, log)
        found = readout(store, plan(*metrics), observed_until="2026-04-21T00:00:00Z")
    for arm in ("control", "b"):
        hits: dict[str, list[bool]] = {"came": [], "came_soon": []}
        for own, since, events in log.values():
            if own != arm:
                continue
            pairs = [
                (first, second)
                for k, (first, one, _) in enumerate(events)
                for second, other, _ in events[k + 1 :]
                if one == "opened" and other == "bought" and first >= since and second - first <= 3 * DAY_S
            ]
            hits["came"].append(bool(pairs))
            if since + 2 * DAY_S <= END_DAY * DAY_S:
                hits["came_soon"].append(any(second - since <= 2 * DAY_S for _, second in pairs))
        for key, expected in hits.items():
            assert value_of(found, key, arm) == (len(expected), pytest.approx(np.mean(expected))), (key, arm)


STEPS = (
    '[metrics.funnel]\nwithin = "3d"\n[[metrics.funnel.steps]]\nevent = "opened"\n'
    '[[metrics.funnel.steps]]\nevent = "bought"\nwhere = { price = { ge = 10 } }'
)


@pytest.mark.parametrize("peeking", ["fixed", "sequence"])
def test_a_step_of_a_funnel_is_adjusted_by_who_came_there_before(tmp_path: Path, peeking: str) -> None:
    log = made(6, people=800)
    metric = f'key = "came"\nrole = "success"\nkind = "funnel"\nstep = 2\n{STEPS}'
    with store_in(tmp_path / "home") as store:
        landed(store, log)
        found = readout(
            store,
            plan(metric, more=f'adjust = true\npeeking = "{peeking}"'),
            observed_until="2026-04-21T00:00:00Z",
        ).metrics[0]
    rows: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for arm, since, events in log.values():
        early = [(name, price or 0) for at, name, price in events if since - 14 * DAY_S <= at < since]
        came = any(
            one == "opened" and other == "bought" and (price or 0) >= 10 and second - first <= 3 * DAY_S
            for k, (first, one, _) in enumerate(events)
            for second, other, price in events[k + 1 :]
            if first >= since
        )
        before = any(name == "bought" and price >= 10 for name, price in early)
        rows[arm].append((float(came), float(before), float(bool(early))))
    control, treatment = (Regression.from_rows(np.array(rows[arm])) for arm in ("control", "b"))
    shift = adjustment.shift(control, treatment, pooled=(control, treatment))
    assert isinstance(shift, Shift)
    drawn = (
        shifts.fixed(shift, 0.95) if peeking == "fixed" else confidence_sequence.interval(shift, 0.95, 5000)
    )
    effect = found.effects[0].effect
    assert isinstance(effect, Effect)
    assert isinstance(drawn, Effect)
    assert effect.value == pytest.approx(drawn.value, rel=1e-9)
    assert effect.interval.low == pytest.approx(drawn.interval.low, rel=1e-9)
    assert found.history["b"][-1].effect == effect
    assert (found.effects[0].adjusted_for or 0) > 0


def test_a_funnel_that_nobody_kept_is_refused_with_the_names_of_those_that_were(tmp_path: Path) -> None:
    with store_in(tmp_path / "home") as store:
        landed(store, made(5, people=20))
        with pytest.raises(ValueError, match="must be a funnel that was kept"):
            readout(store, plan(f'key = "came"\n{EXPLORED}kind = "funnel"\nstep = 2\nfunnel = "sell-check"'))


def test_nothing_to_rank_and_nothing_to_divide_by_are_said(tmp_path: Path) -> None:
    metrics = (
        f'key = "p"\n{EXPLORED}kind = "quantile"\nevent = "nothing"\nproperty = "price"',
        f'key = "r"\n{EXPLORED}kind = "ratio"\nevent = "bought"\nper = "nothing"',
    )
    with store_in(tmp_path / "home") as store:
        landed(store, made(6, people=30))
        found = readout(store, plan(*metrics))
    said = [metric.effects[0].effect for metric in found.metrics]
    assert [one.code for one in said if isinstance(one, NoEffect)] == [
        "no_units",
        "ratio_without_denominator",
    ]


def test_the_median_of_events_is_that_of_the_existing_formula(
    told: tuple[Log, ReadoutAnswer, ReadoutAnswer],
) -> None:
    log, found, _ = told
    expected = quantile.quantile(np.sort(per_unit(log, "b")["p50"]), 0.5)
    assert isinstance(expected, Estimate)
    assert value_of(found, "p50", "b")[1] == pytest.approx(expected.value, rel=1e-12)
