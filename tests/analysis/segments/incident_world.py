"""Logs of one flow over four weeks, generated from a seed: clean ones, and ones in which one segment breaks on one day.

People enter on random days, weekends more than others; the share that passes a step swings from day to day, for all
alike. Nothing differs between segments unless an incident is planted: from its day on, people of its segment pass its
step half as often. Written for these tests only; the sample's generator is another.
"""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

START, DAYS = date(2026, 2, 2), 28
STEPS = ("opened", "framed", "recognised", "listed")
FUNNEL = {"within": "1h", "timezone": "UTC", "steps": [{"event": name} for name in STEPS]}
FIELDS = ("platform", "device", "os_version", "app_version", "copy_id")
SHARES = {
    "platform": {"android": 0.6, "ios": 0.4},
    "app_version": {"5.0": 0.2, "5.1": 0.5, "5.2": 0.3},
    "copy_id": {"v1": 0.5, "v2": 0.5},
}
WITHIN_PLATFORM = {
    "device": {"android": {"pixel": 0.5, "galaxy": 0.3, "xperia": 0.2}, "ios": {"iphone 8": 0.4, "iphone 11": 0.6}},
    "os_version": {"android": {"9": 0.5, "10": 0.5}, "ios": {"13": 0.35, "14": 0.65}},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Incident:
    """From `day` on, people with `value` of `field` pass to `step` (2 to 4) half as often."""

    field: str
    value: str
    step: int
    day: date


def random_incident(seed: int) -> Incident:
    """Any segment, any step, any day that leaves five on either side."""
    rng = np.random.default_rng([seed, 1])
    segments = [(field, value) for field, shares in SHARES.items() for value in shares]
    segments += [
        (field, v) for field, by in WITHIN_PLATFORM.items() for shares in by.values() for v in shares
    ]
    field, value = segments[rng.integers(len(segments))]
    return Incident(
        field, value, int(rng.integers(2, len(STEPS) + 1)), START + timedelta(int(rng.integers(5, DAYS - 5)))
    )


def write_log(path: Path, seed: int, incident: Incident | None, people: int = 12_000) -> None:
    """Write the events of all people as NDJSON."""
    rng = np.random.default_rng([seed, 2])
    busy = np.array([1.0 + 0.5 * ((START + timedelta(d)).weekday() >= 5) for d in range(DAYS)])
    days = rng.choice(DAYS, people, p=busy / busy.sum())
    of = {
        field: rng.choice(list(shares), people, p=list(shares.values())) for field, shares in SHARES.items()
    }
    for field, by in WITHIN_PLATFORM.items():
        drawn = {name: rng.choice(list(s), people, p=list(s.values())) for name, s in by.items()}
        of[field] = np.where(of["platform"] == "android", drawn["android"], drawn["ios"])
    passes = rng.uniform(0.55, 0.85, len(STEPS) - 1)[:, None] + rng.normal(0, 0.02, (len(STEPS) - 1, DAYS))
    chance = passes[:, days]
    if incident is not None:
        hit = (of[incident.field] == incident.value) & (days >= (incident.day - START).days)
        chance[incident.step - 2, hit] /= 2
    passed = rng.random(chance.shape) < chance
    reach = 1 + np.cumprod(passed, axis=0).sum(axis=0)
    seconds = rng.integers(0, 80_000, people)
    midnight = datetime(START.year, START.month, START.day, tzinfo=UTC)
    with path.open("w", encoding="utf-8") as log:
        for n in range(people):
            entered = midnight + timedelta(days=int(days[n]), seconds=int(seconds[n]))
            fields = {field: str(of[field][n]) for field in FIELDS if field != "copy_id"}
            for place in range(int(reach[n])):
                line = {"event_id": f"e{n}-{place}", "event": STEPS[place], "user_id": f"p{n}", **fields,
                        "ts": (entered + timedelta(seconds=20 * place)).isoformat(),
                        "properties": {"copy_id": str(of["copy_id"][n])}}  # fmt: skip
                log.write(json.dumps(line) + "\n")
