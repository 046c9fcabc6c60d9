"""What is wrong with a row, in sentences: the field, its value, what it must be, what to do."""

from ingest.events import FIRST_YEAR, LAST_YEAR, MAX_ID_LENGTH, MAX_LINE_BYTES, MAX_NAME_LENGTH

_WANTED = {
    "no_ts": "is missing; must say when it happened; fill its column in",
    "bad_ts": f"is {{value}}; must be as the mapping's `format` says, {FIRST_YEAR}–{LAST_YEAR}; mend either",
    "ts_without_zone": "is {value}, which has no offset; must have one, or a zone; set `zone` under [time]",
    "bad_shift": "has no length to move the time by; must be a number in the mapping's column; fill it in",
    "unmapped_value": 'is {value}; must be one of the mapping\'s `values`; add it, or set otherwise = "keep"',
    "no_event": "is missing; must name what happened; fill its column in, or add the value to the mapping",
    "event_too_long": f"is {{value}}…; must be at most {MAX_NAME_LENGTH} characters; shorten the name",
    "no_unit": "is missing; must be there unless `anonymous_id` is; fill either column in",
    "no_event_id": "is missing; must be there; fill its column in",
    "id_type": "is {value}; must be plain text or a number; name the member that holds the id",
    "id_too_long": f"is {{value}}…; must be at most {MAX_ID_LENGTH} characters; shorten the id",
    "properties_type": "is {value}; must be an object; name single properties instead",
    "line_too_long": f"makes an event of more than {MAX_LINE_BYTES:,} bytes; must be shorter; drop columns",
    "nul_character": "holds a NUL character; must be text without it; strip it before loading",
    "duplicate_key": "names a key twice; must name each once; keep the one you mean",
}


CODES = frozenset(_WANTED) - {"no_event_id"}
"""The codes a row can be rejected with once it has been read; rows without an id are given one instead."""


def sentence(code: str, field: str, value: str | None) -> str:
    """The sentence for a row that a mapping cannot turn into events.

    Args:
        code: what is wrong; a stable code.
        field: the event field it is wrong with.
        value: what stands there, shortened.

    Returns:
        "`field` is VALUE; must be …; do …".
    """
    return f"`{field}` {_WANTED[code].format(value=repr(value or ''))}"
