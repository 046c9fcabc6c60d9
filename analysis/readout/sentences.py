"""The readout in words: values, effects with arrows, and the decision, in English or Japanese."""

from typing import Literal

from analysis import words
from analysis.readout.answers import ArmValue, MetricReadout, ReadoutAnswer
from experiments.comparison import Comparison, NonInferiority
from experiments.metrics import Unit, margin_of
from experiments.stats.effects import Check, Effect, Estimate, NoEffect
from experiments.stats.proportions import ChiSquare
from experiments.verdict import Decision, Verdict

_ALMOST_SURE = 0.9995
Outcome = Literal["better", "worse", "undecided", "none"]
SIGNS = {
    "better": ":material/trending_up:",
    "worse": ":material/trending_down:",
    "undecided": ":material/remove:",
}


def outcome(one: Comparison, alpha: float) -> Outcome:
    """Whether an effect is told from zero, and in the good direction: by the adjusted p-value where there is one."""
    if isinstance(one.effect, NoEffect) or one.improvement is None:
        return "none"
    p_value = one.effect.p_value if one.adjusted_p is None else one.adjusted_p
    if p_value > alpha or one.improvement == 0:
        return "undecided"
    return "better" if one.improvement > 0 else "worse"


def outcome_in_words(one: Comparison, alpha: float, lang: str) -> str:
    """The word and the arrow of the effect's own direction: "Better ↑", "Worse ↓"; of a guardrail whether it is held."""
    said = outcome(one, alpha)
    if one.role == "guardrail" and said != "worse":
        return words.t(f"readout.guardrail.{_held(one)}", lang)
    word = words.t(f"readout.outcome.{said}", lang)
    if said in ("undecided", "none") or isinstance(one.effect, NoEffect):
        return word
    return f"{word} {'↑' if one.effect.value > 0 else '↓'}"


def _held(one: Comparison) -> Literal["held", "unshown", "none"]:
    if not isinstance(one.non_inferiority, NonInferiority):
        return "none"
    return "held" if one.non_inferiority.shown else "unshown"


def bound_in_words(one: Comparison, lang: str) -> str:
    """How bad a guardrail's change may be, beside its margin."""
    found = one.non_inferiority
    if not isinstance(found, NonInferiority):
        return words.NOTHING
    bound, margin = (change(value, one.unit, lang) for value in (found.bound, found.margin))
    return words.t("readout.bound_of", lang, bound=bound, margin=margin)


def amount(value: float | None, unit: Unit, lang: str) -> str:
    """A metric's value: a share as a percentage, a number as it is."""
    return words.percent(value, lang, digits=2) if unit == "share" else words.number(value, lang, digits=3)


def change(value: float | None, unit: Unit, lang: str) -> str:
    """A metric's absolute change: shares in %-points, numbers signed."""
    if unit == "share" or value is None:
        return words.points(value, lang, digits=2)
    return f"{'+' if value > 0 else ''}{words.number(value, lang, digits=3)}"


def arm_in_words(arm: ArmValue, unit: Unit, lang: str) -> str:
    """One arm's value with its interval and counts, or why there is none."""
    if isinstance(arm.value, NoEffect):
        return words.reason(arm.value, lang)
    return amount(arm.value.value, unit, lang) + interval_of(arm.value, unit, lang)


def interval_of(found: Estimate | Effect, unit: Unit, lang: str) -> str:
    """An interval in brackets after its value; empty where there is none."""
    if found.interval is None:
        return ""
    show = amount if isinstance(found, Estimate) else _bare
    low, high = (show(end, unit, lang) for end in (found.interval.low, found.interval.high))
    return f" [{words.between(low, high, lang)}]"


def _bare(value: float, unit: Unit, lang: str) -> str:
    """A change whose unit stands before it."""
    scaled, digits = (value * 100, 2) if unit == "share" else (value, 3)
    return f"{'+' if scaled > 0 else ''}{words.number(scaled, lang, digits=digits)}"


def effect_in_words(found: Effect | NoEffect, unit: Unit, lang: str) -> str:
    """An absolute effect with its interval, or why there is none."""
    if isinstance(found, NoEffect):
        return words.reason(found, lang)
    return change(found.value, unit, lang) + interval_of(found, unit, lang)


def relative_in_words(found: Effect | NoEffect, lang: str) -> str:
    """A relative effect with its interval, or a dash."""
    if isinstance(found, NoEffect):
        return words.NOTHING
    low, high = (words.percent(end, lang, signed=True) for end in (found.interval.low, found.interval.high))
    return f"{words.percent(found.value, lang, signed=True)} [{words.between(low, high, lang)}]"


def p_in_words(p_value: float) -> str:
    """A p-value with four decimals, or that it is smaller."""
    return "< 0.0001" if p_value < 0.0001 else f"{p_value:.4f}"


def omnibus_in_words(found: ChiSquare, lang: str) -> str:
    """The test of all arms at once, as a line."""
    p_value = p_in_words(found.p_value)
    equals = p_value if p_value.startswith("<") else f"= {p_value}"
    return words.t("readout.omnibus", lang, statistic=found.statistic, df=found.freedom, p=equals)


def interaction_in_words(found: Effect | NoEffect, lang: str) -> str:
    """Whether two tactics add up, with the interaction in %-points, or why it cannot be said."""
    if isinstance(found, NoEffect):
        return words.reason(found, lang)
    low, high = (words.points(end, lang, digits=2) for end in (found.interval.low, found.interval.high))
    key = "readout.interaction_none" if found.interval.contains(0) else "readout.interaction_some"
    value = words.points(found.value, lang, digits=2)
    return words.t(key, lang, value=value, interval=words.between(low, high, lang))


def decision_of(found: ReadoutAnswer) -> Decision | None:
    """The decision, or None where none may be drawn."""
    return found.verdict.decision if isinstance(found.verdict, Verdict) else None


def decision_in_words(found: ReadoutAnswer, lang: str) -> str:
    """What to do, as one sentence."""
    decision = decision_of(found)
    if decision is None:
        return words.t("readout.decision.none", lang)
    if decision == "ship" and isinstance(found.verdict, Verdict):
        won = [
            str(dict(reason.facts)["arm"])
            for reason in found.verdict.reasons
            if reason.code.startswith("verdict.superior")
        ]
        return words.t("readout.decision.ship", lang, arms=words.listed(list(dict.fromkeys(won)), lang))
    if decision == "do_not_ship" and isinstance(found.verdict, Verdict):
        codes = {reason.code for reason in found.verdict.reasons}
        harm = any(code.startswith("verdict.deteriorated") for code in codes)
        why = "harm" if harm else "futile" if "verdict.futile" in codes else "unshown"
        return words.t(f"readout.decision.do_not_ship.{why}", lang)
    return words.t(f"readout.decision.{decision}", lang)


def check_in_words(found: ReadoutAnswer, check: Check, lang: str) -> str:
    """What a check found; of the sample ratio, where it is looked at twice, also when."""
    said, key = words.reason(check.reason, lang), f"readout.check.{check.key}"
    twice = any(one.key == "sample_ratio_after_exclusions" for one in found.checks)
    return words.t(key, lang, said=said) if twice and words.has(key) else said


def reasons_in_words(found: ReadoutAnswer, lang: str) -> list[str]:
    """Why, one sentence a reason."""
    said = found.verdict.reasons if isinstance(found.verdict, Verdict) else (found.verdict,)
    return [words.reason(reason, lang) for reason in said]


def minimum_of(metric: MetricReadout, one: Comparison) -> float | None:
    """The smallest effect that would matter, in the metric's unit; None where none is named or control has no value."""
    if metric.minimum is None:
        return None
    least = margin_of(metric.minimum, "minimum")
    if not least.relative:
        return least.amount
    base = one.control_value
    return None if isinstance(base, NoEffect) else least.amount * abs(base.value)


def belief_in_words(metric: MetricReadout, lang: str) -> list[str]:
    """The Bayesian reading of every treatment: chance to be better, and what either choice may lose."""
    told = []
    for arm, found in metric.posteriors.items():
        if isinstance(found, NoEffect):
            continue
        prior = "stated" if found.method == "bayes_normal" else "flat"
        told.append(
            words.t(
                "readout.belief",
                lang,
                arm=arm,
                chance=chance_in_words(found.chance_better, lang),
                shipping=loss(found.loss_shipping, metric.unit, lang),
                keeping=loss(found.loss_keeping, metric.unit, lang),
                prior=words.t(f"readout.prior.{prior}", lang),
            )
        )
    return told


def chance_in_words(chance: float, lang: str) -> str:
    """A chance that never says certain: > 99.9% and < 0.1% at the ends."""
    if chance > _ALMOST_SURE:
        return f"> {words.percent(0.999, lang)}"
    if chance < 1 - _ALMOST_SURE:
        return f"< {words.percent(0.001, lang)}"
    return words.percent(chance, lang)


def loss(value: float, unit: Unit, lang: str) -> str:
    """An expected loss, without sign: shares in %-points."""
    return change(value, unit, lang).removeprefix("+")


def pairs_in_words(metric: MetricReadout, lang: str) -> list[str]:
    """Which arms differ from each other, one line a pair of treatments; none with two arms."""
    return [
        words.t(
            "readout.pair.differs" if pair.differs else "readout.pair.alike",
            lang,
            control=pair.control,
            treatment=pair.treatment,
            change=effect_in_words(pair.effect, metric.unit, lang),
            p=p_in_words(pair.p_value),
        )
        for pair in metric.pairs
        if isinstance(pair.effect, Effect) and pair.p_value is not None
    ]
