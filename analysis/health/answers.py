"""The nouns of the health room: what landed, what did not, and who sent it."""

from dataclasses import dataclass
from datetime import date, datetime

from experiments.stats.effects import NoEffect, Reason


@dataclass(frozen=True, slots=True)
class Load:
    """One landed file: where it came from and what became of its lines."""

    load_id: int
    source: str
    lines: int
    landed: int
    duplicates: int
    rejected: int
    bad_values: int
    first_ts: datetime | None
    last_ts: datetime | None
    loaded_at: datetime | None
    synthetic: bool
    complete: bool


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """One line in quarantine: its place, the sentence that says what is wrong, and how it starts."""

    source: str
    line: int
    sentence: str
    start: str


@dataclass(frozen=True, slots=True)
class RejectCode:
    """All rejects of one code, with the first few of them."""

    code: str
    lines: int
    files: int
    samples: tuple[RejectedLine, ...]


@dataclass(frozen=True, slots=True)
class Sender:
    """Lines by the platform and app version that wrote them; None where the line does not say."""

    platform: str | None
    app_version: str | None
    landed: int
    rejected: int


@dataclass(frozen=True, slots=True)
class BadValue:
    """A promoted property whose value had the wrong type and landed as NULL."""

    property: str
    events: int
    example: str


@dataclass(frozen=True, slots=True)
class Span:
    """How many events of a name there are and over what time."""

    event: str
    events: int
    persons: int
    first_ts: datetime
    last_ts: datetime


@dataclass(frozen=True, slots=True)
class Day:
    """Events and persons of one day in the reporting zone."""

    day: date
    events: int
    persons: int


@dataclass(frozen=True, slots=True)
class Clocks:
    """Lateness (received − happened) and skew (how far the device's clock was moved), in seconds.

    Quantiles are None where no event carries the stamps.
    """

    received: int
    late_p50_s: float | None
    late_p99_s: float | None
    late_max_s: float | None
    over_an_hour_late: int
    before_happening: int
    corrected: int
    skew_p50_s: float | None
    skew_p99_s: float | None
    skew_max_s: float | None
    over_five_minutes_off: int


@dataclass(frozen=True, slots=True)
class Identities:
    """Who the events belong to, and how many events lack an id of their own."""

    persons: int
    anonymous_persons: int
    merged_ids: int
    events_without_session_id: int
    events_without_attempt_id: int


@dataclass(frozen=True, slots=True)
class Impressions:
    """What the impressions' rules set aside."""

    impressions: int
    conflicts: int
    after_limit: int
    without_ending: int
    endings_without_impression: int


@dataclass(frozen=True, slots=True)
class HealthAnswer:
    """What landed, what did not and why.

    `at_fault` names the sender that most rejects come from, or says why none can be named. `without_attempt` counts
    events that belong to no attempt; None if that was not asked.
    """

    lines: int
    landed: int
    duplicates: int
    rejected: int
    bad_values: int
    id_conflicts: int
    in_quarantine: int
    loads: tuple[Load, ...]
    codes: tuple[RejectCode, ...]
    at_fault: Reason | NoEffect
    senders: tuple[Sender, ...]
    bad_properties: tuple[BadValue, ...]
    spans: tuple[Span, ...]
    days: tuple[Day, ...]
    clocks: Clocks
    identities: Identities
    without_attempt: int | None
    impressions: Impressions
    timezone: str
    observed_until: datetime | None
    sql: str
    data_version: str
    synthetic: bool

    @property
    def balanced(self) -> bool:
        """Whether every line is accounted for: lines = landed + duplicates + rejected."""
        return self.lines == self.landed + self.duplicates + self.rejected
