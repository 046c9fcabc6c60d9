"""What a comparison says in a verdict: codes with figures, shares in %-points, numbers in their own unit."""

from collections.abc import Callable, Iterable

from experiments.comparison import Comparison, NonInferiority
from experiments.stats.effects import Effect, NoEffect, Reason


def superior(one: Comparison) -> tuple[Reason, ...]:
    """A success metric is better than control."""
    return _with_effect(
        "superior",
        one,
        "{metric} in {arm} is better than control: {effect} [{low}, {high}], Holm's p = {p_value}.",
    )


def deteriorated(one: Comparison) -> tuple[Reason, ...]:
    """A success or guardrail metric is worse than control."""
    return _with_effect(
        "deteriorated",
        one,
        "{metric} in {arm} is worse than control: {effect} [{low}, {high}], p = {p_value}.",
    )


def harm_so_far(one: Comparison) -> tuple[Reason, ...]:
    """Before the planned end a metric already looks worse than control."""
    return _with_effect(
        "harm_so_far",
        one,
        "So far {metric} in {arm} looks worse than control: {effect} [{low}, {high}]; consider stopping "
        "for the users' sake.",
    )


def guardrail(one: Comparison) -> tuple[Reason, ...]:
    """A guardrail stays within its margin, may leave it, or cannot be compared."""
    found = one.non_inferiority
    if not isinstance(found, NonInferiority):
        return not_comparable(one, found)
    code = "guardrail_held" if found.shown else "guardrail_not_shown"
    said = "stays within its margin" if found.shown else "is not shown to stay within its margin"
    facts = {"bound": _figure(one, found.bound), "margin": _figure(one, found.margin)}
    sentence = "{metric} in {arm} " + said + ": at worst {bound} where {margin} is allowed."
    return (_reason(code, one, sentence, facts),)


def not_comparable(one: Comparison, why: Effect | NoEffect | None) -> tuple[Reason, ...]:
    """A metric has no effect to show; the reason why follows."""
    said = Reason(
        "verdict.not_comparable",
        f"{one.metric} in {one.arm} cannot be compared with control.",
        (("metric", one.metric), ("arm", one.arm)),
    )
    return (said, Reason(why.code, why.sentence, why.facts)) if isinstance(why, NoEffect) else (said,)


def all_of(
    say: Callable[[Comparison], tuple[Reason, ...]], comparisons: Iterable[Comparison]
) -> tuple[Reason, ...]:
    """The reasons of several comparisons, in their order."""
    return tuple(reason for one in comparisons for reason in say(one))


def _with_effect(code: str, one: Comparison, sentence: str) -> tuple[Reason, ...]:
    if not isinstance(one.effect, Effect):
        return not_comparable(one, one.effect)
    interval = one.effect.interval
    figures = {
        "effect": _figure(one, one.effect.value),
        "low": _figure(one, interval.low),
        "high": _figure(one, interval.high),
        "p_value": one.adjusted_p
        if code == "superior" and one.adjusted_p is not None
        else one.effect.p_value,
    }
    return (_reason(code, one, sentence, figures),)


def _reason(code: str, one: Comparison, sentence: str, figures: dict[str, float]) -> Reason:
    """The sentence with its figures written in the metric's unit; the facts keep the bare numbers."""
    written = {name: _written(one, value, bare=name in ("low", "high")) for name, value in figures.items()}
    written["p_value"] = f"{figures.get('p_value', 1.0):.2g}"
    facts: dict[str, str | int | float] = {"metric": one.metric, "arm": one.arm, **figures}
    return Reason(
        f"verdict.{code}_{one.unit}",
        sentence.format(metric=one.metric, arm=one.arm, **written),
        tuple(facts.items()),
    )


def _figure(one: Comparison, value: float) -> float:
    """Shares as %-points, numbers as they are."""
    return value * 100 if one.unit == "share" else value


def _written(one: Comparison, figure: float, *, bare: bool) -> str:
    if one.unit == "number":
        return f"{figure:+.4g}"
    return f"{figure:+.2f}" if bare else f"{figure:+.2f} %-points"
