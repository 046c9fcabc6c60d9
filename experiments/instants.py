"""Instants as microseconds since 1970, as columns and walks count them."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LAST = datetime.max.replace(tzinfo=UTC)


def us_of(moment: datetime) -> int:
    """Whole microseconds from the start of 1970 (UTC) to an instant.

    Args:
        moment: With its zone.
    """
    return (moment - EPOCH) // _MICROSECOND


def later(moment: datetime, us: int) -> datetime:
    """The instant so many microseconds later, in UTC; the last one a calendar has if that lies beyond it.

    Args:
        moment: With its zone.
        us: Microseconds.
    """
    try:
        return moment.astimezone(UTC) + timedelta(microseconds=us)
    except OverflowError:
        return _LAST
