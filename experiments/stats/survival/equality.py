"""Do several groups end alike? Log-rank for hazards, Gray for incidences, each with strata."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats.effects import NoEffect, no_units, no_variation
from experiments.stats.samples import Counts, RiskTable
from experiments.stats.survival.gray_scores import gray_scores

Floats = NDArray[np.float64]
Scores = Callable[[Counts, Counts, Counts], tuple[Floats, Floats]]
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Equality:
    """The answer of a test of k groups.

    Args:
        statistic: χ², 0 or more.
        freedom: Its degrees of freedom: groups that can differ, less one.
        p_value: P(χ² or more) if all groups end alike.
        excess: Endings of each group more than expected if all were alike (weighted ones in Gray's test).
        method: "log_rank" or "gray".
    """

    statistic: float
    freedom: int
    p_value: float
    excess: tuple[float, ...]
    method: str


def log_rank(*strata: Sequence[RiskTable], cause: str | None = None) -> Equality | NoEffect:
    """Log-rank: are the hazards of a cause the same in all groups?

    χ² = uᵀ V⁻ u with u = Σ (observed − expected) and hypergeometric V (Mantel 1966, Cancer Chemother. Rep. 50:163–170;
    Peto & Peto 1972), both summed over strata. With one cause of several it compares cause-specific hazards: what the other
    causes do does not count, so it says nothing about shares of taps; `gray` does.

    Args:
        strata: One sequence of k tables for each stratum, groups in the same order; one sequence without strata.
        cause: One of the tables' causes, or None for an ending of any cause.

    Returns:
        The test; a NoEffect with fewer than two groups of units, or where nothing ended while two of them were watched.
        Units must be independent.

    Raises:
        ValueError: If the strata differ in the number of groups, or a table has no such cause.
    """
    return _equality(strata, cause, _log_rank_scores, "log_rank")


def gray(*strata: Sequence[RiskTable], cause: str) -> Equality | NoEffect:
    """Gray's test: is the cumulative incidence of a cause the same in all groups, other causes competing?

    Gray (1988), Ann. Statist. 16:1141–1154, with ρ = 0 and the corrections for ties of R's cmprsk::cuminc.

    Args:
        strata: One sequence of k tables for each stratum, groups in the same order; one sequence without strata. Arms
            with other display limits are to be `shortened` to the shortest first.
        cause: One of the tables' causes.

    Returns:
        The test; a NoEffect with fewer than two groups of units, or where nothing ended so. Units must be independent.

    Raises:
        ValueError: If the strata differ in the number of groups, or a table has no such cause.
    """
    return _equality(strata, cause, gray_scores, "gray")


def _equality(
    strata: Sequence[Sequence[RiskTable]], cause: str | None, scores: Scores, method: str
) -> Equality | NoEffect:
    _require(strata, cause)
    groups = len(strata[0])
    here = [place for place in range(groups) if sum(tables[place].n for tables in strata) > 0]
    if len(here) < 2:
        return no_units()
    excess, variance = np.zeros(len(here)), np.zeros((len(here), len(here)))
    for tables in strata:
        counts = _counts([tables[place] for place in here], cause)
        if not counts[0].any():
            continue
        score, square = scores(*counts)
        excess, variance = excess + score, variance + square
    can = np.flatnonzero(np.diag(variance) > 0)
    if can.size < 2:
        return _nothing_to_tell()
    if np.abs(np.delete(excess, can)).max(initial=0.0) > _ROUNDING:
        return (
            no_variation()
        )  # a group that differs without a variance of its own: the choice of groups would decide
    free = can[1:]
    inner = variance[np.ix_(free, free)]
    if np.linalg.matrix_rank(inner) < free.size:
        return _nothing_to_tell()
    from scipy.special import chdtrc

    statistic = max(float(excess[free] @ np.linalg.solve(inner, excess[free])), 0.0)
    told = np.zeros(groups)
    told[here] = excess
    return Equality(statistic, free.size, float(chdtrc(free.size, statistic)), tuple(told.tolist()), method)


def _nothing_to_tell() -> NoEffect:
    return NoEffect(
        "groups_alike",
        "Nothing ended this way while several groups were watched, so nothing tells the groups apart.",
    )


def _require(strata: Sequence[Sequence[RiskTable]], cause: str | None) -> None:
    if not strata or len({len(tables) for tables in strata}) > 1:
        raise ValueError(
            f"`strata` has {[len(tables) for tables in strata]} groups; must have the same in each stratum; "
            "give an empty table for a group that is missing in one."
        )
    for tables in strata:
        for table in tables:
            if cause is not None and cause not in table.causes:
                raise ValueError(
                    f"`cause` is {cause!r}; must be one of {table.causes}; choose a cause of all tables."
                )


def _counts(tables: Sequence[RiskTable], cause: str | None) -> tuple[Counts, Counts, Counts]:
    """(endings by the cause, other endings, at risk), each of shape (groups, moments at which anything ended)."""
    size = max(table.limit_ms for table in tables) + 1
    own, ended, risk = (np.zeros((len(tables), size), np.int64) for _ in range(3))
    for row, table in enumerate(tables):
        width = table.limit_ms + 1
        ended[row, :width] = table.events.sum(axis=0)
        own[row, :width] = ended[row, :width] if cause is None else table.events[table.causes.index(cause)]
        risk[row, :width] = table.at_risk()
    some = ended.any(axis=0)
    return own[:, some], (ended - own)[:, some], risk[:, some]


def _log_rank_scores(own: Counts, _: Counts, risk: Counts) -> tuple[Floats, Floats]:
    ended, watched = own.sum(axis=0).astype(np.float64), risk.sum(axis=0).astype(np.float64)
    share = risk / watched
    score = (own - ended * share).sum(axis=1)
    spread = ended * (watched - ended) / np.maximum(watched - 1, 1)
    between = (share * spread) @ share.T
    return score, np.diag((share * spread).sum(axis=1)) - between
