"""The shortest display limit that is nearly as good as the best one that the data reach."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats.effects import Interval, NoEffect, no_units
from experiments.stats.samples import RiskTable

Floats = NDArray[np.float64]

RESAMPLES, SEED = 400, 20_170_811
_MOST_CELLS = 1_000
"""Time is grouped to at most so many ticks while resampling; the answer keeps the grid asked for."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The display limit to name.

    Args:
        ms: The shortest limit of the grid whose taps are within the tolerance of the best.
        interval: Percentile bootstrap interval of it, in ms.
        taps: Its taps, a share.
        best_ms: The best limit of the grid that the guardrail allows.
        best_taps: Its taps, a share.
        bound: The guardrail forbids longer limits of the grid.
    """

    ms: int
    interval: Interval
    taps: float
    best_ms: int
    best_taps: float
    bound: bool


def choose_limit(
    table: RiskTable,
    step_ms: int,
    tolerance: float = 0.05,
    most_dismissals: float | None = None,
    level: float = 0.95,
) -> Choice | NoEffect:
    """The shortest limit N of a grid with F_tap(N) ≥ (1 − tolerance) · best, and dismissals(N) ≤ the guardrail.

    Best is the largest F_tap among the limits that the guardrail allows, up to the table's own limit: nothing is
    extrapolated. The interval is the percentile bootstrap over units (Efron & Tibshirani 1993, ch. 13): the counts
    are drawn again as one multinomial, and the whole choice is made again each time.

    Args:
        table: Endings in the arm with the longest limit, with causes `tap` and `dismiss`; one row per person.
        step_ms: Limits looked at are step_ms, 2 step_ms, … and the table's limit.
        tolerance: What may be lost, relative to the best, in (0, 1).
        most_dismissals: The largest share of impressions that may be dismissed by N, in [0, 1]; None for no guardrail.
        level: Level of the interval.

    Returns:
        The choice; a NoEffect if nobody tapped, or the guardrail forbids every limit.

    Raises:
        ValueError: If the step, the tolerance or the guardrail is out of range, or a cause is missing.
    """
    _require(table, step_ms, tolerance, most_dismissals)
    if table.n == 0:
        return no_units()
    grid = np.array([*range(step_ms, table.limit_ms, step_ms), table.limit_ms])
    tick = max(1, -(-(table.limit_ms + 1) // _MOST_CELLS))
    cells = _cells(table, 1)[None]
    found = _chosen(_incidences(cells, table.causes), grid, tolerance, most_dismissals)
    place, best = int(found[0][0]), int(found[1][0])
    if best < 0:
        return NoEffect(
            "limit.guardrail",
            f"Even within {step_ms / 1000:g} s more impressions are dismissed than the guardrail allows.",
            (("shortest_s", step_ms / 1000),),
        )
    taps, dismissals = _incidences(cells, table.causes)
    if taps[0, grid[best]] == 0:
        return NoEffect("limit.no_taps", "Nobody tapped, so no display time is better than another.")
    drawn = _resampled(_cells(table, tick))
    places, bests = _chosen(_incidences(drawn, table.causes), grid // tick, tolerance, most_dismissals)
    tail = (1 - level) / 2
    named = grid[np.append(places[bests >= 0], place)]  # the sample itself among them: never none at all
    low, high = np.quantile(named, [tail, 1 - tail], method="inverted_cdf").tolist()
    return Choice(
        ms=int(grid[place]),
        interval=Interval(min(low, grid[place]), max(high, grid[place]), level),
        taps=float(taps[0, grid[place]]),
        best_ms=int(grid[best]),
        best_taps=float(taps[0, grid[best]]),
        bound=most_dismissals is not None and bool(dismissals[0, grid[-1]] > most_dismissals),
    )


def _require(table: RiskTable, step_ms: int, tolerance: float, most_dismissals: float | None) -> None:
    if not {"tap", "dismiss"} <= set(table.causes):
        raise ValueError(f"`causes` is {table.causes}; must hold tap and dismiss; name the endings so.")
    if not 1 <= step_ms <= max(table.limit_ms, 1):
        raise ValueError(f"`step_ms` is {step_ms}; must be 1 to {table.limit_ms}; choose for example 100.")
    if not 0 < tolerance < 1:
        raise ValueError(f"`tolerance` is {tolerance}; must be in (0, 1); write 5 % as 0.05.")
    if most_dismissals is not None and not 0 <= most_dismissals <= 1:
        raise ValueError(
            f"`most_dismissals` is {most_dismissals}; must be a share, 0 to 1; write 2 % as 0.02."
        )


def _cells(table: RiskTable, tick: int) -> Floats:
    """Units by ending (the last row: censored) and tick, shape (causes + 1, ticks)."""
    counts = np.vstack([table.events, table.censored]).astype(np.float64)
    edges = np.arange(0, counts.shape[1], tick)
    return np.add.reduceat(counts, edges, axis=1)


def _resampled(cells: Floats) -> Floats:
    """Counts drawn again, shape (RESAMPLES, causes + 1, ticks)."""
    random = np.random.default_rng(SEED)
    n = int(cells.sum())
    drawn = random.multinomial(n, cells.ravel() / n, RESAMPLES)
    return drawn.reshape(RESAMPLES, *cells.shape).astype(np.float64)


def _incidences(cells: Floats, causes: tuple[str, ...]) -> tuple[Floats, Floats]:
    """Aalen–Johansen incidences of taps and dismissals, each of shape (worlds, ticks)."""
    ended = cells[:, :-1].sum(axis=1)
    left = np.cumsum(cells.sum(axis=1), axis=1)
    risk = left[:, -1:] - np.concatenate([np.zeros_like(left[:, :1]), left[:, :-1]], axis=1)
    rate = np.divide(1.0, risk, out=np.zeros_like(risk), where=risk > 0)
    staying = np.cumprod(1 - ended * rate, axis=1)
    before = np.concatenate([np.ones_like(staying[:, :1]), staying[:, :-1]], axis=1)
    weight = before * rate
    taps, dismissals = (
        np.cumsum(cells[:, causes.index(name)] * weight, axis=1) for name in ("tap", "dismiss")
    )
    return taps, dismissals


def _chosen(
    shares: tuple[Floats, Floats], grid: NDArray[np.int64], tolerance: float, most: float | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Per world, the place on the grid of the limit to name, and of the best one; −1 where none is allowed."""
    taps, dismissals = (one[:, grid] for one in shares)
    allowed = np.ones(taps.shape, np.bool_) if most is None else dismissals <= most
    held = np.where(allowed, taps, -1.0)
    best = held.max(axis=1)
    enough = (
        taps >= (1 - tolerance) * best[:, None]
    )  # taps and dismissals only grow: no forbidden limit comes first
    places = np.where(best < 0, -1, enough.argmax(axis=1))
    return places, np.where(best < 0, -1, held.argmax(axis=1))
