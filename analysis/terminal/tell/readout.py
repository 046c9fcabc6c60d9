"""A readout in words: the plan, the decision and its reasons first, then the checks and every metric's arms."""

import math
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from analysis import words
from analysis.terminal.screen import table, write
from analysis.terminal.tell.measured import levels, measured, told_level
from analysis.terminal.tell.pieces import (
    banner,
    because,
    footer,
    p_value,
    share,
)
from analysis.words import t

Answer = Mapping[str, Any]
NO_PRICE = 1.005


def readout(answer: Answer, lang: str) -> None:
    """Tell an answer of the room readout."""
    banner(answer, lang)
    if "tests" in answer:
        _tests(answer, lang)
        return
    experiment = answer["experiment"]
    write(f"{experiment['key']}: {experiment['name']}" if experiment["name"] else experiment["key"])
    _plan(answer, lang)
    _verdict(answer["verdict"], lang)
    _looking(answer, lang)
    for check in answer["checks"]:
        write(f"  {t(_label(check), lang)}  {_checked(answer, check, lang)}")
    for metric in answer["metrics"]:
        measured(metric, experiment, lang)
    write()
    write(t("terminal.readout_further", lang))
    footer(answer, lang)


def _plan(answer: Answer, lang: str) -> None:
    """What was planned and where it stands: the unit, alpha, the way of looking, the state, since when, how many."""
    plan = answer["experiment"]
    looks = t(
        f"readout.looked.{plan['peeking']}",
        lang,
        often=t(f"readout.looks.{plan['looks']}", lang),
        spending=t(f"readout.spending.{plan['spending']}", lang),
    )
    planned = [
        t(f"readout.unit.{plan['unit']}", lang),
        t("readout.alpha", lang, alpha=f"{plan['alpha']:g}"),
        looks,
    ]
    write(" · ".join(planned))
    if plan["hypothesis"]:
        write(f"{t('readout.hypothesis', lang)} {plan['hypothesis']}")
    unit = "person" if plan["unit"] == "user" else plan["unit"]
    stands = [t(f"readout.state.{answer['state']}", lang)]
    if answer["since"]:
        day = datetime.combine(date.fromisoformat(answer["since"]), time(), ZoneInfo(words.ZONE))
        stands.append(t("readout.since", lang, day=words.date(day, lang)))
    if plan["planned_units"] is None:
        stands.append(t("readout.counted", lang, n=words.count(answer["units"], lang, unit)))
    else:
        watched = words.count(answer["units_watched"], lang, unit)
        stands.append(
            t("readout.of_planned", lang, n=watched, planned=words.number(plan["planned_units"], lang))
        )
    if answer["decided_at"]:
        decided = words.moment(datetime.fromisoformat(answer["decided_at"]), lang)
        stands.append(t("readout.decided_at", lang, until=decided))
    write(" · ".join(stands))


def _looking(answer: Answer, lang: str) -> None:
    """How the intervals may be looked at, and what that costs in width."""
    plan = answer["experiment"]
    effects = [effect for metric in answer["metrics"] for effect in metric["effects"].values()]
    widths = [effect["width"] for effect in effects if effect["width"] is not None]
    if widths:
        spending = t(f"readout.spending.{plan['spending']}", lang)
        often = t(f"readout.looks.{plan['looks']}", lang)
        facts = {"width": max(widths), "tuned_to": plan["tuned_to"], "spending": spending, "often": often}
        told = t(f"readout.way.{plan['peeking']}", lang, **facts)
        write(f"  {told}")
        _price(answer, max(widths), lang)
    together = 1 - float(plan["alpha"])
    success = [metric for metric in answer["metrics"] if metric["role"] == "success"]
    for level in sorted({told_level(level) for metric in success for level in levels(metric)}):
        if level != told_level(together):
            told = t("terminal.other_level", lang, level=level, together=told_level(together))
            write(f"  {told}")


def _price(answer: Answer, width: float, lang: str) -> None:
    """How many days more of units make up for the width."""
    if answer["state"] != "running" or width < NO_PRICE or not answer["units_per_day"]:
        return
    more = (width**2 - 1) * answer["units_watched"]
    days = words.number(math.ceil(more / answer["units_per_day"]), lang)
    told = t("readout.price", lang, days=days, units=words.number(math.ceil(more), lang))
    write(f"  {told}")


def _checked(answer: Answer, check: Answer, lang: str) -> str:
    """What a check found; of the sample ratio, where it is looked at twice, also when."""
    key, said = f"readout.check.{check['key']}", because(check, lang)
    twice = any(one["key"] == "sample_ratio_after_exclusions" for one in answer["checks"])
    return t(key, lang, said=said) if twice and words.has(key) else said


def _label(check: Answer) -> str:
    """What was tested passed or failed; the rest is to be noted."""
    if not check["passed"]:
        return "terminal.failed"
    return "terminal.note" if check["p"] is None else "terminal.passed"


def _verdict(verdict: Answer, lang: str) -> None:
    decision = verdict["decision"]
    write(_decided(verdict, lang) if decision else t("terminal.no_decision", lang))
    for reason in verdict["reasons"]:
        write(f"  - {because(reason, lang)}")


def _decided(verdict: Answer, lang: str) -> str:
    """What to do, as the page says it: which arms to ship, or why none."""
    decision, codes = verdict["decision"], {reason["code"] for reason in verdict["reasons"]}
    if decision == "ship":
        won = [
            str(reason["facts"]["arm"])
            for reason in verdict["reasons"]
            if reason["code"].startswith("verdict.superior")
        ]
        return t("readout.decision.ship", lang, arms=words.listed(list(dict.fromkeys(won)), lang))
    if decision == "do_not_ship":
        harm = any(code.startswith("verdict.deteriorated") for code in codes)
        why = "harm" if harm else "futile" if "verdict.futile" in codes else "unshown"
        return t(f"readout.decision.do_not_ship.{why}", lang)
    return t(f"readout.decision.{decision}", lang)


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
