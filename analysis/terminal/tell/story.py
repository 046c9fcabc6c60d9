"""The demo's story in words: one paragraph a chapter, each with its figures and how to ask again."""

from collections.abc import Mapping
from typing import Any

from analysis import words
from analysis.terminal.screen import write
from analysis.terminal.tell.pieces import change, p_value, share
from analysis.words import t

Answer = Mapping[str, Any]
Figure = Any
SHARES = {"late": "late_interval", "precision": "interval"}
CHANGES = {
    "change": "change_interval",
    "old": "old_interval",
    "new": "new_interval",
    "interaction": "interval",
}
PLAIN_SHARES = ("before", "after", "share", "result", "unverified", "within")
PLAIN_CHANGES = ("ui", "ml", "both")


def demo(answer: Answer, lang: str) -> None:
    """Tell the story that the sample holds."""
    write(t("terminal.synthetic", lang))
    for chapter in answer["chapters"]:
        facts = chapter["facts"]
        write()
        write(t(f"story.{chapter['key']}", lang))
        key = f"story.{chapter['key']}.{facts['outcome']}"
        write(f"  {t(key, lang, **_in_words(facts, lang))}")
        write(f"  $ {chapter['command']}")
    write()


def _in_words(facts: Answer, lang: str) -> dict[str, object]:
    said = {name: _one(name, value, facts, lang) for name, value in facts.items()}
    if facts.get("decision"):
        said["decision"] = t(f"decision.{facts['decision']}", lang)
    return said


def _one(name: str, value: Figure, facts: Answer, lang: str) -> object:
    if name in SHARES:
        return share(value, facts[SHARES[name]], lang)
    if name in CHANGES:
        return change(value, facts[CHANGES[name]], "share", lang)
    if name in PLAIN_CHANGES:
        return words.points(value, lang)
    if name in PLAIN_SHARES and not isinstance(value, str):
        return words.percent(value, lang)
    if name == "p":
        return p_value(value)
    if name == "times":
        return words.number(value, lang)
    if name == "limit_ms":
        return words.seconds(value / 1000, lang)
    if name.endswith("_ms"):
        return words.milliseconds(value, lang)
    return value
