"""Answers as words: the JSON of a verb told in English or Japanese on a terminal."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

Answer = Mapping[str, Any]
TELLERS = {
    "ingest": "landed",
    "rebuild": "landed",
    "quarantine_list": "landed",
    "quarantine_write": "landed",
    "quarantine_replay": "landed",
    "experiment_add": "experiments",
    "experiment_list": "experiments",
    "copies": "copies",
    "copy_add": "copies",
    "copy_list": "copies",
    "copy_remove": "copies",
    "doctor": "findings",
    "demo": "story",
    "funnel": "funnel",
    "taps": "taps",
    "readout": "readout",
    "models": "models",
    "models_import": "measured_runs",
    "models_export": "measured_runs",
    "models_gate": "measured_runs",
    "members": "lists",
    "members_write": "lists",
    "cohort_add": "lists",
    "cohort_list": "lists",
    "cohort_refresh": "lists",
    "cohort_remove": "lists",
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why a verb could not be done, and the exit code that says so."""

    sentence: str
    exit_code: int


def as_text(answer: Answer) -> str:
    """The answer as JSON text for scripts: indented, every letter as itself, no NaN."""
    return json.dumps(answer, ensure_ascii=False, indent=2, allow_nan=False)


def complaint(answer: Answer) -> Complaint | None:
    """Why the verb was refused, or None.

    Args:
        answer: a verb's JSON.

    Returns:
        The sentence and exit code; sources that could not be read at all are bad input too.
    """
    error = answer.get("error")
    if error:
        return Complaint(str(error["sentence"]), int(error["exit"]))
    if answer.get("passed") is False:
        return Complaint("The gate is shut.", 1)
    unread = answer.get("errors")
    if unread:
        return Complaint("\n".join(str(one["sentence"]) for one in unread), 2)
    return None


def tell(verb: str, answer: Answer, lang: str) -> None:
    """Write an answer in words and tables.

    Args:
        verb: the verb that gave it.
        answer: its JSON, not a refusal.
        lang: `en` or `ja`.
    """
    module = import_module(f"analysis.terminal.tell.{TELLERS[verb]}")
    teller: Callable[[Answer, str], None] = getattr(module, verb)
    teller(answer, lang)
