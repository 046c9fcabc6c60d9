"""Laws: SQL agrees with an obvious reading of the log; names and order of arms, people and lines do not matter."""

import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.readout.answers import ReadoutAnswer
from tests.analysis.readout.readout_stories import conversion, land, plan, readout
from tests.journeys import store_in

ARMS = ("control", "b")
PEOPLE = ("ann", "bob", "cyd", "dan", "eve", "fay")
END_S = 60
WITHIN_S = 10

happenings = st.one_of(
    st.tuples(st.just("exposed"), st.sampled_from([*ARMS, "off"])),
    st.tuples(st.just("shown"), st.just("")),
    st.tuples(st.just("tapped"), st.just("")),
)
logs = st.lists(
    st.tuples(st.sampled_from(PEOPLE), happenings, st.integers(0, END_S + 10)), min_size=1, max_size=60
)  # fmt: skip
METRICS = (
    conversion("whenever"),
    conversion("soon", more=f'within = "{WITHIN_S}s"'),
    conversion("seen_soon", more=f'from = "impression"\nwithin = "{WITHIN_S}s"'),
    'key = "how_often"\nrole = "exploratory"\nkind = "mean"\nevent = "suggestion_tapped"\nfrom = "impression"',
)


def told(
    log: list[tuple[str, tuple[str, str], int]], arms: dict[str, str] | None = None
) -> dict[str, list[str]]:
    journeys: dict[str, list[str]] = defaultdict(list)
    for place, (person, (name, variant), at) in enumerate(log):
        clock = f"10:{at // 60:02}:{at % 60:02}"
        more = f"to {(arms or {}).get(variant, variant)} " if name == "exposed" else ""
        imp = f" impression_id=i{place}" if name == "shown" else ""
        journeys[person].append(f"{name} {more}{clock}{imp}")
    return journeys


def expected(log: list[tuple[str, tuple[str, str], int]]) -> dict[str, dict[str, tuple[int, float]]]:
    """metric -> arm -> (units, sum over units), by loops and nothing else."""
    found: dict[str, dict[str, tuple[int, float]]] = {
        name: dict.fromkeys(ARMS, (0, 0.0)) for name in ("whenever", "soon", "seen_soon", "how_often")
    }
    for person in PEOPLE:
        own = [(at, name, variant) for who, (name, variant), at in log if who == person and at <= END_S]
        exposures = [(at, variant) for at, name, variant in own if name == "exposed" and variant in ARMS]
        if len({variant for _, variant in exposures}) != 1:
            continue
        exposed, arm = min(exposures)
        shown = min((at for at, name, _ in own if name == "shown" and at >= exposed), default=None)
        taps = [at for at, name, _ in own if name == "tapped"]

        def add(
            metric: str, anchor: int | None, within: int | None, arm: str = arm, taps: list[int] = taps
        ) -> None:
            if anchor is None or (within is not None and anchor + within > END_S):
                return
            inside = [at for at in taps if anchor <= at and (within is None or at <= anchor + within)]
            units, total = found[metric][arm]
            found[metric][arm] = (units + 1, total + (len(inside) if metric == "how_often" else bool(inside)))

        add("whenever", exposed, None)
        add("soon", exposed, WITHIN_S)
        add("seen_soon", shown, WITHIN_S)
        add("how_often", shown, None)
    return found


def read(journeys: dict[str, list[str]], arms: tuple[str, ...] = ARMS) -> ReadoutAnswer:
    with tempfile.TemporaryDirectory() as folder, store_in(Path(folder) / "home") as store:
        land(store, journeys)
        experiment = plan(
            *METRICS, arms=[f'key = "{arm}"\ncontrol = {str(arm == arms[0]).lower()}' for arm in arms]
        )
        return readout(store, experiment, observed_until=f"2026-04-01T10:{END_S // 60:02}:{END_S % 60:02}Z")


def figures(found: ReadoutAnswer) -> dict[str, dict[str, tuple[int, float]]]:
    return {
        metric.key: {
            arm.arm: (
                arm.n,
                float(arm.hits) if arm.hits is not None else getattr(arm.value, "value", 0) * arm.n,
            )
            for arm in metric.arms
        }
        for metric in found.metrics
    }


@settings(max_examples=25, deadline=None)
@given(logs)
def test_what_sql_reads_is_what_loops_read(log: list[tuple[str, tuple[str, str], int]]) -> None:
    found = figures(read(told(log)))
    for metric, arms in expected(log).items():
        for arm, (units, total) in arms.items():
            assert found[metric][arm] == (units, pytest.approx(total)), (metric, arm)


@settings(max_examples=6, deadline=None)
@given(logs)
def test_renamed_arms_and_reversed_lines_change_nothing_but_the_names(log: list[Any]) -> None:
    plain = read(told(log))
    names = {"control": "zebra", "b": "apple-b"}
    journeys = {person: lines[::-1] for person, lines in reversed(told(log, names).items())}
    renamed = read(journeys, arms=("zebra", "apple-b"))

    there = {
        metric: {names[arm]: figure for arm, figure in arms.items()} for metric, arms in figures(plain).items()
    }  # fmt: skip
    assert figures(renamed) == there
    assert [check.passed for check in renamed.checks] == [check.passed for check in plain.checks]
    assert getattr(renamed.verdict, "decision", None) == getattr(plain.verdict, "decision", None)
