"""Every fault planted in the SQL of the readout is caught by one story with all its traps."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from analysis.ask import ask
from analysis.readout.asked import Asked
from analysis.readout.query import samples
from ingest import Store
from tests.analysis.readout.readout_stories import conversion, land, plan
from tests.faults.planting import Fault, is_caught, load

ROOT = Path(__file__).parents[2] / "analysis" / "readout" / "query"
END = datetime(2026, 4, 1, 11, 0, tzinfo=UTC)
METRICS = (
    conversion("soon", more='within = "10s"'),
    conversion("seen", more='from = "impression"\nwithin = "10s"'),
    'key = "often"\nrole = "success"\nkind = "mean"\nevent = "suggestion_tapped"',
    'key = "spent"\nrole = "success"\nkind = "mean"\nevent = "purchase"\nproperty = "revenue"',
)
STORY = {
    "at once": ["tapped 10:00:00", "exposed to b 10:00:00"],
    "at the end": ["exposed to b 10:00:00", "tapped 10:00:10"],
    "after the end": ["exposed to b 10:00:00", "tapped 10:00:10.000001"],
    "before": ["tapped 09:59:59", "exposed to b 10:00:00", "purchase 10:00:00 revenue=5"],
    "just watched": ["exposed to b 10:59:50", "tapped 10:59:51"],
    "not yet watched": ["exposed to b 10:59:50.000001", "tapped 10:59:51"],
    "sees at once": ["exposed to b 10:00:00", "shown 10:00:00 impression_id=s1", "tapped 10:00:09"],
    "sees twice": ["exposed to b 10:00:00", "shown 10:01:00 impression_id=s2", "shown 10:05:00 impression_id=s3",
                   "tapped 10:05:01"],
    "in both": ["exposed to b 10:00:00", "exposed to control 10:00:05", "tapped 10:00:06"],
    "elsewhere": ["exposed to off 10:00:00", "tapped 10:00:06"],
    "late": ["exposed to b 10:00:00", "tapped 11:00:00.5", "purchase 10:30:00 revenue=1e300", "purchase 10:31:00 revenue=7"],
    "at the very end": ["exposed to control 10:00:00", "tapped 11:00:00", "tapped 10:00:03"],
    "after it all": ["exposed to control 11:00:01"],
    "saw it before": ["shown 09:50:00 impression_id=s4", "tapped 09:50:03", "exposed to b 10:00:00"],
    "never exposed": ["suggestion_tapped 10:00:00 experiment=x variant=b"],
    "first b": ["exposed to b 10:00:00", "exposed to b 10:20:00", "tapped 10:00:01"],
}  # fmt: skip

SAMPLES = (
    Fault("_values", "joined.ts >= joined[_anchor(need.window)]", "joined.ts > joined[_anchor(need.window)]"),
    Fault("_values", "joined.ts <= joined[_end(need.window)]", "joined.ts < joined[_end(need.window)]"),
    Fault("_values", "(joined.event == need.event)", "(joined.event != '')"),
    Fault("_values", "inside.fill_null(False).sum()", "inside.fill_null(False).max().cast('int64')"),
    Fault("_sample", "seen[_end(need.window)] <= end", "seen[_end(need.window)] < end"),
    Fault("_sample", "anchor.notnull() & (seen", "anchor.isnull() | (seen"),
    Fault("_sample", "(value > 0)", "(value >= 0)"),
    Fault("impressions_after", "joined.shown_ts >= joined.since", "joined.shown_ts > joined.since"),
    Fault("impressions_after", ".filter(joined.shown_ts >= joined.since)", ""),
    Fault("counted_units", ", found.arms == 1)", ")"),
    Fault("_anchored", "after.shown_ts.min()", "after.shown_ts.max()"),
    Fault("_number", "number.abs() > LARGEST", "number.abs() < 0"),
)
UNITS = (
    Fault("events_of", ".filter(events.ts <= until(asked))", ""),
    Fault("events_of", "events.ts <= until(asked)", "events.ts < until(asked)"),
    Fault("units", "seen.ts.min()", "seen.ts.max()"),
    Fault("units", "seen.arm.nunique()", "seen.arm.count()"),
    Fault("_by_exposure", "events.event == EXPOSED, ", ""),
    Fault("_by_exposure", "known=seen.variant.isin(", "known=~seen.variant.isin("),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("readout") / "home") as opened:
        land(opened, STORY)
        yield opened


def check(store: Store, module: ModuleType) -> None:
    asked = Asked(plan(*METRICS), END, None, {})
    needs = [need for metric in asked.experiment.metrics for need in metric.needs()]
    rows = {row["arm"]: row for row in ask(store, module.statement(asked, needs)).to_pylist()}
    units = {arm: (row["units"], row["several"], row["known"]) for arm, row in rows.items()}
    assert units == {"b": (12, 1, True), "control": (1, 0, True), "off": (1, 0, False)}
    soon, seen, often, spent = (module.sample_of(place, need, rows["b"]) for place, need in enumerate(needs))
    assert (soon.n, soon.hits) == (10, 5)
    assert (seen.n, seen.hits) == (2, 1)
    assert (often.n, often.mean * often.n) == (11, pytest.approx(8))
    assert (spent.n, spent.mean * spent.n) == (11, pytest.approx(12))
    rare = module.sample_of(2, needs[2], rows["control"])
    assert (rare.n, rare.mean) == (1, 2.0)


def with_units(module: ModuleType) -> ModuleType:
    """The samples' module with the planted units' functions in it."""
    for name in ("events_of", "impressions_of", "units", "until"):
        setattr(samples, name, getattr(module, name))
    return samples


def test_the_untouched_modules_pass(store: Store) -> None:
    check(store, samples)


@pytest.mark.parametrize("fault", SAMPLES, ids=str)
def test_every_fault_in_the_samples_is_caught(store: Store, fault: Fault, tmp_path: Path) -> None:
    assert is_caught(ROOT / "samples.py", fault, lambda module: check(store, module), tmp_path)


@pytest.mark.parametrize("fault", UNITS, ids=str)
def test_every_fault_in_the_units_is_caught(
    store: Store, fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("events_of", "impressions_of", "units", "until"):
        monkeypatch.setattr(samples, name, getattr(samples, name))  # put back after the test
    assert is_caught(ROOT / "units.py", fault, lambda module: check(store, with_units(module)), tmp_path)


def test_units_loaded_afresh_pass(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("events_of", "impressions_of", "units", "until"):
        monkeypatch.setattr(samples, name, getattr(samples, name))
    check(store, with_units(load(ROOT / "units.py", tmp_path)))
