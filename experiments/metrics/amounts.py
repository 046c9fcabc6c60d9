"""Amounts as people write them in a plan: margins and caps."""

from dataclasses import dataclass

_LARGEST_PERCENT, _LOWEST_CAP = 100.0, 50.0


@dataclass(frozen=True, slots=True)
class Margin:
    """How much worse a guardrail may get: `amount` in the metric's unit, or relative to control's value."""

    amount: float
    relative: bool


def margin_of(given: object, name: str = "margin") -> Margin:
    """A margin as people write it: 0.01 in the metric's unit, or "1%" of control's value.

    Args:
        given: A positive number, or a positive number with "%".
        name: What the sentence of an error calls it.

    Raises:
        ValueError: If it is neither.
    """
    text = given.removesuffix("%").strip() if isinstance(given, str) and given.endswith("%") else None
    if isinstance(given, int | float) and not isinstance(given, bool) and 0 < given < float("inf"):
        return Margin(float(given), relative=False)
    try:
        percent = float(text) if text else 0.0
    except ValueError:
        percent = 0.0
    if 0 < percent <= _LARGEST_PERCENT:
        return Margin(percent / 100, relative=True)
    raise ValueError(f'`{name}` is {given!r}; must be a positive number or a percentage; write 0.01 or "1%".')


def cap_of(given: str) -> float:
    """The share below which values stay as they are, as people write it: "99%".

    Args:
        given: A percentage above 50 and below 100.

    Raises:
        ValueError: If it is none.
    """
    try:
        percent = float(given.removesuffix("%")) if given.endswith("%") else 0.0
    except ValueError:
        percent = 0.0
    if not _LOWEST_CAP < percent < _LARGEST_PERCENT:
        raise ValueError(f'`cap` is {given!r}; must be a percentage above 50 and below 100; write "99%".')
    return percent / 100
