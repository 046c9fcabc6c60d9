"""A readout in words: the decision and its reasons first, then the checks and every metric's arms."""

from collections.abc import Mapping
from typing import Any

from analysis import words
from analysis.terminal.screen import table, write
from analysis.terminal.tell.pieces import (
    banner,
    because,
    change,
    footer,
    level,
    p_value,
    share,
)
from analysis.words import t

Answer = Mapping[str, Any]
USUAL_LEVEL = 0.95


def readout(answer: Answer, lang: str) -> None:
    """Tell an answer of the room readout."""
    banner(answer, lang)
    if "tests" in answer:
        _tests(answer, lang)
        return
    experiment = answer["experiment"]
    write(f"{experiment['key']}: {experiment['name']}" if experiment["name"] else experiment["key"])
    _verdict(answer["verdict"], lang)
    for check in answer["checks"]:
        write(f"  {t(_label(check), lang)}  {because(check, lang)}")
    for metric in answer["metrics"]:
        _metric(metric, experiment["control"], lang)
    footer(answer, lang)


def _label(check: Answer) -> str:
    """What was tested passed or failed; the rest is to be noted."""
    if not check["passed"]:
        return "terminal.failed"
    return "terminal.note" if check["p"] is None else "terminal.passed"


def _verdict(verdict: Answer, lang: str) -> None:
    decision = verdict["decision"]
    write(t(f"decision.{decision}", lang) if decision else t("terminal.no_decision", lang))
    for reason in verdict["reasons"]:
        write(f"  - {because(reason, lang)}")


def _metric(metric: Answer, control: str, lang: str) -> None:
    write()
    role = t(f"terminal.role.{metric['role']}", lang)
    write(f"{metric['key']} ({role})")
    heads = [
        t(f"terminal.head.{name}", lang) for name in ("arm", "units", "value", "absolute", "relative", "p")
    ]
    rows, reasons = [], []
    for name, arm in metric["arms"].items():
        effect = metric["effects"].get(name, {})
        absolute, relative = effect.get("absolute") or {}, effect.get("relative") or {}
        rows.append(
            (
                f"{name} *" if name == control else name,
                words.number(arm["n"], lang),
                level(arm["value"], arm["interval"], metric["unit"], lang),
                change(absolute.get("value"), absolute.get("interval"), metric["unit"], lang),
                _ratio(relative, lang),
                p_value(absolute.get("p")),
            )
        )
        reasons += [because(said.get("why"), lang) for said in (arm, absolute, relative)]
    table(heads, rows)
    for confidence in sorted(_levels(metric)):
        write(f"  {t('terminal.other_level', lang, level=words.percent(confidence, lang))}")
    for reason in dict.fromkeys(filter(None, reasons)):
        write(f"  {reason}")
    if metric["interaction"]:
        said = metric["interaction"]
        told = change(said["value"], said["interval"], metric["unit"], lang)
        write(
            f"  {t('terminal.interaction', lang, change=told, p=p_value(said['p']))} {because(said['why'], lang)}".rstrip()
        )


def _levels(metric: Answer) -> set[float]:
    """Levels of the changes' intervals other than 95 %: several comparisons share one alpha."""
    found = {effect["absolute"]["level"] for effect in metric["effects"].values()}
    return {confidence for confidence in found if confidence and abs(confidence - USUAL_LEVEL) > 1e-9}


def _ratio(said: Answer, lang: str) -> str:
    if said.get("value") is None:
        return words.NOTHING
    ends = ", ".join(words.percent(end, lang, digits=0, signed=True) for end in said["interval"])
    return f"{words.percent(said['value'], lang, digits=0, signed=True)} [{ends}]"


def _tests(answer: Answer, lang: str) -> None:
    heads = [t(f"terminal.head.{name}", lang) for name in ("test", "arm", "units", "hits", "value", "p")]
    rows, reasons = [], []
    for test in answer["tests"]:
        for name, arm in test["arms"].items():
            rate = share(arm["value"], arm["interval"], lang)
            counts = (words.number(arm["n"], lang), words.number(arm["x"], lang))
            rows.append((test["test"], name, *counts, rate, p_value(test["omnibus"]["p"])))
        reasons.append(because(test["omnibus"]["why"], lang))
        if test["sample_ratio"].get("passed") is False:
            reasons.append(f"{test['test']}: {because(test['sample_ratio'], lang)}")
    table(heads, rows, left=2)
    for reason in dict.fromkeys(filter(None, reasons)):
        write(reason)
    write(t("terminal.tests", lang, **answer["summary"]))
