"""Generated logs with one planted incident, and clean ones: the first name is the incident's; clean logs name none."""

from pathlib import Path

import pytest

from analysis.segments import SegmentsAnswer, SegmentsQuery, answer
from ingest import load
from tests.analysis.segments.incident_world import FIELDS, FUNNEL, Incident, random_incident, write_log
from tests.journeys import store_in

QUERY = SegmentsQuery.model_validate({"funnel": FUNNEL, "fields": FIELDS})


def found_in(folder: Path, seed: int, incident: Incident | None) -> SegmentsAnswer:
    folder.mkdir()
    write_log(folder / "log.ndjson", seed, incident)
    with store_in(folder / "home") as store:
        load(store, [folder / "log.ndjson"])
        return answer(store, QUERY)


def is_first(found: SegmentsAnswer, incident: Incident) -> bool:
    if not found.segments:
        return False
    first = found.segments[0]
    return (first.field, first.value, first.step) == (incident.field, incident.value, incident.step)


def days_off(found: SegmentsAnswer, incident: Incident) -> int | None:
    since = found.segments[0].since if found.segments else None
    return abs((since.day - incident.day).days) if hasattr(since, "day") else None


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_planted_incident_is_named_first_with_its_day(tmp_path, seed):
    incident = random_incident(seed)
    found = found_in(tmp_path / "log", seed, incident)
    assert is_first(found, incident), (incident, found.segments[:2])
    assert days_off(found, incident) is not None
    assert days_off(found, incident) <= 3
    first = found.segments[0]
    assert first.excess.interval.low > 0
    assert first.rate > first.others_rate


def test_a_clean_log_names_none(tmp_path):
    found = found_in(tmp_path / "log", 0, None)
    assert found.segments == found.incidents == ()
    assert found.tests == (2 + 5 + 4 + 3 + 2) * 3


@pytest.mark.evidence
def test_fifty_incidents_and_fifty_clean_logs(tmp_path, capsys):
    incidents = {seed: random_incident(seed) for seed in range(100, 150)}
    planted = {seed: found_in(tmp_path / f"{seed}", seed, one) for seed, one in incidents.items()}
    first = [seed for seed, found in planted.items() if is_first(found, incidents[seed])]
    off = [days_off(planted[seed], incidents[seed]) for seed in first]
    quiet = {seed: found_in(tmp_path / f"{seed}", seed, None) for seed in range(200, 250)}
    clean = [seed for seed, found in quiet.items() if not found.segments and not found.incidents]
    near = sum(one is not None and one <= 2 for one in off)
    with capsys.disabled():
        print(f"\n{len(first)} of 50 incidents named first; {len(clean)} of 50 clean logs without a name")
        print(f"day exact for {off.count(0)}, within two days for {near} of {len(first)}")
        print("not first:", [(seed, incidents[seed]) for seed in planted if seed not in first])
    assert len(first) >= 45
    assert len(clean) >= 45
