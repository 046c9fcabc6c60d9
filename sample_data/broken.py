"""Lines that are no events, as real logs hold them; none of them takes a good event away."""

from collections.abc import Callable

from sample_data.dice import Dice

_EVENT = (
    b'{"event_id":"broken-%d","event":"photo_taken","ts":"2026-04-20T03:12:45.120Z",'
    b'"user_id":"u000","platform":"android"}'
)


def broken_line(nth: int, neighbour: bytes, dice: Dice) -> bytes:
    """Make one line that cannot be read.

    Args:
        nth: its number, which chooses what is wrong in turn.
        neighbour: a good line, for a copy that was cut off before it was sent again whole.
        dice: chance.

    Returns:
        The line, without a line feed.
    """
    return _KINDS[nth % len(_KINDS)](_EVENT % nth, neighbour, dice)


def _cut_off(_: bytes, neighbour: bytes, dice: Dice) -> bytes:
    return neighbour[: dice.whole(5, max(len(neighbour) - 5, 6))]


def _gateway(_: bytes, __: bytes, ___: Dice) -> bytes:
    return b"<html><head><title>502 Bad Gateway</title></head><body></body></html>"


def _no_time(line: bytes, _: bytes, __: Dice) -> bytes:
    return line.replace(b'"2026-04-20T03:12:45.120Z"', b'"yesterday"')


def _no_name(line: bytes, _: bytes, __: Dice) -> bytes:
    return line.replace(b'"event":"photo_taken",', b"")


def _nobody(line: bytes, _: bytes, __: Dice) -> bytes:
    return line.replace(b'"user_id":"u000",', b"")


def _list(line: bytes, _: bytes, __: Dice) -> bytes:
    return b"[" + line + b"]"


def _not_a_number(line: bytes, _: bytes, __: Dice) -> bytes:
    return line.replace(b'"android"}', b'"android","properties":{"latency_ms":NaN}}')


def _other_encoding(line: bytes, _: bytes, __: Dice) -> bytes:
    return line.replace(b'"android"}', '"android","device":"らくらく"}'.encode("shift_jis"))


def _key_twice(line: bytes, _: bytes, __: Dice) -> bytes:
    return line.replace(b'"user_id":"u000"', b'"user_id":"u000","user_id":"u001"')


_KINDS: tuple[Callable[[bytes, bytes, Dice], bytes], ...] = (
    _cut_off,
    _gateway,
    _no_time,
    _no_name,
    _nobody,
    _list,
    _not_a_number,
    _other_encoding,
    _key_twice,
)
