"""From phones to files: wrong clocks, late and repeated uploads, and lines that are no events."""

import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sample_data.broken import broken_line
from sample_data.designs import DAYS
from sample_data.dice import Dice
from sample_data.people import Person
from sample_data.trace import Noted, Trace
from sample_data.truths import Log, World

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_MS = 86_400_000
_LATE_MS = (3_600_000.0, 4.0 * _DAY_MS)
_SUFFIX = ".synthetic.ndjson.gz"
"""Says in the name what the lines are; loads of such files are marked synthetic."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one phone sent at one moment."""

    received_ms: int
    flow: str
    lines: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class LogFile:
    """One written file."""

    path: Path
    lines: int
    digest: str


class Upload:
    """Sends traces to files, with everything that goes wrong on the way."""

    def __init__(self, world: World, log: Log, dice: Dice) -> None:
        self._log, self._dice = log, dice
        self._start_ms = round(world.start.timestamp() * 1000)
        self._end_ms = self._start_ms + DAYS * _DAY_MS
        self._start = world.start

    def write(self, traces: Iterable[Trace], folder: Path) -> list[LogFile]:
        """Write one file a flow and week of arrival.

        Args:
            traces: every attempt.
            folder: where the files go.

        Returns:
            The files, by flow and week; gzip without time or name, so that equal worlds are equal bytes.
        """
        folder.mkdir(parents=True, exist_ok=True)
        weeks: dict[tuple[str, int], list[bytes]] = defaultdict(list)
        for batch in sorted(self._batches(traces), key=lambda batch: (batch.received_ms, batch.lines[0])):
            week = (batch.received_ms - self._start_ms) // (7 * _DAY_MS)
            weeks[batch.flow, week].extend(batch.lines)
        self._break(weeks)
        return [self._file(folder, flow, week, weeks[flow, week]) for flow, week in sorted(weeks)]

    def _batches(self, traces: Iterable[Trace]) -> Iterator[Batch]:
        for trace in traces:
            batch = self._batch(trace)
            yield batch
            if self._dice.chance(self._log.repeated):
                again = batch.received_ms + self._dice.whole(2_000, 90_000)
                yield Batch(min(again, self._end_ms - 1), batch.flow, batch.lines)

    def _batch(self, trace: Trace) -> Batch:
        dice, person = self._dice, trace.person
        wait = dice.between(500, 6_000) + (dice.early(_LATE_MS) if dice.chance(self._log.late) else 0)
        sent = max(noted.ms for noted in trace.events) + int(wait)
        received = min(sent + dice.whole(60, 700), self._end_ms - 1)
        sent = min(sent, received - 1)
        common = {**_who(trace), **_phone(trace)}
        if person.stamps:
            common |= {"sent_at": _iso(sent + person.skew_ms), "received_at": _iso(received)}
        lines = tuple(_line(trace, nth, noted, common) for nth, noted in enumerate(trace.events))
        return Batch(received, trace.flow, lines)

    def _break(self, weeks: dict[tuple[str, int], list[bytes]]) -> None:
        """Put lines that are no events between the others."""
        files = sorted(weeks)
        for nth in range(self._log.broken):
            lines = weeks[files[self._dice.whole(0, len(files))]]
            at = self._dice.whole(0, len(lines))
            lines.insert(at, broken_line(nth, lines[at], self._dice))

    def _file(self, folder: Path, flow: str, week: int, lines: list[bytes]) -> LogFile:
        monday = (self._start + timedelta(days=7 * week)).date().isoformat()
        path = folder / f"{flow}-{monday}{_SUFFIX}"
        packed = gzip.compress(b"".join(line + b"\n" for line in lines), compresslevel=9, mtime=0)
        path.write_bytes(packed)
        return LogFile(path, len(lines), hashlib.sha256(packed).hexdigest())


def _iso(ms: int) -> str:
    return (_EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _who(trace: Trace) -> dict[str, str]:
    name, anonymous = trace.person.name, f"d{trace.person.name[:0:-1]}"
    if trace.person.login == "always":
        return {"user_id": name}
    return {"user_id": name, "anonymous_id": anonymous} if trace.logged_in else {"anonymous_id": anonymous}


def _phone(trace: Trace) -> dict[str, str]:
    person: Person = trace.person
    ids = {"session_id": f"s-{trace.token}", "attempt_id": f"a-{trace.token}"} if person.has_ids else {}
    phone = person.phone
    return {
        **ids,
        "platform": phone.platform,
        "os_version": phone.os_version,
        "app_version": person.app_version,
        "device": phone.device,
    }


def _line(trace: Trace, nth: int, noted: Noted, common: dict[str, str]) -> bytes:
    record = {
        **common,
        "event_id": f"{trace.token}-{nth}",
        "ts": _iso(noted.ms + trace.person.skew_ms),
        "event": noted.event,
    }
    if noted.properties:
        record["properties"] = noted.properties  # type: ignore[assignment]
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode()
