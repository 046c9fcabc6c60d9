"""A funnel in words: every step with its units, rates and times, the largest loss, and the groups beside it."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from analysis import words
from analysis.terminal.screen import table, write
from analysis.terminal.tell.pieces import FULL, banner, because, footer
from analysis.words import t

Answer = Mapping[str, Any]
BAR_WIDTH = 24


def funnel(answer: Answer, lang: str) -> None:
    """Tell an answer of the room funnel."""
    banner(answer, lang)
    if answer["name"]:
        write(answer["name"])
    if answer["cannot_say"]:
        write(because(answer["cannot_say"], lang))
    else:
        _steps(answer["steps"], lang)
        _loss(answer["steps"], lang)
        _groups(answer, lang)
    _left_out(answer, lang)
    footer(answer, lang)


def _steps(steps: Sequence[Answer], lang: str) -> None:
    heads = [
        t(f"terminal.head.{name}", lang)
        for name in ("step", "units", "from_start", "from_previous", "half", "slow")
    ]
    rows = [
        (
            f"{place}. {step['name']}",
            words.number(step["units"], lang),
            words.percent(step["from_start"], lang),
            words.percent(step["from_previous"], lang) if place > 1 else "",
            words.seconds(step["time"]["p50_s"], lang) if step["time"] else "",
            words.seconds(step["time"]["p90_s"], lang) if step["time"] else "",
            FULL * round((step["from_start"] or 0) * BAR_WIDTH),
        )
        for place, step in enumerate(steps, start=1)
    ]
    table([*heads, ""], rows)


def _loss(steps: Sequence[Answer], lang: str) -> None:
    required = [step for step in steps if not step["optional"]]
    lost = [(after["of_previous"] - after["units"], before, after) for before, after in pairwise(required)]
    most, before, after = max(lost, key=lambda one: one[0], default=(0, {}, {}))
    if most:
        share = most / steps[0]["units"]
        told = {"lost": words.number(most, lang), "share": words.percent(share, lang)}
        write(t("terminal.loss", lang, before=before["name"], after=after["name"], **told))


def _groups(answer: Answer, lang: str) -> None:
    if not answer["groups"]:
        return
    names = [step["name"] for step in answer["steps"]]
    arms = [t("funnel.exposed", lang)] if answer["experiment"] else []
    rows = []
    for group in answer["groups"]:
        exposed = [words.number(group["exposed"], lang)] if arms else []
        rates = [_rate(step, lang) for step in group["steps"][1:]]
        rows.append((_label(group, lang), *exposed, words.number(group["steps"][0]["units"], lang), *rates))
    table([t("terminal.head.group", lang), *arms, *names], rows)


def _rate(step: Answer, lang: str) -> str:
    return t("funnel.absent", lang) if step["absent"] else words.percent(step["from_start"], lang)


def _label(group: Answer, lang: str) -> str:
    if group["kind"] == "missing":
        return t("common.unknown", lang)
    if group["kind"] == "rest":
        return t("terminal.others", lang, n=group["values"])
    return ", ".join(t("common.unknown", lang) if one is None else one for one in group["by"])


def _left_out(answer: Answer, lang: str) -> None:
    if answer["units_without_id"]:
        write(t("terminal.without_unit", lang, n=answer["units_without_id"]))
    for field, n in answer["not_numbers"].items():
        write(t("terminal.not_numbers", lang, field=field, n=n))
    growing = max((step["maturing"] for step in answer["steps"]), default=0)
    if growing:
        write(t("terminal.maturing", lang, n=growing))
