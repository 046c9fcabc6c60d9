"""What came of files of benchmark tools, in words."""

from collections.abc import Mapping
from typing import Any

from analysis import words
from analysis.terminal.screen import table, write
from analysis.terminal.tell.pieces import because
from analysis.words import t

Answer = Mapping[str, Any]


def models_import(answer: Answer, lang: str) -> None:
    """Tell what every file told, which were known already, and which nobody could read."""
    new = [one for one in answer["files"] if one["new"]]
    for one in answer["files"]:
        if not one["new"]:
            write(t("terminal.measured_before", lang, source=one["source"]))
    for source in answer["passed_over"]:
        write(t("terminal.passed_over", lang, source=source))
    if new:
        heads = [
            t(f"terminal.head.{name}", lang) for name in ("source", "tool", "runs", "failed_runs", "items")
        ]
        rows = [
            (
                one["source"],
                one["tool"],
                *(words.number(one[name], lang) for name in ("runs", "failed", "items")),
            )
            for one in new
        ]
        table(heads, rows, left=2)
    write(t("terminal.measured", lang, runs=answer["runs"], failed=answer["failed"]))


def models_export(answer: Answer, lang: str) -> None:
    """Tell where the runs were written."""
    write(t("terminal.measured_written", lang, runs=answer["runs"], path=answer["path"]))


def models_gate(answer: Answer, lang: str) -> None:
    """Tell whether the gate is open, what held, and every accuracy that was compared."""
    write(t("terminal.gate_open" if answer["passed"] else "terminal.gate_shut", lang))
    for one in answer["broken"]:
        write(f"  ✗ {because(one, lang)}")
    for one in answer["kept"]:
        write(f"  ✓ {because(one, lang)}")
