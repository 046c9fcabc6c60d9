"""What landed, what did not and why, in words."""

from collections.abc import Mapping
from typing import Any

from analysis import words
from analysis.terminal.screen import table, write
from analysis.words import t

Answer = Mapping[str, Any]
RAW_SHOWN = 100
STILL_SHOWN = 20


def ingest(answer: Answer, lang: str) -> None:
    """Tell what became of every line of a load."""
    files = answer["files"]
    fresh = [file for file in files if not file["already"]]
    for file in files:
        if file["already"]:
            write(t("terminal.already", lang, source=file["source"]))
        if file["note"]:
            write(str(file["note"]))
    if fresh:
        _balance(answer, sum(file["seconds"] for file in fresh), len(fresh), lang)
    if len(fresh) > 1:
        table(
            _heads(lang, "source", "lines", "landed", "duplicates", "rejected"),
            [_row(file, lang) for file in fresh],
        )
    if answer["codes"]:
        _codes(answer["codes"], lang)
        write(t("terminal.see_quarantine", lang))
    _alerts(answer, lang)


def rebuild(answer: Answer, lang: str) -> None:
    """Tell how many loads were indexed again, and what was set aside."""
    for path in answer["set_aside"]:
        write(t("terminal.set_aside", lang, path=path))
    write(t("terminal.rebuilt", lang, loads=answer["loads"], version=answer["data_version"]))


def quarantine_list(answer: Answer, lang: str) -> None:
    """Tell which lines did not land: place, code, sentence and how the line starts."""
    if not answer["total"]:
        write(t("terminal.no_rejects", lang))
        return
    for one in answer["rejects"]:
        write(f"{one['source']}:{one['line']}  {one['code']}  {one['sentence']}")
        write(f"    {one['raw'][:RAW_SHOWN]}")
    write(t("terminal.rejects", lang, shown=len(answer["rejects"]), total=answer["total"]))
    _codes(answer["codes"], lang)


def quarantine_write(answer: Answer, lang: str) -> None:
    """Tell where the rejected lines were written, to be mended."""
    write(t("terminal.written_out", lang, written=answer["written"], path=answer["path"]))


def quarantine_replay(answer: Answer, lang: str) -> None:
    """Tell what became of the lines that were sent in again."""
    still = answer["still_rejected"]
    counts = {name: answer[name] for name in ("replayed", "landed", "duplicates")}
    write(t("terminal.replayed", lang, **counts, rejected=len(still)))
    for one in still[:STILL_SHOWN]:
        write(f"{one['reject']}  {one['sentence']}")
    _alerts(answer, lang)


def _balance(answer: Answer, seconds: float, files: int, lang: str) -> None:
    write(
        t(
            "terminal.balance",
            lang,
            files=words.count(files, lang, "file"),
            lines=answer["lines"],
            landed=answer["landed"],
            duplicates=answer["duplicates"],
            rejected=answer["rejected"],
            time=words.seconds(seconds, lang),
            speed=round(answer["lines"] / seconds) if seconds > 0 else 0,
        )
    )


def _alerts(answer: Answer, lang: str) -> None:
    for one in answer["alerts"]:
        facts = {
            "name": one["name"] or one["key"],
            "step": one["step"],
            "rate": words.percent(one["rate"], lang),
        }
        write(t(f"terminal.alert.{one['state']}", lang, **facts, n=words.number(one["entered"], lang)))
        if one["problem"]:
            write(t("terminal.alert.undelivered", lang, problem=one["problem"]))
    if answer["alerts_problem"]:
        write(t("terminal.alert.not_judged", lang, problem=answer["alerts_problem"]))


def _codes(codes: Mapping[str, int], lang: str) -> None:
    table(_heads(lang, "code", "lines"), [(code, words.number(n, lang)) for code, n in codes.items()])


def _row(file: Mapping[str, Any], lang: str) -> tuple[str, ...]:
    counts = ("lines", "landed", "duplicates", "rejected")
    return (str(file["source"]), *(words.number(file[name], lang) for name in counts))


def _heads(lang: str, *names: str) -> tuple[str, ...]:
    return tuple(t(f"terminal.head.{name}", lang) for name in names)
