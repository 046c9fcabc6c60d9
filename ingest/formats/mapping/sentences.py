"""What is wrong with a mapping, in sentences: the key, its value, what it must be, what to do."""

from collections.abc import Mapping as Named

from pydantic import BaseModel
from pydantic_core import ErrorDetails

_WANTED = {
    "missing": "must be given",
    "model_type": "must be the name of a column, or a table of keys",
    "dict_type": "must be a table of keys",
}


class MappingError(ValueError):
    """A mapping file is wrong, or does not fit the log it is used on."""


def sentence(file: str, problem: ErrorDetails, keys: Named[str, type[BaseModel]]) -> str:
    """One fault of a mapping file as a sentence.

    Args:
        file: the name of the mapping file.
        problem: one of pydantic's error details.
        keys: the model behind each table of the file ("" is the top level), to list its known keys.

    Returns:
        "`key` is VALUE in FILE; must be …; do …".
    """
    path = [str(part + 1 if isinstance(part, int) else part) for part in problem["loc"]]
    key = ".".join(path) or "mapping"
    if problem["type"] == "extra_forbidden":
        known = _known(path, keys)
        return f"`{key}` is an unknown key in {file}; must be one of {known}; correct or remove it"
    wanted = problem["msg"].removeprefix("Value error, ")
    if not wanted.startswith("must "):
        wanted = _WANTED.get(problem["type"]) or _must(wanted)
    return f"`{key}` is {_shown(problem['input'])} in {file}; {wanted}; correct it as in docs/mapping.md"


def _known(path: list[str], keys: Named[str, type[BaseModel]]) -> str:
    table = next((part for part in reversed(path[:-1]) if part in keys), "")
    fields = keys[table].model_fields
    return ", ".join(sorted(field.alias or name for name, field in fields.items()))


def _must(message: str) -> str:
    head, _, tail = message.partition(" should ")
    return f"must {tail}" if tail else f"must hold: {head}"


def _shown(value: object) -> str:
    text = repr(value) if not isinstance(value, (dict, BaseModel)) else "a table"
    return text if len(text) <= 60 else f"{text[:57]}..."
