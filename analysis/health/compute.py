"""What landed, what did not and why: one query, one answer."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator

from analysis.health.answers import (
    BadValue,
    Clocks,
    Day,
    HealthAnswer,
    Identities,
    Impressions,
    Load,
    RejectCode,
    RejectedLine,
    Sender,
    Span,
)
from analysis.health.query import Reader, Rows
from experiments.stats.effects import NoEffect, Reason

if TYPE_CHECKING:
    from ingest import Store

ID_CONFLICT = "id_conflict"
MOST_REJECTS = 0.5
TIMES_ITS_SHARE = 2.0


class HealthQuery(BaseModel):
    """Which part of the store's health is asked for.

    Args:
        samples: rejected lines shown per code, 0 to 100.
        timezone: the zone that labels days; moves no event.
        attempts: whether to count events that belong to no attempt, the one figure that has to order the whole log.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    samples: int = Field(default=3, ge=0, le=100)
    timezone: str = "Asia/Tokyo"
    attempts: bool = True

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"`timezone` is {name!r}; must be an IANA name such as Asia/Tokyo.") from error
        return name


def answer(store: "Store", query: HealthQuery) -> HealthAnswer:
    """Say what landed, what did not and why.

    Args:
        store: an open store.
        query: how many samples and which zone.

    Returns:
        Counts by load, code, sender, property, event and day; lateness, skew and identity.
    """
    reader = Reader(store)
    loads = tuple(_load(row) for row in reader.rows("loads"))
    codes = _codes(reader.rows("reject_codes"), reader.rows("reject_samples", {"samples": query.samples}))
    senders = tuple(Sender(**row) for row in reader.rows("senders"))
    return HealthAnswer(
        lines=sum(load.lines for load in loads),
        landed=sum(load.landed for load in loads),
        duplicates=sum(load.duplicates for load in loads),
        rejected=sum(load.rejected for load in loads),
        bad_values=sum(load.bad_values for load in loads),
        id_conflicts=sum(code.lines for code in codes if code.code == ID_CONFLICT),
        in_quarantine=sum(code.lines for code in codes),
        loads=loads,
        codes=codes,
        at_fault=at_fault(senders),
        senders=senders,
        bad_properties=tuple(BadValue(**row) for row in reader.rows("bad_values")),
        spans=tuple(Span(**row) for row in reader.rows("event_spans")),
        days=tuple(Day(**row) for row in reader.rows("days", {"zone": query.timezone})),
        clocks=Clocks(**reader.row("clocks")),
        identities=Identities(**reader.row("identities")),
        without_attempt=reader.row("attempts")["events_without_attempt"] if query.attempts else None,
        impressions=Impressions(**reader.row("impressions")),
        timezone=query.timezone,
        observed_until=store.observed_until(),
        sql=reader.sql,
        data_version=store.data_version(),
        synthetic=store.synthetic(),
    )


def at_fault(senders: Sequence[Sender]) -> Reason | NoEffect:
    """Name the sender that most rejects come from, if they do not just follow the traffic.

    Senders are app versions where the rejected lines still say theirs, else platforms. Named is the one that wrote at
    least half of the rejects whose sender is known, and at least twice as large a share of them as of all lines.

    Args:
        senders: lines by platform and app version.

    Returns:
        A Reason with the sender and both shares, or a NoEffect that says why nobody is named.
    """
    if not any(sender.rejected for sender in senders):
        return NoEffect("health.no_rejects", "No line was rejected.")
    versions = [sender for sender in senders if sender.app_version]
    platforms = [sender for sender in senders if sender.platform]
    if any(sender.rejected for sender in versions):
        lines = _by_name(versions, lambda one: " ".join(filter(None, (one.platform, one.app_version))))
    elif any(sender.rejected for sender in platforms):
        lines = _by_name(platforms, lambda one: one.platform or "")
    else:
        return NoEffect("health.sender_unknown", "The rejected lines do not say which app wrote them.")
    return _worst(lines)


def _by_name(senders: Sequence[Sender], name_of: Callable[[Sender], str]) -> dict[str, tuple[int, int]]:
    """name -> (rejected lines, all lines)."""
    found: dict[str, tuple[int, int]] = {}
    for sender in senders:
        rejected, lines = found.get(name_of(sender), (0, 0))
        found[name_of(sender)] = (rejected + sender.rejected, lines + sender.rejected + sender.landed)
    return found


def _worst(lines: dict[str, tuple[int, int]]) -> Reason | NoEffect:
    name, (rejected, own) = max(lines.items(), key=lambda item: (item[1][0], -item[1][1]))
    of_rejects = rejected / sum(one for one, _ in lines.values())
    of_lines = own / sum(one for _, one in lines.values())
    facts = (("sender", name), ("of_rejects", of_rejects), ("of_lines", of_lines), ("rejected", rejected))
    if of_rejects < MOST_REJECTS or of_rejects < TIMES_ITS_SHARE * of_lines:
        return NoEffect("health.senders_alike", "No sender stands out among the rejected lines.", facts)
    sentence = (
        f"{name} wrote {of_rejects:.0%} of the rejected lines whose sender is known, "
        f"but only {of_lines:.1%} of all lines."
    )
    return Reason("health.sender_at_fault", sentence, facts)


def to_json(found: HealthAnswer) -> dict[str, object]:
    """The answer as plain JSON; the keys are listed in docs/json/health.md."""
    said = found.at_fault
    return {
        "lines": found.lines,
        "landed": found.landed,
        "duplicates": found.duplicates,
        "rejected": found.rejected,
        "balanced": found.balanced,
        "in_quarantine": found.in_quarantine,
        "id_conflicts": found.id_conflicts,
        "bad_values": found.bad_values,
        "loads": [_plain(load) for load in found.loads],
        "rejects": [_plain(code) for code in found.codes],
        "at_fault": {
            "named": isinstance(said, Reason),
            "code": said.code,
            "sentence": said.sentence,
            **dict(said.facts),
        },
        "senders": [_plain(sender) for sender in found.senders],
        "bad_properties": [_plain(value) for value in found.bad_properties],
        "events": [_plain(span) for span in found.spans],
        "days": [_plain(day) for day in found.days],
        "clocks": _plain(found.clocks),
        "identities": _plain(found.identities),
        "events_without_attempt": found.without_attempt,
        "impressions": _plain(found.impressions),
        "timezone": found.timezone,
        "observed_until": found.observed_until.isoformat() if found.observed_until else None,
        "data_version": found.data_version,
        "synthetic": found.synthetic,
    }


def _plain(
    noun: Load | RejectCode | Sender | BadValue | Span | Day | Clocks | Identities | Impressions,
) -> object:
    return {
        name: value.isoformat() if isinstance(value, date | datetime) else value
        for name, value in asdict(noun).items()
    }


def _load(row: dict[str, object]) -> Load:
    return Load(**{name: row[name] for name in Load.__slots__})  # type: ignore[arg-type]


def _codes(codes: Rows, samples: Rows) -> tuple[RejectCode, ...]:
    lines = [(row.pop("code"), RejectedLine(**row)) for row in samples]
    return tuple(
        RejectCode(**row, samples=tuple(line for code, line in lines if code == row["code"])) for row in codes
    )
