"""The one pass over units and the one statement say the same: whole numbers exactly, others to 1e-9."""

import tempfile
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis.ask import ask
from analysis.readout.asked import Asked
from analysis.readout.query import as_stored, one_pass, persons_of, ranking, reading, samples
from analysis.readout.query.asking import askings, rankings
from experiments import Experiment
from ingest import Store
from tests.journeys import journeys

PEOPLE = ("ann", "bob", "cyd", "dan", "eve", "fay", "gus")
DAY = 24
NAMES = ("opened", "bought", "frames_summary")
PLAN = """
key = "x"
adjust = {adjust}
[[variants]]
key = "control"
[[variants]]
key = "b"
"""
METRICS = (
    'kind = "conversion"\nevent = "opened"',
    'kind = "conversion"\nevent = "bought"\nwithin = "3d"',
    'kind = "conversion"\nevent = "*"\nwithin = "1d"\ndelay = "2d"',
    'kind = "mean"\nevent = "opened"',
    'kind = "mean"\nevent = "bought"\nproperty = "price_low"',
    'kind = "mean"\nevent = "bought"\nproperty = "height"\nwithin = "2d"\ndelay = "1d"',
    'kind = "mean"\nevent = "opened"\n[metrics.where]\nplatform = "ios"',
    'kind = "threshold"\nevent = "opened"\nat_least = 2',
    'kind = "threshold"\nevent = "bought"\nproperty = "height"\nat_least = 1.5',
    'kind = "ratio"\nevent = "bought"\nproperty = "price_low"\nper = "opened"',
    'kind = "quantile"\nevent = "bought"\nproperty = "price_low"',
    'kind = "quantile"\nevent = "bought"\nproperty = "height"\nwithin = "2d"\ndelay = "1d"\nshare = 0.8',
)
ARMS = ("control", "b")

happenings = st.one_of(
    st.tuples(st.just("experiment_exposed"), st.sampled_from([*["control", "b"] * 6, "off"])),
    st.tuples(st.sampled_from(NAMES), st.sampled_from(["", "platform=ios", "price_low=2.5", "price_low=0.1 height=7",
                                                       "height=-1.25 price_low=1e9", "height=no", "height=1e200"])),
)  # fmt: skip
hours = st.integers(0, 20 * DAY) | st.sampled_from([0, 14 * DAY, 15 * DAY, 17 * DAY, 18 * DAY])
logs = st.lists(st.tuples(st.sampled_from(PEOPLE), happenings, hours), min_size=1, max_size=50)


def told(log: list[tuple[str, tuple[str, str], int]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for person, (name, more), hour in log:
        moment = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=hour)
        said = f"experiment=x variant={more}" if name == "experiment_exposed" else more
        found[person].append(f"{name} {moment:%Y-%m-%d %H:%M:%S} {said}")
    return found


def asked_of(store: Store, adjust: bool, days: int | None = None) -> Asked:
    text = PLAN.format(adjust=str(adjust).lower()) + "".join(
        f'[[metrics]]\nkey = "m{place}"\nrole = "exploratory"\n{told}\n' for place, told in enumerate(METRICS)
    )
    until = store.observed_until()
    assert until is not None
    asked = Asked(Experiment.from_toml(text), until, None, {}, persons_of(store))
    if days is not None:
        asked = replace(asked, observed_until=datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=days))
    return replace(asked, as_stored=as_stored(store, asked))


def passed_of(store: Store, asked: Asked) -> one_pass.Passed | None:
    return one_pass.passed(store, asked, askings(asked), rankings(asked), 1)


def same(found: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    assert len(found) == len(expected)
    for mine, other in zip(found, expected, strict=True):
        assert set(mine) <= set(other)
        for name, value in other.items():
            if isinstance(value, float):
                assert mine[name] == pytest.approx(value, rel=1e-9, abs=1e-9), name
            else:
                assert (mine.get(name) or 0) == (value or 0), name


def check(
    log: list[tuple[str, tuple[str, str], int]], adjust: bool, fresh: int, days: int | None, each: int
) -> bool:
    """Both ways on one store; whether the pass took it."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(one_pass, "_RANGE", each)
        with journeys(Path(folder), told(log), fresh=min(fresh, len(log) - 1)) as store:
            asked = asked_of(store, adjust, days)
            passed = passed_of(store, asked)
            if passed is None:
                return False
            same(passed.rows, ask(store, samples.statement(asked, askings(asked), ())).to_pylist())
            for one in rankings(asked):
                key = one.metric.key
                rows, _ = reading.stated(store, samples.statement(asked, (), (one,)))
                mine = [row for row in rows if row["known"] and row["identified"]]
                expected = ranking.quantiles(ranking.of_rows(mine, key), one.metric.share, ARMS)
                assert ranking.quantiles(passed.values[key], one.metric.share, ARMS) == expected
            return True


EDGES = [
    ("ann", ("opened", ""), 0), ("ann", ("experiment_exposed", "b"), 14 * DAY), ("ann", ("opened", ""), 14 * DAY),
    ("ann", ("bought", "price_low=2.5"), 17 * DAY), ("bob", ("experiment_exposed", "b"), 14 * DAY + 1),
    ("bob", ("opened", ""), 0), ("bob", ("bought", "height=1.5"), 15 * DAY + 1), ("cyd", ("opened", ""), 3),
    ("bob", ("bought", "price_low=0.1"), 10 * DAY), ("dan", ("experiment_exposed", "control"), 12 * DAY),
    ("dan", ("experiment_exposed", "b"), 13 * DAY), ("eve", ("experiment_exposed", "control"), 2 * DAY),
    ("eve", ("bought", "price_low=1e9"), 4 * DAY), ("fay", ("experiment_exposed", "b"), 14 * DAY),
    ("fay", ("opened", "platform=ios"), 14 * DAY), ("fay", ("opened", ""), 18 * DAY),
]  # fmt: skip


@given(logs, st.booleans(), st.integers(0, 20), st.none() | st.integers(1, 21), st.integers(1, 9))
@example(EDGES, True, 0, None, 2)
@example(EDGES, True, 5, None, 9)
@settings(max_examples=15, deadline=None)
def test_the_pass_and_the_statement_say_the_same(
    log: list[tuple[str, tuple[str, str], int]], adjust: bool, fresh: int, days: int | None, each: int
) -> None:
    check(log, adjust, fresh, days, each)


@pytest.mark.parametrize("fresh", [0, 5])
def test_the_pass_is_taken(fresh: int) -> None:
    assert check(EDGES, True, fresh, None, 2)


def test_the_readout_is_the_same_by_either_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with journeys(tmp_path, told(EDGES)) as store:
        asked = asked_of(store, True)
        by_statement = reading.read(store, asked)
        passed = passed_of(store, asked)
        monkeypatch.setattr(one_pass, "passed", lambda *_: passed)
        by_pass = reading.read(store, asked)
    assert by_pass.sql != by_statement.sql
    for mine, other in zip(by_pass.arms, by_statement.arms, strict=True):
        assert (mine.key, mine.exposed, mine.several, mine.by_day) == (
            other.key, other.exposed, other.several, other.by_day
        )  # fmt: skip
        for key, told_by_pass in mine.metrics.items():
            assert told_by_pass.largest == other.metrics[key].largest
            assert told_by_pass.triggered == other.metrics[key].triggered
            assert told_by_pass.matured == other.metrics[key].matured


def test_what_the_pass_cannot_say_goes_to_the_statement(tmp_path: Path) -> None:
    with journeys(tmp_path, told(EDGES)) as store:
        asked = asked_of(store, True)
        assert one_pass.passed(store, asked, askings(asked), rankings(asked)) is None
        assert passed_of(store, replace(asked, as_stored=False)) is None
        assert passed_of(store, replace(asked, persons="events")) is None
