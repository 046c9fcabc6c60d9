"""May a model be released? Budgets that its measurements must keep, and how much accuracy it may lose against another."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.stats import proportions
from experiments.stats.effects import Effect, NoEffect, Reason
from experiments.stats.samples import Count

SHARES_OF_ITEMS = frozenset({"top1", "top5", "accuracy"})
"""Accuracies that are right items / items; others (map, miou, f1) are no counts and have no interval here."""
_BUDGET = re.compile(r"([a-z0-9_]+)(?::([a-z0-9_.]+))?=([0-9.eE+-]+)")


@dataclass(frozen=True, slots=True)
class Budget:
    """What no measurement may exceed.

    Args:
        quantity: What is measured, its unit in its name: "latency_ms".
        statistic: Which figure of it: "p90"; None means every one that a run tells.
        most: The largest value that keeps it, itself included.
    """

    quantity: str
    statistic: str | None
    most: float


@dataclass(frozen=True, slots=True)
class Measurement:
    """One figure of one run.

    Args:
        run: The run's name.
        place: What tells it from others, in words: its device, runtime and delegate.
        quantity, statistic, value, n: The figure; n = items or inferences behind it, None if not told.
        dataset: On which accuracy was measured; None if not told.
    """

    run: str
    place: str
    quantity: str
    statistic: str
    value: float
    n: int | None = None
    dataset: str | None = None


@dataclass(frozen=True, slots=True)
class Loss:
    """How much less accurate the candidate is than the baseline.

    Args:
        statistic, dataset: Which accuracy, on what.
        place: Where the candidate ran.
        baseline, candidate: Both accuracies, 0 to 1.
        effect: candidate − baseline with its interval; a NoEffect where no count is behind it.
    """

    statistic: str
    dataset: str | None
    place: str
    baseline: float
    candidate: float
    effect: Effect | NoEffect


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate's answer.

    Args:
        passed: Whether nothing is broken.
        broken: Why not; empty if it passed.
        kept: What was looked at and held.
        losses: Every accuracy that was compared.
    """

    passed: bool
    broken: tuple[Reason, ...]
    kept: tuple[Reason, ...]
    losses: tuple[Loss, ...]


def budget_of(text: str) -> Budget:
    """A budget as people type it: "latency_ms:p90=50" or "size_mb=10".

    Args:
        text: QUANTITY[:STATISTIC]=NUMBER.

    Raises:
        ValueError: It is none.
    """
    found = _BUDGET.fullmatch(text.strip())
    try:
        most = float(found.group(3)) if found else -1.0
    except ValueError:
        most = -1.0
    if found is None or not 0 < most < float("inf"):
        raise ValueError(
            f"`budget` is {text!r}; must be QUANTITY[:STATISTIC]=NUMBER; write latency_ms:p90=50."
        )
    return Budget(found.group(1), found.group(2), most)


def gate(
    candidate: Sequence[Measurement],
    baseline: Sequence[Measurement],
    budgets: Sequence[Budget],
    margin: float | None,
    *,
    proven: bool = False,
    failed: Sequence[str] = (),
) -> Gate:
    """Hold a candidate against budgets and against a baseline.

    A budget is broken by any run above it, and where nothing was measured: what nobody measured keeps no budget. Accuracy is
    compared on the same data set and statistic, every run of the candidate with the best of the baseline: broken where the loss
    is larger than the margin or, if it must be `proven`, where the interval of the loss (Newcombe 1998, of two samples; level
    .95, so one-sided .025) does not end within the margin. One thousand items prove no margin below 3 to 4 points.

    Args:
        candidate: Figures of the model that wants to be released.
        baseline: Figures of what it is compared with; empty if `margin` is None.
        budgets: What it must keep.
        margin: The largest loss of accuracy that is borne, 0 to 1 (0.01 is a point); None compares none.
        proven: Whether a loss beyond the margin must be ruled out, not only unseen.
        failed: In words, runs of the candidate that came to nothing; each breaks the gate.

    Returns:
        What is broken and what holds.

    Raises:
        ValueError: The margin is outside [0, 1), or there is nothing to hold against.
    """
    if margin is not None and not 0 <= margin < 1:
        raise ValueError(f"`margin` is {margin}; must be at least 0 and below 1; write a point as 0.01.")
    if not budgets and margin is None:
        raise ValueError(
            "`budgets` is empty and `margin` is missing; must be one of them at least; add a budget."
        )
    broken = [Reason("gate.failed_run", f"A run came to nothing: {why}.", (("why", why),)) for why in failed]
    kept: list[Reason] = []
    for budget in budgets:
        _hold(budget, candidate, broken, kept)
    losses = () if margin is None else tuple(_losses(candidate, baseline))
    if margin is not None and not losses:
        said = "Candidate and baseline have no accuracy of the same kind on the same data set, so no loss can be ruled out."
        broken.append(Reason("gate.no_accuracy", said))
    for loss in losses:
        reason, holds = _judged(loss, margin or 0.0, proven=proven)
        (kept if holds else broken).append(reason)
    return Gate(not broken, tuple(broken), tuple(kept), losses)


def _hold(budget: Budget, measured: Sequence[Measurement], broken: list[Reason], kept: list[Reason]) -> None:
    name = budget.quantity if budget.statistic is None else f"{budget.quantity} {budget.statistic}"
    own = [
        one
        for one in measured
        if one.quantity == budget.quantity and budget.statistic in (None, one.statistic)
    ]
    facts = (("name", name), ("most", budget.most))
    if not own:
        said = f"{name} was not measured, so its budget of {budget.most:g} is not kept."
        broken.append(Reason("gate.not_measured", said, facts))
        return
    worst = max(own, key=lambda one: one.value)
    over = sum(one.value > budget.most for one in own)
    told = (*facts, ("value", worst.value), ("place", worst.place), ("over", over), ("runs", len(own)))
    if over:
        said = (
            f"{name} is {worst.value:g} on {worst.place}, over the budget of {budget.most:g} "
            f"({over:,} of {len(own):,} figures are over it)."
        )
        broken.append(Reason("gate.over_budget", said, told))
    else:
        said = f"{name} is {worst.value:g} at most ({worst.place}), within the budget of {budget.most:g}."
        kept.append(Reason("gate.within_budget", said, told))


def _losses(candidate: Sequence[Measurement], baseline: Sequence[Measurement]) -> list[Loss]:
    """Every accuracy of the candidate against the best of the same kind on the same data set."""
    best: dict[tuple[str, str | None], Measurement] = {}
    for one in baseline:
        key = (one.statistic, one.dataset)
        if one.quantity == "accuracy" and (key not in best or one.value > best[key].value):
            best[key] = one
    found = []
    for one in candidate:
        against = best.get((one.statistic, one.dataset))
        if one.quantity == "accuracy" and against is not None:
            effect = _difference(against, one)
            found.append(Loss(one.statistic, one.dataset, one.place, against.value, one.value, effect))
    return found


def _difference(baseline: Measurement, candidate: Measurement) -> Effect | NoEffect:
    if candidate.statistic not in SHARES_OF_ITEMS or not baseline.n or not candidate.n:
        return NoEffect(
            "gate.no_count", "No count of items is behind this accuracy, so its loss has no interval."
        )
    return proportions.difference(_count(baseline.value, baseline.n), _count(candidate.value, candidate.n))


def _count(share: float, n: int) -> Count:
    return Count(n, round(share * n))


def _judged(loss: Loss, margin: float, *, proven: bool) -> tuple[Reason, bool]:
    change = loss.candidate - loss.baseline
    low = loss.effect.interval.low if isinstance(loss.effect, Effect) else None
    facts = (
        ("statistic", loss.statistic), ("place", loss.place), ("baseline", loss.baseline), ("candidate", loss.candidate),
        ("margin", margin), ("low", change if low is None else low),
    )  # fmt: skip
    was = f"{loss.statistic} on {loss.place} is {loss.candidate:.2%} against {loss.baseline:.2%}"
    if change < -margin - 1e-12:
        said = f"{was}: it loses more than the margin of {100 * margin:g} points."
        return Reason("gate.loses_accuracy", said, facts), False
    if proven and (low is None or low <= -margin):
        said = f"{was}: a loss of more than {100 * margin:g} points is not ruled out."
        return Reason("gate.loss_not_ruled_out", said, facts), False
    return Reason("gate.keeps_accuracy", f"{was}: within the margin of {100 * margin:g} points.", facts), True
