"""The needs of all metrics are united: events are read once, impressions once, and each funnel is one walk.

Properties that have no column of their own are looked through once more: whether they hold numbers at all.
"""

from collections import Counter
from pathlib import Path

import pytest
import sqlglot
from sqlglot import expressions

from analysis.readout import ReadoutAnswer
from ingest import Store
from tests.analysis.readout.readout_stories import land, plan, readout
from tests.journeys import store_in

EXPLORED = 'role = "exploratory"\n'
OF_EVENTS = (
    f'key = "tapped"\n{EXPLORED}kind = "conversion"\nevent = "suggestion_tapped"\nwithin = "10s"',
    f'key = "dear"\n{EXPLORED}kind = "conversion"\nevent = "purchase"\nwhere = {{ price_low = {{ ge = 25 }} }}',
    f'key = "spent"\n{EXPLORED}kind = "mean"\nevent = "purchase"\nproperty = "price_low"\ncap = "99%"',
    f'key = "each"\n{EXPLORED}kind = "ratio"\nevent = "purchase"\nproperty = "price_low"\nper = "opened"',
    f'key = "back"\n{EXPLORED}kind = "retention"\ndelay = "1h"\nwithin = "1h"',
    f'key = "often"\n{EXPLORED}kind = "threshold"\nevent = "opened"\nat_least = 2',
    f'key = "median"\n{EXPLORED}kind = "quantile"\nevent = "purchase"\nproperty = "price_low"\nshare = 0.5',
    f'key = "p90"\n{EXPLORED}kind = "quantile"\nevent = "purchase"\nproperty = "price_low"\nshare = 0.9',
)
OF_ENDINGS = (
    f'key = "by_3s"\n{EXPLORED}kind = "incidence"\nevent = "suggestion_tapped"\nwithin = "3s"',
    f'key = "lost"\n{EXPLORED}kind = "restricted_mean"\nevent = "suggestion_tapped"\nwithin = "8s"',
)
OF_A_FUNNEL = f'''key = "bought"
{EXPLORED}kind = "funnel"
step = 2
[metrics.funnel]
within = "1h"
[[metrics.funnel.steps]]
event = "opened"
[[metrics.funnel.steps]]
event = "purchase"'''
TAPPED = ["shown 10:00:03 impression_id=i1 display_ms=4000", "tapped 10:00:04 impression_id=i1"]
LOG = {
    "ann": [
        "exposed to b 10:00:00",
        "opened 10:00:01",
        "purchase 10:00:02 price_low=30 weight=2",
        "opened 11:30:00",
        *TAPPED,
    ],
    "bob": ["exposed to control 10:00:00", "opened 10:00:01", "purchase 10:00:02 price_low=3"],
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    with store_in(Path(tmp_path_factory.mktemp("scans")) / "home") as opened:
        land(opened, LOG)
        yield opened


def scans(found: ReadoutAnswer) -> Counter[str]:
    """table -> how often the statements that read it name it; events under one name, however they are kept."""
    named: Counter[str] = Counter()
    for written in found.sql.split("\n\n"):
        statement = sqlglot.parse_one(written, read="duckdb")
        kept = {one.alias for one in statement.find_all(expressions.CTE)}
        for table in statement.find_all(expressions.Table):
            name = "events" if table.name.startswith("events") else table.name
            if name not in kept:
                named[name] += 1
    return named


@pytest.mark.parametrize("more", ["", "adjust = true"])
def test_events_are_read_once_for_all_their_metrics(store: Store, more: str) -> None:
    assert scans(readout(store, plan(*OF_EVENTS, more=more)))["events"] == 1


def test_endings_are_one_scan_of_the_impressions(store: Store) -> None:
    found = scans(readout(store, plan(*OF_EVENTS, *OF_ENDINGS)))
    assert (found["events"], found["impressions"]) == (1, 1)


def test_a_property_without_a_column_is_looked_through_for_numbers(store: Store) -> None:
    other = f'key = "m"\n{EXPLORED}kind = "mean"\nevent = "purchase"\nproperty = "weight"'
    assert scans(readout(store, plan(*OF_EVENTS, other)))["events"] == 2


def test_a_funnel_is_one_walk_more(store: Store) -> None:
    found = scans(readout(store, plan(*OF_EVENTS, *OF_ENDINGS, OF_A_FUNNEL)))
    assert (found["events"], found["impressions"]) == (2, 1)
