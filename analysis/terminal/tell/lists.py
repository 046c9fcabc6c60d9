"""Lists and cohorts in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from analysis import words
from analysis.members.sentences import sentence
from analysis.terminal.screen import table, write
from analysis.terminal.tell.pieces import banner, footer
from analysis.words import t

Answer = Mapping[str, Any]
COLUMNS = ("unit", "person", "entered", "reach", "last_step", "platform", "device", "app_version")


def members(answer: Answer, lang: str) -> None:
    """Tell a list: how many, and the part that was asked for."""
    banner(answer, lang)
    write(sentence(answer["step"], answer["name"], answer["outcome"], answer["outcomes"], lang))
    if answer["members"]:
        names = [name for name in COLUMNS if name != "unit" or answer["unit"] != "user"]
        heads = [t(f"members.column.{name}", lang) for name in names]
        table(heads, [_row(one, names, answer["timezone"]) for one in answer["members"]], left=len(heads))
    footer(answer, lang)


def members_write(answer: Answer, lang: str) -> None:
    """Tell where a list was written."""
    write(t("members.written", lang, n=words.count(answer["written"], lang, "unit"), path=answer["path"]))


def cohort_add(answer: Answer, lang: str) -> None:
    """Tell how many persons a new cohort holds."""
    _saved("cohort.added", answer["cohort"], lang)


def cohort_refresh(answer: Answer, lang: str) -> None:
    """Tell how many persons the new version holds."""
    _saved("cohort.refreshed", answer["cohort"], lang)


def cohort_remove(answer: Answer, lang: str) -> None:
    """Tell that a cohort was withdrawn."""
    write(t("cohort.removed", lang, name=answer["name"]))


def cohort_list(answer: Answer, lang: str) -> None:
    """Tell every cohort: name, persons, where it comes from, who made it and when."""
    if not answer["cohorts"]:
        write(t("cohort.none", lang))
        return
    heads = [t(f"cohort.head.{name}", lang) for name in ("name", "persons", "from", "version", "who", "at")]
    rows = [
        (
            one["name"],
            words.number(one["persons"], lang),
            origin(one, lang),
            str(one["version"]),
            one["who"],
            one["at"][:16],
        )
        for one in answer["cohorts"]
    ]
    table(heads, rows, left=len(heads))


def origin(one: Answer, lang: str) -> str:
    """Where a cohort comes from: a list of a funnel, or a file of ids."""
    if one["question"] is None:
        return str(one["source"])
    asked = one["question"]
    steps = asked["funnel"]["steps"]
    place = asked.get("step") or len(steps)
    event = steps[place - 1]["event"]
    called = steps[place - 1].get("name") or (event if isinstance(event, str) else " | ".join(event))
    facts = {"outcome": t(f"members.outcome.{asked['outcome']}", lang), "step": called}
    name = asked["funnel"].get("name") or ""
    return t("cohort.origin", lang, **facts) + (f" ({name})" if name else "")


def _saved(key: str, one: Answer, lang: str) -> None:
    write(
        t(key, lang, name=one["name"], n=words.count(one["persons"], lang, "person"), version=one["version"])
    )
    if one["unknown"]:
        write(t("cohort.unknown", lang, n=words.count(one["unknown"], lang, "person")))


def _row(one: Answer, names: list[str], zone: str) -> list[str]:
    told = {**one, **{name: _moment(one[name], zone) for name in ("entered", "last_step")}}
    return [words.NOTHING if told[name] is None else str(told[name]) for name in names]


def _moment(text: str, zone: str) -> str:
    return datetime.fromisoformat(text).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")
