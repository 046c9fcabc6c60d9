"""The view `exposures`: who saw which variant first, whatever the order of the lines."""

from itertools import permutations
from pathlib import Path

import pytest

from analysis.ask import ask
from ingest import Store
from ingest.schema import unbound
from tests.analysis.readout.readout_stories import land

TOLD = (
    "exposed to b 10:05:00 platform=ios",
    "exposed to a 10:05:00 platform=android seq=1",  # at one instant the lower seq is first
    "exposed to a 11:00:00 platform=web",
)


def exposures(home: Path, *journeys: dict[str, list[str]]) -> list[dict[str, object]]:
    with Store.open(home) as store:
        for journey in journeys:
            land(store, journey)
        return sorted(ask(store, unbound("exposures")).to_pylist(), key=lambda row: str(row["person"]))


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_the_first_exposure_counts_whatever_the_order_of_the_lines(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    (row,) = exposures(tmp_path / "home", {"ann": [TOLD[place] for place in order]})

    assert (row["experiment"], row["person"], row["variant"], row["variants"]) == ("x", "ann", "a", 2)
    assert row["ts"].isoformat() == "2026-04-01T10:05:00+00:00"
    assert row["platform"] == "android"
    assert row["device"] is None


def test_attributes_are_those_of_the_first_exposure_even_where_it_has_none(tmp_path: Path) -> None:
    (row,) = exposures(
        tmp_path / "home", {"ann": ["exposed to a 10:00:00", "exposed to a 10:01:00 platform=ios"]}
    )
    assert row["platform"] is None


def test_only_exposures_with_an_experiment_and_a_variant_stand_in_it(tmp_path: Path) -> None:
    rows = exposures(
        tmp_path / "home",
        {
            "ann": ["exposed 10:00:00 variant=a"],
            "bob": ["exposed 10:00:00 experiment=x"],
            "cyd": ["shown 10:00:00 experiment=x variant=a"],
            "dan": ["exposed 10:00:00 experiment=y variant=a", "exposed to b 10:00:00"],
        },
    )
    assert [
        (row["person"], row["experiment"]) for row in sorted(rows, key=lambda row: str(row["experiment"]))
    ] == [
        ("dan", "x"),
        ("dan", "y"),
    ]
