"""What a control of the sentence does to the question: plain JSON in, plain JSON out, nothing drawn."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Body = dict[str, Any]
Change = Callable[[Body], Body]
EQUALS, MISSING, THERE = "eq", "missing", "there"
NUMBERS = ("ge", "le", "gt", "lt")
OPERATORS = (EQUALS, "ne", *NUMBERS, "in", "contains", MISSING, THERE)


def put(key: str, value: object) -> Change:
    """One option of the funnel."""
    return lambda body: {**body, key: value}


def split_by(fields: Sequence[str]) -> Change:
    """Split by one or two fields, or not at all; the arms of an experiment are then no groups any more."""

    def change(body: Body) -> Body:
        if not fields:
            return {**body, "breakdown": None}
        return {**body, "breakdown": {**(body["breakdown"] or {}), "by": list(fields)}, "variant": None}

    return change


def of_breakdown(key: str, value: object) -> Change:
    """One option of the breakdown."""
    return lambda body: {**body, "breakdown": {**body["breakdown"], key: value}}


def events(place: int, names: Sequence[str]) -> Change:
    """Other events in a step's place; what the step asked of the old ones goes if none of them is left."""

    def change(body: Body) -> Body:
        old = body["steps"][place]
        before = [old["event"]] if isinstance(old["event"], str) else old["event"]
        kept = {**old, "name": None} if set(before) & set(names) else {}
        return _step(body, place, {**kept, "event": names[0] if len(names) == 1 else list(names)})

    return change


def added(event: str) -> Change:
    """One more step at the end."""
    return lambda body: {**body, "steps": [*body["steps"], {"event": event}]}


def removed(place: int) -> Change:
    """Without a step; exclusions that leaned on it go with it, others keep their steps."""

    def change(body: Body) -> Body:
        gone, steps = place + 1, [*body["steps"][:place], *body["steps"][place + 1 :]]
        kept = [
            {**one, **{end: one[end] - (one[end] > gone) for end in ("after", "before")}}
            for one in body["exclusions"]
            if gone not in (one["after"], one["before"])
        ]
        return _settled(
            {**body, "steps": steps, "exclusions": kept}, lambda k: 1 if k == gone else k - (k > gone)
        )

    return change


def moved(place: int, by: int) -> Change:
    """A step exchanged with a neighbour; exclusions and the step of the breakdown follow their steps."""

    def change(body: Body) -> Body:
        steps, a, b = list(body["steps"]), place, place + by
        steps[a], steps[b] = steps[b], steps[a]
        new = {a + 1: b + 1, b + 1: a + 1}
        kept = []
        for one in body["exclusions"]:
            after, before = sorted(new.get(one[end], one[end]) for end in ("after", "before"))
            kept.append({**one, "after": after, "before": before})
        return _settled({**body, "steps": steps, "exclusions": kept}, lambda k: new.get(k, k))

    return change


def asked_of(place: int, key: str, value: object) -> Change:
    """One option of a step."""
    return lambda body: _step(body, place, {**body["steps"][place], key: value})


def held(place: int, field: str, operator: str, value: str) -> Change:
    """One more condition on a step; another one of the same field is exchanged.

    Raises:
        ValueError: The value does not fit the operator.
    """
    condition = _condition(field, operator, value.strip())
    return lambda body: asked_of(place, "where", {**body["steps"][place]["where"], field: condition})(body)


def let_go(place: int, field: str) -> Change:
    """A step without the condition on a field."""

    def change(body: Body) -> Body:
        where = {name: one for name, one in body["steps"][place]["where"].items() if name != field}
        return asked_of(place, "where", where)(body)

    return change


def between(first: date | None, last: date | None, zone: str) -> Change:
    """First steps from the first day to the last one, both whole, in the funnel's zone; None leaves that end open."""
    until = None if last is None else last + timedelta(days=1)
    return lambda body: {**body, "from": _midnight(first, zone), "to": _midnight(until, zone)}


def _midnight(day: date | None, zone: str) -> str | None:
    return None if day is None else datetime.combine(day, time(), ZoneInfo(zone)).isoformat()


def _condition(field: str, operator: str, value: str) -> object:
    if operator in (MISSING, THERE):
        return {"is_null": operator == MISSING}
    if not value:
        raise ValueError(f"`{field}` has no value to compare with; must have one; write it.")
    if operator == EQUALS:
        return value
    if operator == "in":
        return {"in": [one.strip() for one in value.split(",") if one.strip()]}
    if operator not in NUMBERS:
        return {operator: value}
    try:
        return {operator: float(value)}
    except ValueError as wrong:
        raise ValueError(f"`{field}` is compared with {value!r}; must be a number; write one.") from wrong


def _step(body: Body, place: int, step: Body) -> Body:
    return {**body, "steps": [*body["steps"][:place], step, *body["steps"][place + 1 :]]}


def _settled(body: Body, new_place: Callable[[int], int]) -> Body:
    """What only a later step may ask for leaves the first one; the step of the breakdown follows its step."""
    first = {**body["steps"][0], "within": None, "at_least": None, "optional": False, "absent_in": []}
    split = body["breakdown"]
    kind, _, step = (split or {}).get("attribution", "").partition(":")
    if split and step:
        split = {**split, "attribution": f"{kind}:{new_place(int(step))}"}
    return {**body, "steps": [first, *body["steps"][1:]], "breakdown": split}
