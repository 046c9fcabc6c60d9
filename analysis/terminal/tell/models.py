"""Model precision and latency, in words: overall first, then by group, against the budgets."""

from collections.abc import Mapping
from typing import Any

from analysis import words
from analysis.terminal.screen import table, write
from analysis.terminal.tell.pieces import banner, because, footer, share
from analysis.words import t

Answer = Mapping[str, Any]
QUANTILES = ("p50_ms", "p90_ms", "p95_ms", "p99_ms")


def models(answer: Answer, lang: str) -> None:
    """Tell an answer of the room models."""
    banner(answer, lang)
    _precision(answer["precision"], lang)
    write()
    _latency(answer["latency"], lang)
    if answer["groups_left_out"]:
        write(t("terminal.groups_left_out", lang, n=answer["groups_left_out"]))
    footer(answer, lang)


def _precision(precision: Answer, lang: str) -> None:
    overall = precision["overall"]
    if overall["precision"] is None:
        write(because(overall["no_effect"], lang))
        return
    told = share(overall["precision"], overall["interval"], lang)
    unverified = words.percent(overall["unverified_share"], lang)
    write(t("terminal.precision", lang, precision=told, verified=overall["verified"], unverified=unverified))
    if len(precision["groups"]) > 1:
        heads = [
            *precision["by"],
            "n",
            *(t(f"terminal.head.{name}", lang) for name in ("verified", "precision")),
        ]
        table(heads, [_precise(row, lang) for row in precision["groups"]], left=len(precision["by"]))


def _precise(row: Answer, lang: str) -> tuple[str, ...]:
    counts = (words.number(row["n"], lang), words.number(row["verified"], lang))
    return (*_group(row), *counts, share(row["precision"], row["interval"], lang))


def _latency(latency: Answer, lang: str) -> None:
    rows = [*latency["overall"], *latency["groups"]]
    if not rows:
        write(t("terminal.no_latency", lang))
        return
    budgets = [f"≤ {budget:g} ms" for budget in latency["budgets_ms"]]
    heads = [*latency["by"], t("terminal.head.run", lang), "n", "p50", "p90", "p95", "p99", *budgets]
    everything = t("common.all", lang)
    told = [_row(row, len(latency["by"]), everything, lang) for row in rows]
    table(heads, told, left=len(latency["by"]) + 1)
    for reason in dict.fromkeys(_reasons(rows, lang)):
        write(reason)


def _row(row: Answer, columns: int, everything: str, lang: str) -> tuple[str, ...]:
    group = _group(row) or (everything, *[""] * (columns - 1))[:columns]
    run = t(f"terminal.run.{row['temperature']}", lang) if row["temperature"] else words.NOTHING
    times = [words.milliseconds(row[name]["value"], lang) for name in QUANTILES]
    within = [words.percent(budget["within"], lang) for budget in row["budgets"]]
    return (*group, run, words.number(row["n"], lang), *times, *within)


def _reasons(rows: list[Answer], lang: str) -> list[str]:
    return [
        because(row[name]["no_effect"], lang) for row in rows for name in QUANTILES if row[name]["no_effect"]
    ]


def _group(row: Answer) -> tuple[str, ...]:
    return tuple(words.NOTHING if value is None else str(value) for value in row["group"].values())
