"""A log read with the standard library alone, sharing no code with the generator nor with the product."""

import gzip
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path


@dataclass(slots=True)
class Line:
    event: str
    ts: float
    person: str
    record: dict
    properties: dict


@dataclass(slots=True)
class Log:
    lines: list[Line] = field(default_factory=list)
    broken: list[bytes] = field(default_factory=list)
    repeated: int = 0
    by_person: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))

    def of(self, event: str) -> list[Line]:
        return [line for line in self.lines if line.event == event]


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def read_log(folder: Path) -> Log:
    """All good lines once, in order of true time, with the person each belongs to."""
    log, seen = Log(), {}
    for path in sorted(folder.glob("*.gz")):
        for raw in gzip.decompress(path.read_bytes()).splitlines():
            record = _record(raw)
            if record is None:
                log.broken.append(raw)
            elif record["event_id"] in seen:
                assert seen[record["event_id"]] == raw, "a repeated upload says the same again"
                log.repeated += 1
            else:
                seen[record["event_id"]] = raw
                late = (
                    seconds(record["received_at"]) - seconds(record["sent_at"])
                    if "sent_at" in record
                    else 0.0
                )
                ts = seconds(record["ts"]) + late
                log.lines.append(Line(record["event"], ts, "", record, record.get("properties", {})))
    log.lines.sort(key=lambda line: line.ts)
    _name_persons(log)
    return log


def _record(raw: bytes) -> dict | None:
    try:
        record = json.loads(raw)
    except ValueError:
        return None
    if (
        not isinstance(record, dict)
        or not {"event", "ts"} <= set(record)
        or not {"user_id", "anonymous_id"} & set(record)
    ):
        return None
    return record if record["ts"][0].isdigit() and not record["event_id"].startswith("broken") else None


def _name_persons(log: Log) -> None:
    owner = {}
    for line in log.lines:
        if "user_id" in line.record and "anonymous_id" in line.record:
            owner.setdefault(line.record["anonymous_id"], line.record["user_id"])
    for line in log.lines:
        anonymous = line.record.get("anonymous_id")
        line.person = line.record.get("user_id") or owner.get(anonymous, f"anon:{anonymous}")
        log.by_person[line.person].append(line)


def first_exposures(log: Log, experiment: str) -> dict[str, Line]:
    """Person -> first exposure, for persons who met one variant only."""
    met = defaultdict(list)
    for line in log.of("experiment_exposed"):
        if line.properties["experiment"] == experiment:
            met[line.person].append(line)
    return {
        who: lines[0]
        for who, lines in met.items()
        if len({line.properties["variant"] for line in lines}) == 1
    }


def converted(
    log: Log, experiment: str, event: str, within_s: float, *, after: str | None = None
) -> dict[str, tuple[int, int]]:
    """Variant -> (persons, persons with the event in the window), from exposure or from the next event `after`."""
    counts = defaultdict(lambda: [0, 0])
    for who, exposed in first_exposures(log, experiment).items():
        own = log.by_person[who]
        start = exposed.ts
        if after is not None:
            start = next((line.ts for line in own if line.event == after and line.ts >= exposed.ts), None)
            if start is None:
                continue
        counts[exposed.properties["variant"]][0] += 1
        counts[exposed.properties["variant"]][1] += any(
            line.event == event and start <= line.ts <= start + within_s for line in own
        )
    return {variant: (n, x) for variant, (n, x) in counts.items()}


def shares(counts: dict[str, tuple[int, int]]) -> dict[str, float]:
    return {variant: x / n for variant, (n, x) in counts.items()}
