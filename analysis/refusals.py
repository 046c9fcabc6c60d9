"""Bad input as one sentence in the house grammar: "`name` is VALUE; must be …"."""

from collections.abc import Mapping
from typing import Literal

from pydantic import ValidationError

BAD_INPUT: Literal[2] = 2
UNAVAILABLE: Literal[3] = 3
_SHOWN = 80
_MUST_BE = (
    ("Input should ", "must "),
    ("String should ", "must "),
    ("List should ", "must "),
    ("Tuple should ", "must "),
    ("Dictionary should ", "must "),
    ("Value should ", "must "),
    ("Unable to ", "must be readable; unable to "),
)


def refusal(code: str, sentence: str, *, exit_code: int = BAD_INPUT) -> dict[str, object]:
    """A verb's JSON when it cannot be done.

    Args:
        code: a stable code.
        sentence: what is wrong and what to do, for a person.
        exit_code: 2 bad input, 3 the store is unavailable.

    Returns:
        `{"error": {"code", "sentence", "exit"}}`.
    """
    return {"error": {"code": code, "sentence": sentence, "exit": exit_code}}


def sentences(error: ValidationError) -> str:
    """Every complaint of a refused shape, one sentence each, in the order found.

    Args:
        error: what pydantic raised.

    Returns:
        Sentences such as "`steps.0.event` is 3; must be a valid string."; our own validators' sentences stay.
        A whole is not complained about where one of its parts is.
    """
    found = error.errors(include_url=False)
    places = [one["loc"] for one in found]
    parts = [one for one in found if not any(_inside(one["loc"], place) for place in places)]
    return " ".join(_sentence(one) for one in parts)


def _inside(whole: tuple[int | str, ...], part: tuple[int | str, ...]) -> bool:
    return len(part) > len(whole) and part[: len(whole)] == whole


def _sentence(one: Mapping[str, object]) -> str:
    kind, said = str(one["type"]), str(one["msg"])
    place = one["loc"] if isinstance(one["loc"], tuple) else ()
    name = ".".join(str(part) for part in place) or "input"
    if kind == "extra_forbidden":
        return f"`{name}` is not known here; must be left out."
    if kind == "missing":
        return f"`{name}` is missing; must be given."
    if kind == "value_error":
        ours = said.removeprefix("Value error, ")
        return ours if ours.startswith("`") else f"`{name}`: {ours}"
    return f"`{name}` is {_shown(one.get('input'))}; {_must_be(said)}."


def _must_be(said: str) -> str:
    for theirs, ours in _MUST_BE:
        if said.startswith(theirs):
            return ours + said.removeprefix(theirs).replace(" after validation", "")
    return f"must be valid: {said}"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
