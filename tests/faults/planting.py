"""Plants one fault at a time in a copy of a production module and asks whether a list of checks notices.

A fault replaces a piece of source text inside one named function or class. The harness proves that the
piece stands there once and that code changes (not a comment or a docstring); the test proves that the
untouched module passes the same checks. So a fault that "survives" is a hole in the checks, nothing else.

    FAULTS = (Fault("wilson", "z * z / n", "z / n"), ...)

    @pytest.mark.parametrize("fault", FAULTS, ids=str)
    def test_every_fault_is_caught(fault, tmp_path):
        assert is_caught(SOURCE, fault, check, tmp_path)

    def test_the_untouched_module_passes(tmp_path):
        check(load(SOURCE, tmp_path))
"""

import ast
import importlib.util
import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

NOTICED = (
    pytest.fail.Exception,
    AssertionError,
    ArithmeticError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RecursionError,
)
"""What a check may raise to say "broken"; a NameError or SyntaxError is a slip of the fault's author."""

_serial = itertools.count()


@dataclass(frozen=True, slots=True)
class Fault:
    """`old` becomes `new` inside `where` (a function, "Class" or "Class.method"; "" means the whole file)."""

    where: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.where or 'file'}: {self.old.strip()} -> {self.new.strip() or '(nothing)'}"


def is_caught(
    source: Path,
    fault: Fault,
    check: Callable[[ModuleType], object],
    directory: Path,
    rewrites: Sequence[tuple[str, str]] = (),
) -> bool:
    """Whether `check` raises on the module with the fault in it; `rewrites` as in `load`."""
    with planted(source, directory, fault, rewrites) as module:
        try:
            check(module)
        except NOTICED:
            return True
    return False


def load(
    source: Path, directory: Path, fault: Fault | None = None, rewrites: Sequence[tuple[str, str]] = ()
) -> ModuleType:
    """A fresh copy of the module at `source`, written to `directory` and imported under a name of its own.

    `rewrites` are (old, new) replacements that do not change meaning, for example switching a compiler off
    so that a hundred copies load quickly. Each must occur at least once.
    """
    text = source.read_text(encoding="utf-8")
    for old, new in rewrites:
        assert old in text, f"the rewrite {old!r} does not occur in {source.name}"
        text = text.replace(old, new)
    if fault is not None:
        text = with_fault(text, fault)
    name = f"planted_{source.stem}_{next(_serial)}"
    copy = directory / f"{name}.py"
    copy.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, copy)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pydantic look their module up by name
    spec.loader.exec_module(module)
    return module


@contextmanager
def planted(
    source: Path, directory: Path, fault: Fault | None = None, rewrites: Sequence[tuple[str, str]] = ()
) -> Iterator[ModuleType]:
    """`load`, and the copy is forgotten afterwards."""
    module = load(source, directory, fault, rewrites)
    try:
        yield module
    finally:
        sys.modules.pop(module.__name__, None)


def with_fault(text: str, fault: Fault) -> str:
    """The source text with the fault in it; an AssertionError if it is not where its author meant it."""
    start, end = _span(text, fault.where)
    segment = text[start:end]
    found = segment.count(fault.old)
    assert found == 1, (
        f"{fault}: the text occurs {found} times in {fault.where or 'the file'}, must occur once"
    )
    broken = text[:start] + segment.replace(fault.old, fault.new) + text[end:]
    assert _code(broken) != _code(text), f"{fault}: only a comment or a docstring would change"
    return broken


def _span(text: str, where: str) -> tuple[int, int]:
    """First and last character of the named definition, decorators included."""
    if not where:
        return 0, len(text)
    body: list[ast.stmt] = ast.parse(text).body
    node: ast.stmt | None = None
    for name in where.split("."):
        named = [n for n in body if isinstance(n, ast.FunctionDef | ast.ClassDef) and n.name == name]
        assert len(named) == 1, f"{where}: {len(named)} definitions of that name, must be one"
        node = named[0]
        body = node.body
    assert isinstance(node, ast.FunctionDef | ast.ClassDef)
    assert node.end_lineno is not None
    lines = text.splitlines(keepends=True)
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    return sum(map(len, lines[: first - 1])), sum(map(len, lines[: node.end_lineno]))


def _code(text: str) -> str:
    """The meaning-bearing part of a source text: its syntax tree without docstrings."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
            and ast.get_docstring(node) is not None
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)
