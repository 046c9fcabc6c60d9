"""One query, one answer: runs that were asked for, latencies by one figure, accuracies against full precision."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from analysis.verification.answers import AccuracyFigure, LatencyFigure, NamedRun, VerificationAnswer
from analysis.verification.asked import NARROWING, VerificationQuery
from analysis.verification.query import runs_on_record
from experiments.gating import SHARES_OF_ITEMS
from experiments.stats import proportions
from experiments.stats.effects import Effect, Estimate, NoEffect
from experiments.stats.samples import Count
from ingest.verification import Figure

if TYPE_CHECKING:
    from ingest import Store

FULL_PRECISION = ("float32", "fp32", "float")
"""Conversions without loss, as tools call them, the plainest first."""
SYNTHETIC = "synthetic"
"""The tool of the sample's figures."""
UNCONVERTED = "torch"
"""The runtime of a model as it was trained: nearer to the truth than any conversion."""


def answer(store: "Store", query: VerificationQuery) -> VerificationAnswer:
    """Compare what benchmark tools told.

    Args:
        store: an open store.
        query: which runs, compared by which figure.

    Returns:
        The answer. Accuracies and latencies of different tools stand side by side with their tool; only latencies of the same
        figure are compared, and batch latencies never.
    """
    every, sql = runs_on_record(store)
    asked = [one for one in every if _wanted(one, query)]
    statistics = tuple(
        name
        for name, _ in Counter(figure.statistic for one in asked for figure in _latencies(one)).most_common()
    )
    statistic = query.statistic or (statistics[0] if statistics else None)
    latencies = [
        LatencyFigure(one, figure.value, figure.n)
        for one in asked
        for figure in _latencies(one)
        if figure.statistic == statistic
    ]
    timed = sum(bool(_latencies(one)) for one in asked)
    return VerificationAnswer(
        runs=tuple(sorted(asked, key=_by_lineage)),
        statistic=statistic,
        latencies=tuple(sorted(latencies, key=lambda one: (one.value, _by_lineage(one.source)))),
        untold=timed - len(latencies),
        accuracies=_accuracies(asked, every, query.baseline),
        failed=tuple(sorted((one for one in asked if one.run.status == "failed"), key=_by_lineage)),
        statistics=statistics,
        total=len(every),
        sql=sql,
        data_version=store.data_version(),
        synthetic=store.synthetic() or any(one.run.tool == SYNTHETIC for one in asked),
    )


def _wanted(one: NamedRun, query: VerificationQuery) -> bool:
    return all(getattr(query, name) in (None, getattr(one.run, name)) for name in NARROWING)


def _latencies(one: NamedRun) -> list[Figure]:
    return [figure for figure in one.run.figures if figure.quantity == "latency_ms"]


def _by_lineage(one: NamedRun) -> tuple[str, ...]:
    run = one.run
    told = (
        run.model,
        run.conversion,
        run.runtime,
        run.device,
        run.delegate,
        run.scenario,
        run.dataset,
        one.name,
    )
    return tuple(name or "" for name in told)


def _accuracies(
    asked: Sequence[NamedRun], every: Sequence[NamedRun], baseline: str | None
) -> tuple[AccuracyFigure, ...]:
    found = [
        _accuracy(one, figure, _baseline(one, figure, every, baseline))
        for one in asked
        for figure in one.run.figures
        if figure.quantity == "accuracy"
    ]
    return tuple(
        sorted(
            found,
            key=lambda one: (one.source.run.model, one.statistic, -one.value.value, _by_lineage(one.source)),
        )
    )


def _baseline(
    one: NamedRun, figure: Figure, every: Iterable[NamedRun], wanted: str | None
) -> tuple[NamedRun, Figure] | None:
    """The same accuracy of the same model without loss; the most accurate where there are several."""
    alike = [
        (other, told)
        for other in every
        for told in other.run.figures
        if (told.quantity, told.statistic) == ("accuracy", figure.statistic)
        and (other.run.model, other.run.dataset) == (one.run.model, one.run.dataset)
        and _lossless(other, wanted)
    ]
    best = max(alike, key=lambda pair: (pair[0].run.runtime == UNCONVERTED, pair[1].value), default=None)
    if best is None or best[0].name == one.name:
        return None
    return None if _lossless(one, wanted) and best[0].run.runtime != UNCONVERTED else best


def _lossless(one: NamedRun, wanted: str | None) -> bool:
    if wanted is not None:
        return one.run.conversion == wanted
    return one.run.runtime == UNCONVERTED or one.run.conversion in FULL_PRECISION


def _accuracy(one: NamedRun, figure: Figure, against: tuple[NamedRun, Figure] | None) -> AccuracyFigure:
    loss: Effect | NoEffect = NoEffect(
        "verification.no_baseline", "There is no accuracy of this model in full precision on the same data."
    )
    if against is not None:
        other = against[1]
        mine, its = count_of(figure), count_of(other)
        loss = (
            NoEffect(
                "gate.no_count", "No count of items is behind this accuracy, so its loss has no interval."
            )
            if mine is None or its is None
            else proportions.difference(its, mine)
        )
    return AccuracyFigure(
        one, figure.statistic, _estimate(figure), figure.n, None if against is None else against[0], loss
    )


def count_of(figure: Figure) -> Count | None:
    """The right items behind an accuracy that is a share of items; None where it is none, or nobody told how many."""
    if figure.statistic not in SHARES_OF_ITEMS or not figure.n:
        return None
    return Count(figure.n, round(figure.value * figure.n))


def _estimate(figure: Figure) -> Estimate:
    count = count_of(figure)
    if count is not None:
        found = proportions.rate(count)
        if isinstance(found, Estimate):
            return Estimate(figure.value, found.interval, count.n, found.method)
    return Estimate(figure.value, None, figure.n or 0, "as_told")
