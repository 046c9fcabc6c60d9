"""Durations as people write them: "250ms", "30s", "5m", "2h", "7d", from a millisecond to a century."""

import re
from decimal import Decimal

SHORTEST_US = 1_000
LONGEST_US = 36_525 * 86_400 * 1_000_000
_UNIT_US = {"ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}
_DURATION = re.compile(r"(\d{1,18}(?:\.\d{1,9})?) ?(ms|s|m|h|d)", re.ASCII)


def microseconds(text: str, name: str = "within") -> int:
    """A duration in microseconds.

    Args:
        text: A number and one of ms, s, m, h, d, such as "30s" or "1.5h"; a day is 24 hours.
        name: What the sentence of an error calls it.

    Returns:
        Whole microseconds, 1 ms to a century (36,525 days).

    Raises:
        ValueError: The text is no duration, is no whole number of microseconds, or is out of range.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(
            f'`{name}` is {text!r}; must be a number and one of ms, s, m, h, d; write for example "30s".'
        )
    exact = Decimal(found[1]) * _UNIT_US[found[2]]
    if exact != int(exact) or not SHORTEST_US <= exact <= LONGEST_US:
        raise ValueError(
            f'`{name}` is {text!r}; must be whole microseconds, "1ms" to "36525d" (a century); choose one.'
        )
    return int(exact)
