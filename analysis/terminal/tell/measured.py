"""One metric of a readout on a terminal: what is measured, every arm against control, and how to take it."""

from collections.abc import Mapping
from typing import Any

from analysis import words
from analysis.terminal.screen import table, write
from analysis.terminal.tell.pieces import because, change, level, p_value
from analysis.words import t
from analysis.words.headings import heading

Answer = Mapping[str, Any]


def measured(metric: Answer, experiment: Answer, lang: str) -> None:
    """Tell one metric of a readout.

    Args:
        metric: one of the answer's `metrics`.
        experiment: the answer's `experiment`.
        lang: `en` or `ja`.
    """
    alpha, control = float(experiment["alpha"]), str(experiment["control"])
    write()
    what = heading(
        metric["key"],
        metric["kind"],
        metric["event"],
        metric["from"],
        metric["within"],
        metric["delay"],
        lang,
    )
    role, good = t(f"terminal.role.{metric['role']}", lang), t(f"readout.good.{metric['direction']}", lang)
    write(t("terminal.metric", lang, what=what, role=role, good=good))
    guardrail = metric["role"] == "guardrail"
    heads = [
        t("readout.arm", lang),
        t("terminal.head.units", lang),
        t("terminal.head.value_at", lang, level=told_level(1 - alpha)),
        t("terminal.head.change_at", lang, level=told_level(max(levels(metric), default=1 - alpha))),
        t("terminal.head.relative", lang),
        t(f"terminal.head.p.{metric['role']}", lang),
        *([t("readout.bound", lang)] if guardrail else []),
        t("readout.outcome", lang),
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
                p_value(_p(effect)),
                *([_bound(effect, metric["unit"], lang)] if guardrail else []),
                t("readout.control", lang) if name == control else _reading(effect, metric, alpha, lang),
            )
        )
        bound = effect.get("non_inferiority") or {}
        reasons += [because(said.get("why"), lang) for said in (arm, absolute, relative, bound)]
    table(heads, rows)
    for line in dict.fromkeys(filter(None, [*_beside(metric, lang), *reasons])):
        write(f"  {line}")


def _beside(metric: Answer, lang: str) -> list[str]:
    """What stands under the table: adjustment, the smallest effect that matters, all arms at once, beliefs, pairs."""
    effects, unit = metric["effects"], metric["unit"]
    told = []
    explained = [one["adjusted_for"] for one in effects.values() if one["adjusted_for"] is not None]
    if explained:
        told.append(t("readout.adjusted_for", lang, share=max(explained)))
    least = metric["minimum"]
    if least is not None:
        shown = (
            t("readout.of_control", lang, share=least)
            if isinstance(least, str)
            else change(least, None, unit, lang)
        )
        told.append(t("terminal.minimum", lang, minimum=shown.removeprefix("+")))
    told += [_small(arm, one["smallness"], unit, lang) for arm, one in effects.items() if _is_small(one)]
    omnibus = metric["omnibus"]
    if len(metric["arms"]) > 2 and omnibus["p"] is not None:
        equals = f"{'' if omnibus['p'] < 0.001 else '= '}{p_value(omnibus['p'])}"
        told.append(t("readout.omnibus", lang, statistic=omnibus["statistic"], df=omnibus["df"], p=equals))
    said = metric["interaction"]
    if said:
        shown, why = change(said["value"], said["interval"], unit, lang), because(said["why"], lang)
        told.append(
            t("terminal.no_interaction", lang, why=why)
            if why
            else t("terminal.interaction", lang, change=shown, p=p_value(said["p"]))
        )
    for arm, one in effects.items():
        belief = one["bayes"]
        if belief["chance_better"] is not None:
            told.append(_belief(arm, belief, unit, lang))
    for pair in metric["pairs"]:
        if pair["value"] is not None and pair["adjusted_p"] is not None:
            shown = change(pair["value"], pair["interval"], unit, lang)
            key = "readout.pair.differs" if pair["differs"] else "readout.pair.alike"
            arms = {"control": pair["control"], "treatment": pair["treatment"]}
            told.append(t(key, lang, **arms, change=shown, p=p_value(pair["adjusted_p"])))
    return told


def _is_small(effect: Answer) -> bool:
    return bool((effect.get("smallness") or {}).get("shown"))


def _small(arm: str, found: Answer, unit: str, lang: str) -> str:
    """That a change is too small to matter, with its bounds."""
    low, high = (change(end, None, unit, lang) for end in found["bounds"])
    return t("readout.small", lang, arm=arm, low=low, high=high)


def _belief(arm: str, belief: Answer, unit: str, lang: str) -> str:
    """The Bayesian reading of one arm; a chance never says certain."""
    chance = min(max(belief["chance_better"], 0.001), 0.999)
    sign = {0.001: "< ", 0.999: "> "}.get(chance, "")
    losses = [belief[name] for name in ("loss_shipping", "loss_keeping")]
    shipping, keeping = (
        change(loss if loss > max(losses) / 1000 else 0.0, None, unit, lang).removeprefix("+")
        for loss in losses
    )
    return t(
        "terminal.belief",
        lang,
        arm=arm,
        chance=f"{sign}{words.percent(chance, lang)}",
        shipping=shipping,
        keeping=keeping,
    )


def _reading(effect: Answer, metric: Answer, alpha: float, lang: str) -> str:
    """Better, worse or undecided, as the page says it; of a guardrail whether it stays within its margin."""
    absolute, p = effect["absolute"], _p(effect)
    improvement = None
    if absolute["value"] is not None:
        improvement = absolute["value"] if metric["direction"] == "up" else -absolute["value"]
    told = p is not None and p <= alpha and improvement
    if metric["role"] == "guardrail" and not (told and improvement is not None and improvement < 0):
        shown = (effect["non_inferiority"] or {}).get("shown")
        held = {True: "held", False: "unshown", None: "none"}[shown]
        return t(f"readout.guardrail.{held}", lang)
    if improvement is None:
        return t("readout.outcome.none", lang)
    if not told:
        return t("readout.outcome.undecided", lang)
    word = t(f"readout.outcome.{'better' if improvement > 0 else 'worse'}", lang)
    return f"{word} {'↑' if absolute['value'] > 0 else '↓'}"


def _bound(effect: Answer, unit: str, lang: str) -> str:
    found = effect.get("non_inferiority") or {}
    if found.get("bound") is None:
        return words.NOTHING
    bound, margin = (change(found[name], None, unit, lang) for name in ("bound", "margin"))
    return t("readout.bound_of", lang, bound=bound, margin=margin)


def _p(effect: Answer) -> float | None:
    """The p-value that decides: the adjusted one, where there is one."""
    adjusted = effect.get("adjusted_p")
    return (effect.get("absolute") or {}).get("p") if adjusted is None else adjusted


def levels(metric: Answer) -> set[float]:
    """Levels of the intervals of a metric's changes."""
    return {one["absolute"]["level"] for one in metric["effects"].values() if one["absolute"]["level"]}


def told_level(confidence: float) -> str:
    """A confidence level as a percentage: .975 is "97.5%"."""
    return f"{100 * confidence:.4g}%"


def _ratio(said: Answer, lang: str) -> str:
    if said.get("value") is None:
        return words.NOTHING
    ends = ", ".join(words.percent(end, lang, digits=0, signed=True) for end in said["interval"])
    return f"{words.percent(said['value'], lang, digits=0, signed=True)} [{ends}]"
