"""The experiments on record, in words."""

from collections.abc import Mapping
from typing import Any

from analysis.terminal.screen import table, write
from analysis.words import t

Answer = Mapping[str, Any]


def experiment_add(answer: Answer, lang: str) -> None:
    """Tell whether the experiment is new on record or stood there already."""
    key = "terminal.experiment_added" if answer["added"] else "terminal.experiment_same"
    write(t(key, lang, key=answer["key"]))


def experiment_list(answer: Answer, lang: str) -> None:
    """Tell every experiment: its key, name, variants, who wrote it and when."""
    if not answer["experiments"]:
        write(t("terminal.no_experiments", lang))
        return
    heads = [t(f"terminal.head.{name}", lang) for name in ("key", "name", "variants", "who", "at")]
    table(heads, [_row(record) for record in answer["experiments"]], left=len(heads))


def _row(record: Mapping[str, Any]) -> tuple[str, ...]:
    body = record["body"]
    variants = ", ".join(str(variant["key"]) for variant in body["variants"])
    return (
        str(record["key"]),
        str(body.get("name", "")),
        variants,
        str(record["who"]),
        str(record["at"])[:16],
    )
