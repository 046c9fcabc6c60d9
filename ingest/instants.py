"""The instants that a log may write: ISO 8601 with an offset, or an epoch; the macro kz_time says the same in SQL."""

import json
import re
from datetime import UTC, datetime, timedelta

from ingest.events import FIRST_YEAR, LAST_YEAR

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d)(?::?(\d\d))?)",
    re.ASCII,
)
_EPOCH = re.compile(r"\d{1,16}(?:\.\d{1,9})?", re.ASCII)
_EPOCH_START = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_END_US = 7_258_118_400_000_000


def instant(value: object) -> datetime | None:
    """Return the instant that a time field names, or None when it names none.

    Args:
        value: the JSON value of the field.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    text = value if isinstance(value, str) else json.dumps(value)
    if _ISO.fullmatch(text):
        return _iso_time(text) if FIRST_YEAR <= int(text[:4]) <= LAST_YEAR else None
    return _epoch_time(text) if _EPOCH.fullmatch(text) else None


def _iso_time(text: str) -> datetime | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, sign, offset_h, offset_m = match.groups()
    if sign and (int(offset_h) > 15 or int(offset_m or 0) > 59):
        return None
    micros = int((fraction or "0")[:6].ljust(6, "0"))
    try:
        local = datetime(
            int(year), int(month), int(day), int(hour), int(minute), int(second or 0), micros, tzinfo=UTC
        )
        shift = timedelta(hours=int(offset_h or 0), minutes=int(offset_m or 0))
        return local - shift if sign == "+" else local + shift
    except (ValueError, OverflowError):
        return None


def _epoch_time(text: str) -> datetime | None:
    whole, _, fraction = text.partition(".")
    number = int(whole)
    places = 6 if number < 10**11 else 3 if number < 10**14 else 0
    micros = number * 10**places + (int(fraction[:places].ljust(places, "0")) if places else 0)
    return _EPOCH_START + timedelta(microseconds=micros) if micros < _EPOCH_END_US else None
