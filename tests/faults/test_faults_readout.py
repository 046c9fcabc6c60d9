"""Every fault planted in the SQL of the readout is caught by one story with all its traps."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from analysis.ask import ask
from analysis.readout.asked import Asked
from analysis.readout.query import samples, values
from analysis.readout.query.asking import askings
from experiments.stats.samples import NO_PARTS
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
    "at the end": ["tapped 2026-03-18T10:00:00", "exposed to b 10:00:00", "tapped 10:00:10"],
    "after the end": ["frames_summary 09:00:00", "exposed to b 10:00:00", "tapped 10:00:10.000001"],
    "before": ["tapped 09:59:59", "exposed to b 10:00:00", "purchase 10:00:00 revenue=5"],
    "just watched": ["tapped 2026-03-18T10:59:49.9", "exposed to b 10:59:50", "tapped 10:59:51"],
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

VALUES = (
    Fault("values_of", "joined.ts >= joined[begin(need.window)]", "joined.ts > joined[begin(need.window)]"),
    Fault("values_of", "joined.ts <= joined[end(need.window)]", "joined.ts < joined[end(need.window)]"),
    Fault("values_of", "joined.ts < joined.exposed_ts", "joined.ts <= joined.exposed_ts"),
    Fault(
        "values_of", "joined.ts >= joined.exposed_ts - LOOK_BACK", "joined.ts > joined.exposed_ts - LOOK_BACK"
    ),
    Fault("values_of", "~events.event.isin(BACKGROUND)", "events.event.notnull()"),
    Fault("_matches", "joined.event == need.event", "joined.event != ''"),
    Fault("_reduced", "return _times(counts)", "return counts.fill_null(False).max().cast('int64')"),
    Fault("_reduced", "inside & _matches(joined, need, place)", "_matches(joined, need, place)"),
    Fault("impressions_after", "joined.shown_ts >= joined.since", "joined.shown_ts > joined.since"),
    Fault("impressions_after", ".filter(joined.shown_ts >= joined.since)", ""),
    Fault("counted_units", ", found.arms == 1)", ")"),
    Fault("anchored", "after.shown_ts.min()", "after.shown_ts.max()"),
    Fault("number_of", "number.abs() > LARGEST", "number.abs() < 0"),
)
SAMPLES = (
    Fault("_ended", "(seen[end(window)] <= last)", "(seen[end(window)] < last)"),
    Fault("_ended", "seen[anchor(window)].notnull() &", "seen[anchor(window)].isnull() |"),
    Fault("_filled", "(value > 0)", "(value >= 0)"),
    Fault("_filled", "(before > 0).cast", "(before >= 0).cast"),
    Fault("_filled", "seen.history.fill_null(0) > 0", "seen.history.fill_null(0) > 1"),
    Fault("_crossed", "int(sums[a]) * int(sums[b]), n", "int(sums[a]) * int(sums[b]), n + 1"),
    Fault("_sums", "(column * other).sum(where=matured)", "(column + other).sum(where=matured)"),
    Fault("_sums", "spread * matured.sum()", "spread"),
    Fault("sample_of", 'int(row[f"sum_{place}_0"] or 0)', "n"),
)
UNITS = (
    Fault("events_of", ".filter(events.ts <= until(asked))", ""),
    Fault("events_of", "events.ts <= until(asked)", "events.ts < until(asked)"),
    Fault("_one_by_one", "seen.ts.min()", "seen.ts.max()"),
    Fault("_one_by_one", "seen.arm.nunique()", "seen.arm.count()"),
    Fault("_by_exposure", "events.event == EXPOSED, ", ""),
    Fault("_by_exposure", "known=seen.variant.isin(", "known=~seen.variant.isin("),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("readout") / "home") as opened:
        land(opened, STORY)
        yield opened


def check(store: Store, module: ModuleType) -> None:
    asked = Asked(plan(*METRICS, more="adjust = true"), END, None, {})
    asking = askings(asked)
    rows = {row["arm"]: row for row in ask(store, module.statement(asked, asking, ())).to_pylist()}
    units = {arm: (row["units"], row["several"], row["known"]) for arm, row in rows.items()}
    assert units == {"b": (12, 1, True), "control": (1, 0, True), "off": (1, 0, False)}

    told = [module.sample_of(k, one, rows["b"], NO_PARTS) for k, one in enumerate(asking)]
    soon, seen, often, spent = told
    assert (soon.n, soon.hits) == (10, 5)
    assert (seen.n, seen.hits) == (2, 1)
    assert (often.n, often.mean * often.n) == (11, pytest.approx(8))
    assert often.deviations == pytest.approx(8 - 8 * 8 / 11)  # each of eight tapped once
    assert (spent.n, spent.mean * spent.n) == (11, pytest.approx(12))
    assert spent.deviations == pytest.approx(25 + 49 - 144 / 11)
    before = module.with_before(2, asking[2], rows["b"], NO_PARTS)
    assert before.means.tolist() == [8 / 11, pytest.approx(3 / 11), pytest.approx(3 / 11)]
    assert before.products[0, 1] == pytest.approx(
        1 - 8 * 3 / 11
    )  # of those who tapped before one tapped after
    first = module.with_before(0, asking[0], rows["b"], NO_PARTS)
    assert first.means[1] == pytest.approx(3 / 10)
    rare = module.sample_of(2, asking[2], rows["control"], NO_PARTS)
    assert (rare.n, rare.mean) == (1, 2.0)


FROM_UNITS = ("events_of", "impressions_of", "units", "until")
FROM_VALUES = ("anchored", "values_of")


def with_units(module: ModuleType) -> ModuleType:
    """The samples' module with the planted units' functions in it, and in what reads values."""
    for name in FROM_UNITS:
        for user in (samples, values):
            if hasattr(user, name):
                setattr(user, name, getattr(module, name))
    return samples


def with_values(module: ModuleType) -> ModuleType:
    """The samples' module with the planted values' functions in it."""
    for name in FROM_VALUES:
        setattr(samples, name, getattr(module, name))
    return samples


@pytest.fixture
def put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test sets in the modules is put back after it."""
    for user in (samples, values):
        for name in (*FROM_UNITS, *FROM_VALUES):
            if hasattr(user, name):
                monkeypatch.setattr(user, name, getattr(user, name))


def test_the_untouched_modules_pass(store: Store) -> None:
    check(store, samples)


@pytest.mark.parametrize("fault", SAMPLES, ids=str)
def test_every_fault_in_the_samples_is_caught(store: Store, fault: Fault, tmp_path: Path) -> None:
    assert is_caught(ROOT / "samples.py", fault, lambda module: check(store, module), tmp_path)


@pytest.mark.usefixtures("put_back")
@pytest.mark.parametrize("fault", VALUES, ids=str)
def test_every_fault_in_the_values_is_caught(store: Store, fault: Fault, tmp_path: Path) -> None:
    assert is_caught(ROOT / "values.py", fault, lambda module: check(store, with_values(module)), tmp_path)


@pytest.mark.usefixtures("put_back")
@pytest.mark.parametrize("fault", UNITS, ids=str)
def test_every_fault_in_the_units_is_caught(store: Store, fault: Fault, tmp_path: Path) -> None:
    assert is_caught(ROOT / "units.py", fault, lambda module: check(store, with_units(module)), tmp_path)


@pytest.mark.usefixtures("put_back")
@pytest.mark.parametrize(("file", "within"), [("units.py", with_units), ("values.py", with_values)])
def test_modules_loaded_afresh_pass(store: Store, tmp_path: Path, file: str, within: Callable) -> None:
    check(store, within(load(ROOT / file, tmp_path)))
