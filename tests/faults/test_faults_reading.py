"""Every fault planted in how a readout reads endings, what came before, and ranked values of a pass is caught."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow as pa
import pytest

from analysis.readout.asked import Asked
from experiments.metrics import OfImpressions
from experiments.steps import Step
from ingest import Store
from tests.analysis.readout.readout_stories import conversion, land, plan
from tests.faults.planting import Fault, is_caught, load

ROOT = Path(__file__).parents[2] / "analysis" / "readout" / "query"
END = datetime(2026, 4, 1, 11, 0, tzinfo=UTC)
PRICED = {"at least": "price=10", "too little": "price=9.99", "no price": ""}
STORY = {
    **{who: [f"bought 09:00:00 {price}", "exposed to b 10:00:00"] for who, price in PRICED.items()},
    "just before": ["bought 09:59:59.999999 price=10", "exposed to b 10:00:00"],
    "at once": ["exposed to b 10:00:00", "bought 10:00:00 price=10"],
    "14 days": ["bought 2026-03-18T10:00:00 price=10", "exposed to b 10:00:00"],
    "earlier": ["bought 2026-03-18T09:59:59.999 price=10", "exposed to b 10:00:00"],
    "background": ["frames_summary 09:00:00 price=10", "exposed to b 10:00:00"],
    "something else": ["opened 09:00:00 price=10", "exposed to b 10:00:00"],
    "twice": ["bought 09:00:00 price=10", "bought 09:01:00 price=1", "exposed to b 10:00:00"],
    "both": ["bought 09:00:00 price=10", "exposed to b 10:00:00", "exposed to control 10:00:01"],
}
DID = {
    "at least": (1, 1), "too little": (0, 1), "no price": (0, 1), "just before": (1, 1), "at once": (0, 0), "14 days": (1, 1),
    "earlier": (0, 0), "background": (0, 0), "something else": (0, 1), "twice": (1, 1),
}  # fmt: skip
SHOWN = "shown 10:00:01 display_ms=4000 impression_id="
ENDINGS = {
    "tapped": ["exposed to b 10:00:00", f"{SHOWN}a", "tapped 10:00:02.5 impression_id=a"],
    "at the limit": ["exposed to b 10:00:00", f"{SHOWN}b", "tapped 10:00:05 impression_id=b"],
    "as it is read": ["exposed to b 10:00:00", f"{SHOWN}q", "tapped 10:00:03.5 impression_id=q"],
    "dismissed": ["exposed to b 10:00:00", f"{SHOWN}c", "dismissed 10:00:03 impression_id=c"],
    "left": ["exposed to b 10:00:00", f"{SHOWN}d", "left 10:00:01.25 impression_id=d"],
    "left at an unknown time": ["exposed to b 10:00:00", f"{SHOWN}p", "left 10:00:01 impression_id=p"],
    "expired": ["exposed to b 10:00:00", f"{SHOWN}e", "expired 10:00:05.1 impression_id=e"],
    "lost": ["exposed to b 10:00:00", f"{SHOWN}f"],
    "before": ["shown 09:59:59 display_ms=4000 impression_id=g", "tapped 10:00:01 impression_id=g", "exposed to b 10:00:00"],
    "second": ["exposed to b 10:00:00", f"{SHOWN}h", "expired 10:00:05 impression_id=h",
               "shown 10:05:00 display_ms=4000 impression_id=i", "tapped 10:05:01 impression_id=i"],
    "still there": ["exposed to b 10:59:00", "shown 10:59:58.5 display_ms=4000 impression_id=j"],
    "taps later": ["exposed to b 10:59:00", "shown 10:59:59 display_ms=4000 impression_id=k", "tapped 11:00:01 impression_id=k"],
    "at the very end": ["exposed to b 10:59:00", "shown 10:59:59.5 display_ms=4000 impression_id=l",
                        "tapped 11:00:00 impression_id=l"],
    "no limit": ["exposed to b 10:00:00", "shown 10:59:59 impression_id=m"],
    "the day before": ["exposed to b 2026-03-31T10:00:00", "shown 2026-03-31T10:00:00 display_ms=4000 impression_id=n",
                       "tapped 2026-03-31T10:00:01 impression_id=n"],
    "elsewhere": ["exposed to control 10:00:00", f"{SHOWN}o", "tapped 10:00:02 impression_id=o"],
}  # fmt: skip
WITHIN = "2500ms"
BEFORE = (
    Fault("_statement", "joined.ts < joined.since,", "joined.ts <= joined.since,"),
    Fault("_statement", "joined.ts >= joined.since - LOOK_BACK", "joined.ts > joined.since - LOOK_BACK"),
    Fault("_statement", "joined.ts >= joined.since - LOOK_BACK", "joined.ts.notnull()"),
    Fault("_statement", "joined.ts < joined.since, ", ""),
    Fault("_statement", "~events.event.isin(BACKGROUND)", "events.event.notnull()"),
    Fault("_statement", "early[name].any()", "early[name].all()"),
    Fault("_matches", "events.event.isin(step.events)", "events.event.notnull()"),
    Fault("_matches", "holds(events, step.where)", "()"),
    Fault("before_of", "did[:, 1] = known", "did[:, 1] = 1"),
    Fault("before_of", "did[:, 1] = known", "did[:, 1] = did[:, 0]"),
    Fault("before_of", ".to_numpy()[row]", ".to_numpy()[row * 0]"),
)
TIMES = (
    Fault("_firsts", "ibis._.turn == 0", "ibis._.turn >= 0"),
    Fault("_firsts", "ibis._.turn == 0", "ibis._.turn == 1"),
    Fault("_firsts", "first.ending_ts <= until(asked)", "first.ending_ts < until(asked)"),
    Fault("_firsts", "first.ending.notnull() & (first.ending_ts", "first.ending.isnull() | (first.ending_ts"),
    Fault("_firsts", "limit.isnull() | (age < limit)", "age < limit"),
    Fault("_firsts", "ibis.least(age, ibis.coalesce(limit, age))", "limit"),
    Fault("_firsts", "// 1000", "// 1000 + 1"),
    Fault("_firsts", 'else_="lost"', 'else_="open"'),
    Fault("_ended", "ms[here] <= end", "ms[here] < end"),
    Fault("_ended", "timed & (days == day)", "timed"),
    Fault("_ended", "np.minimum(ms[here], end)), n[here]", "np.minimum(ms[here], end)), 1"),
    Fault("_ended", "np.maximum(ms, limits)", "np.minimum(ms, limits)"),
    Fault("_ended", "int(n[lost].sum())", "int(n.sum())"),
    Fault("endings", 'pc.equal(table["arm"], variant.key)', 'pc.is_valid(table["arm"])'),
)
COUNTING = (
    Fault("Counting.taken", "(masks >> bit) & 1 == 1", "masks > 0"),
    Fault("Counting.taken", "& ~np.isnan(numbers[number])", ""),
    Fault("Counting.taken", "(ts <= self.last)", "(ts < self.last)"),
    Fault("Counting.taken", "self.since[place] + delay", "self.since[place]"),
    Fault("Counting.taken", "self.keys[place] == keys[here]", "self.keys[place] >= 0"),
    Fault("Counting.taken", "(self.groups[place] >= 0)", "True"),
    Fault("Counting.taken", "ts[here] >= begin", "ts[here] > begin"),
    Fault("Counting.taken", "ts[here] <= begin + within", "ts[here] < begin + within"),
    Fault("Counting.taken", " & (begin + within <= self.last)", ""),
    Fault("Counting.taken", "begin + within <= self.last", "begin + within < self.last"),
    Fault("Counting.by_group", "places[order], values[order], group[order]", "places, values, group"),
    Fault("Counting.by_group", "self.first_day + day", "day"),
    Fault("Counting.by_group", "divmod(int(group[first]), self.days)", "divmod(int(group[first]), 1)"),
)


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("before") / "home") as opened:
        land(opened, STORY)
        yield opened


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("endings") / "home") as opened:
        land(opened, ENDINGS)
        yield opened


def check_before(store: Store, module: ModuleType) -> None:
    step = Step.model_validate({"event": "bought", "where": {"price": {"ge": 10}}})
    asked = Asked(plan(conversion()), END, None, {})
    found, _ = module.before_of(store, asked, {"m": step}, pa.array(list(DID)))
    assert {who: tuple(did) for who, did in zip(DID, found["m"].tolist(), strict=True)} == DID


def check_times(store: Store, module: ModuleType) -> None:
    metric = (
        f'key = "m"\nrole = "success"\nkind = "incidence"\nevent = "suggestion_tapped"\nwithin = "{WITHIN}"'
    )
    asked = Asked(plan(metric), END, None, {})
    timed = [one for one in asked.experiment.metrics if isinstance(one, OfImpressions)]
    found, _ = module.endings(store, asked, timed)
    b = found["b"]
    assert (b.impressions, b.lost, b.untimed) == (14, 1, 1)
    (early, first), (today, table) = b.by_day
    assert (today - early, first.n, first.events[0, 1000], first.limit_ms) == (1, 1, 1, 2500)
    assert table.limit_ms == 2500
    events = {
        (cause, int(ms)): int(table.events[k, ms])
        for k, cause in enumerate(table.causes)
        for ms in table.events[k].nonzero()[0]
    }
    assert events == {
        ("tap", 1500): 1,
        ("tap", 500): 1,
        ("tap", 2500): 1,
        ("dismiss", 2000): 1,
        ("leave", 250): 1,
    }
    censored = {int(ms): int(table.censored[ms]) for ms in table.censored.nonzero()[0]}
    assert censored == {2500: 3, 1500: 1, 1000: 2}
    assert found["control"].impressions == 1


def check_counting(module: ModuleType) -> None:
    keys, since = np.array([3, 5, 8, 9]), np.array([100, 100, 100, 960])
    counting = module.Counting(keys, since, np.array([3, 0, -1, 1]), 40, 2, 1000)
    events = [
        (3, 110, 1, 1.0), (3, 109, 1, 2.0), (3, 160, 1, 3.0), (3, 161, 1, 4.0), (3, 120, 2, 5.0), (3, 120, 1, np.nan),
        (4, 120, 1, 6.0), (5, 150, 3, 7.0), (8, 150, 1, 8.0), (9, 980, 1, 9.0), (2, 120, 1, 10.0), (10, 980, 1, 11.0),
        (5, 111, 1, 12.0),
    ]  # fmt: skip
    who, ts, masks, values = (np.array(one) for one in zip(*events, strict=True))
    place, told = counting.taken((0, 0, 10, 50), who, ts, masks, values[None])
    assert (place.tolist(), told.tolist()) == ([0, 0, 1, 1], [1.0, 3.0, 7.0, 12.0])
    place, told = counting.taken((0, 0, 0, -1), *(np.array([one]) for one in (9, 1000, 1)), np.array([[1.5]]))
    assert (place.tolist(), told.tolist()) == ([3], [1.5])
    _, told = counting.taken((0, 0, 0, 40), *(np.array([one]) for one in (9, 1000, 1)), np.array([[1.5]]))
    assert told.tolist() == [1.5]
    groups = counting.by_group(
        ["a", "b"], [(np.array([0, 1, 0]), np.array([1.0, 7.0, 3.0])), (np.array([3]), np.array([2.0]))]
    )
    assert {key: (u.tolist(), v.tolist()) for key, (u, v) in groups.items()} == {
        ("b", 41): ([0, 0], [1.0, 3.0]), ("a", 40): ([1], [7.0]), ("a", 41): ([3], [2.0]),
    }  # fmt: skip
    assert counting.by_group(["a"], []) == {}


def test_the_untouched_modules_pass(earlier: Store, ended: Store, tmp_path: Path) -> None:
    check_before(earlier, load(ROOT / "before.py", tmp_path))
    check_times(ended, load(ROOT / "times.py", tmp_path))
    check_counting(load(ROOT / "ranking.py", tmp_path))


@pytest.mark.parametrize("fault", BEFORE, ids=str)
def test_every_fault_in_what_came_before_is_caught(earlier: Store, fault: Fault, tmp_path: Path) -> None:
    assert is_caught(ROOT / "before.py", fault, lambda module: check_before(earlier, module), tmp_path)


@pytest.mark.parametrize("fault", TIMES, ids=str)
def test_every_fault_in_the_endings_is_caught(ended: Store, fault: Fault, tmp_path: Path) -> None:
    assert is_caught(ROOT / "times.py", fault, lambda module: check_times(ended, module), tmp_path)


@pytest.mark.parametrize("fault", COUNTING, ids=str)
def test_every_fault_in_the_ranked_values_is_caught(fault: Fault, tmp_path: Path) -> None:
    assert is_caught(ROOT / "ranking.py", fault, check_counting, tmp_path)
