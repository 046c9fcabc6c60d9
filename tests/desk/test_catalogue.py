"""Every sentence the code asks for stands in the catalogue, in both languages, with the same facts."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis import words

ROOT = Path(__file__).parents[2]
SPEAKING = ("t", "empty")
SOURCES = sorted(
    [
        *(ROOT / "analysis").rglob("*.py"),
        *(ROOT / "experiments").rglob("*.py"),
        ROOT / "ui.py",
        ROOT / "app.py",
    ]
)


def calls() -> Iterator[tuple[Path, str, list[ast.expr]]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                yield path, name, node.args


def first_words(names: tuple[str, ...]) -> set[tuple[str, str]]:
    return {
        (arguments[0].value, str(path.relative_to(ROOT)))
        for path, name, arguments in calls()
        if name in names
        and arguments
        and isinstance(arguments[0], ast.Constant)
        and isinstance(arguments[0].value, str)
    }


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_no_page_asks_for_a_sentence_that_is_not_there():
    asked = first_words(SPEAKING)
    assert len(asked) > 20
    assert {(key, path) for key, path in asked if not words.has(key)} == set()


def test_every_unit_that_is_counted_has_its_word():
    units = {
        arguments[2].value
        for _, name, arguments in calls()
        if name == "count" and len(arguments) == 3 and isinstance(arguments[2], ast.Constant)
    }
    assert units
    assert {unit for unit in units if not words.has(f"unit.{unit}")} == set()


def test_every_reason_the_mathematics_gives_is_translated():
    codes = first_words(("Reason", "NoEffect"))
    assert {(code, path) for code, path in codes if not words.has(f"reason.{code}")} == set()


@pytest.mark.parametrize("key", sorted(words.catalogue()))
def test_both_languages_tell_the_same_facts(key):
    en, ja = (words.catalogue()[key][lang] for lang in words.LANGS)
    assert placeholders(en) == placeholders(ja)
    assert en.strip()
    assert ja.strip()


def test_japanese_is_japanese():
    kana = {
        key
        for key, said in words.catalogue().items()
        if any("぀" <= c <= "ヿ" or "一" <= c <= "鿿" for c in said["ja"])
    }
    assert len(kana) > 0.9 * len(words.catalogue())
