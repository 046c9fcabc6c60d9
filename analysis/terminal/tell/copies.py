"""The copies on record, in words."""

import json
from collections.abc import Mapping
from typing import Any

from analysis import words
from analysis.copies.sentences import letter
from analysis.terminal.screen import table, write
from analysis.terminal.tell.pieces import because
from analysis.words import t

Answer = Mapping[str, Any]


def copies(answer: Answer, lang: str) -> None:
    """Tell the variants, best first, each with its rate, interval and brackets."""
    if answer["cannot_say"]:
        write(str(answer["cannot_say"]["sentence"]))
    elif answer["experiment"] is None:
        write(t("terminal.observational", lang))
    if answer["display_differs"]:
        write(because(answer["display_differs"], lang))
    for place, one in enumerate(answer["variants"], start=1):
        name = " · ".join(str(one[key]) for key in ("arm", "copy_id", "design_id", "language") if one[key])
        low, high = (words.percent(end, lang) for end in one["interval"])
        bracket = " ".join(letter(number) for number in one["ties"])
        write(
            t("terminal.copies.place", lang, place=place, name=name or t("common.unknown", lang), n=one["n"],
              rate=words.percent(one["rate"], lang), interval=words.between(low, high, lang),
              bracket=t("terminal.copies.bracket", lang, letters=bracket) if bracket else "")
        )  # fmt: skip


def copy_add(answer: Answer, lang: str) -> None:
    """Tell which copies are new on record and which stood there already."""
    for kind in ("added", "same"):
        for key in answer[kind]:
            write(t(f"terminal.copy_{kind}", lang, key=_named(key, lang)))


def copy_list(answer: Answer, lang: str) -> None:
    """Tell every copy: its id, language, design, first line, who wrote it and when."""
    if not answer["copies"]:
        write(t("terminal.no_copies", lang))
        return
    names = ("copy", "language", "design", "first_line", "who", "at")
    heads = [t(f"terminal.head.{name}", lang) for name in names]
    table(heads, [_row(record) for record in answer["copies"]], left=len(heads))


def copy_remove(answer: Answer, lang: str) -> None:
    """Tell that a copy is withdrawn."""
    write(t("terminal.copy_removed", lang, key=_named(answer["key"], lang)))


def _named(key: str, lang: str) -> str:
    return words.listed([part for part in json.loads(key) if part], lang)


def _row(record: Mapping[str, Any]) -> tuple[str, ...]:
    body = record["body"]
    first = str(body.get("title") or body["text"]).split("\n", 1)[0]
    return (
        str(body["copy_id"]),
        str(body["language"]),
        str(body.get("design_id") or ""),
        first,
        str(record["who"]),
        str(record["at"])[:16],
    )
