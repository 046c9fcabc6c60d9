"""One arm: its fates -> outcome shares, histogram, hazards, incidences, bounds where the log is silent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from analysis.by_person import Late, People
from analysis.outcomes import CAUSES, FATES, Fate
from analysis.time_to_tap.answers import Arm, Bin, Curves, Outcome, Point, Reading, Said
from analysis.watched import LONGEST_MS, Limits, limits_of, timed, watched
from experiments.stats.effects import Estimate, NoEffect
from experiments.stats.proportions import rate
from experiments.stats.samples import Count, RiskTable
from experiments.stats.survival import Curve, hazard, incidence, staying

MOST_UNTIMED = 0.1
"""Above this share of taps, dismissals and leaves without a time, a curve of the rest would mislead."""
DRAWN_POINTS = 160
UNLIMITED_MS = 60_000
"""Without any display limit the histogram ends here; what comes later is counted in `later`."""
_STEPS_MS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 2500, 5000)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of every arm: width of bins, times to read at, and the shortest limit of all arms."""

    bin_ms: int
    at_ms: tuple[int, ...]
    horizon_ms: int | None
    shortest_ms: int | None


def table_of(fates: Sequence[Fate]) -> RiskTable | NoEffect:
    """The risk table behind an arm's curves: to its longest usual display limit, at most ten minutes.

    Args:
        fates: the arm's rows; must not be empty.

    Returns:
        The table; why there is no curve otherwise.
    """
    silent = _why_no_curve(fates)
    if silent is not None:
        return silent
    # An impression that was lost never showed to its limit: the curve ends with those that were watched.
    rows = timed(fates)
    seen = limits_of(rows)
    return no_limit() if seen is None else watched(rows).shortened(_end_of(seen))


def late_of(fates: Sequence[Fate], shortest_ms: int | None) -> Late | None:
    """Which taps of an arm count as late: under its longest usual limit, after the shortest of all arms.

    Args:
        fates: the arm's rows.
        shortest_ms: the shortest limit of all arms.
    """
    limits = limits_of(fates)
    return None if limits is None or shortest_ms is None else Late(limits.longest_ms, shortest_ms)


def arm_of(name: str | None, fates: Sequence[Fate], asked: Asked, people: People | None = None) -> Arm:
    """Everything the room says about one arm.

    Args:
        name: the arm.
        fates: its rows; must not be empty.
        asked: what is asked.
        people: what its persons add to the uncertainty; None takes impressions as independent.

    Returns:
        The arm; where the log cannot say something there is a NoEffect.
    """
    limits, rows = limits_of(fates), timed(fates)
    table = table_of(fates)
    bins, later = _histogram(rows if limits else fates, limits_of(rows) if rows else limits, asked.bin_ms)
    return Arm(
        name=name,
        n=sum(row.n for row in fates),
        persons=None if people is None else people.persons(name),
        outcomes=_outcomes(name, fates, people),
        limits=() if limits is None else limits.counts,
        limit_ms=None if limits is None else limits.longest_ms,
        shortest_ms=None if limits is None else limits.shortest_ms,
        bins=bins if isinstance(table, NoEffect) else _with_hazards(bins, table, asked.bin_ms),
        later=later,
        curves=table if isinstance(table, NoEffect) else _curves(name, table, fates, asked, people),
        after_shortest=_after_shortest(name, rows, limits, asked.shortest_ms, people),
        untimed=_untimed(fates, CAUSES),
        without_limit=sum(row.n for row in fates if row.limit_ms is None),
        by_timestamps=sum(row.by_timestamps for row in fates),
        conflicts=sum(row.conflicts for row in fates),
        after_limit=sum(row.after_limit for row in fates),
    )


def share_after(rows: Iterable[Fate], limit_ms: int, after_ms: int) -> Said:
    """Of the taps of impressions under one display limit, the share later than `after_ms` (Wilson)."""
    taps = [row for row in rows if row.fate == "tap" and row.limit_ms == limit_ms and row.ms is not None]
    late = sum(row.n for row in taps if row.ms is not None and row.ms > after_ms)
    return rate(Count(sum(row.n for row in taps), late))


def no_limit() -> NoEffect:
    """The log knows no display limit."""
    return NoEffect(
        "taps.no_limit",
        "The log does not say how long the suggestion is displayed (display_ms), so only outcome shares can "
        "be shown, no curve.",
    )


def _outcomes(name: str | None, fates: Sequence[Fate], people: People | None) -> tuple[Outcome, ...]:
    n = sum(row.n for row in fates)
    counts = {fate: sum(row.n for row in fates if row.fate == fate) for fate in FATES}
    shares = {
        fate: rate(Count(n, count)) if people is None else people.share(name, fate)
        for fate, count in counts.items()
    }
    return tuple(Outcome(fate, count, shares[fate]) for fate, count in counts.items())


def _why_no_curve(fates: Sequence[Fate]) -> NoEffect | None:
    limited = [row for row in fates if row.limit_ms is not None]
    if not limited:
        return no_limit()
    untimed, endings = _untimed(fates, CAUSES), sum(row.n for row in limited if row.fate in CAUSES)
    if endings and untimed > MOST_UNTIMED * endings:
        return NoEffect(
            "taps.no_times",
            f"{untimed:,} of {endings:,} taps, dismissals and leaves have no time since the suggestion "
            "appeared (no elapsed_ms, no later timestamp), so only outcome shares can be shown, no curve.",
            (("untimed", untimed), ("endings", endings)),
        )
    if not timed(limited):
        return NoEffect(
            "taps.all_lost", "All impressions of this arm were lost: the log has none of their ends."
        )
    return None


def _untimed(fates: Iterable[Fate], causes: Sequence[str]) -> int:
    return sum(row.n for row in fates if row.limit_ms is not None and row.ms is None and row.fate in causes)


def _end_of(limits: Limits) -> int:
    return min(limits.longest_ms, LONGEST_MS)


def _histogram(fates: Sequence[Fate], limits: Limits | None, width: int) -> tuple[tuple[Bin, ...], int]:
    endings = [(row.ms, row.fate, row.n) for row in fates if row.fate in CAUSES and row.ms is not None]
    latest = min(max((ms for ms, *_ in endings), default=0), UNLIMITED_MS)
    end = -(-latest // width) * width if limits is None else _end_of(limits)
    edges = [*range(0, max(end, 1), width), end]
    counts = [dict.fromkeys(CAUSES, 0) for _ in edges[1:]]
    later = 0
    for ms, fate, n in endings:
        if ms > end:
            later += n
        else:
            counts[min(ms // width, len(counts) - 1)][fate] += n
    bins = zip(edges, edges[1:], counts, strict=False)
    return tuple(Bin(low, high, **count, watched_s=None, hazards=()) for low, high, count in bins), later


def _with_hazards(bins: Sequence[Bin], table: RiskTable, width: int) -> tuple[Bin, ...]:
    by_cause = zip(*(hazard(table, cause, width) for cause in CAUSES), strict=True)
    return tuple(
        replace(b, watched_s=hazards[0].watched_s, hazards=tuple(h.rate for h in hazards))
        for b, hazards in zip(bins, by_cause, strict=True)
    )


def _curves(
    name: str | None, table: RiskTable, fates: Sequence[Fate], asked: Asked, people: People | None
) -> Curves | NoEffect:
    known = {cause: incidence(table, cause) for cause in CAUSES}
    stay = staying(table)
    curves = {cause: curve for cause, curve in known.items() if isinstance(curve, Curve)}
    if len(curves) < len(CAUSES) or isinstance(stay, NoEffect):
        return NoEffect("no_units", "An arm has no units yet, so there is nothing to compare.")
    last = stay.last_ms
    step = next((step for step in _STEPS_MS if step * DRAWN_POINTS >= last), _STEPS_MS[-1])
    drawn = sorted({*range(0, last + 1, step), last})
    horizon = () if asked.horizon_ms is None else (asked.horizon_ms,)
    times = sorted({*asked.at_ms, *horizon, table.limit_ms})
    every = sorted({*drawn, *times})
    told = {
        cause: dict(zip(every, _estimates(name, cause, curve, every, people), strict=True))
        for cause, curve in curves.items()
    }
    at_risk = table.at_risk()

    def point(ms: int) -> Point:
        tap, dismiss, leave = (told[cause][ms] for cause in CAUSES)
        return Point(ms, int(at_risk[ms]), tap, dismiss, leave, float(stay.value[ms]))

    def reading(ms: int) -> Reading:
        tap = told["tap"][ms]
        if isinstance(tap, NoEffect):
            return Reading(ms, tap, None)
        return Reading(ms, point(ms), _bounds(tap, fates, table.n))

    return Curves(table.n, last, tuple(map(point, drawn)), tuple(map(reading, times)))


def _estimates(
    name: str | None, cause: str, curve: Curve, at_ms: Sequence[int], people: People | None
) -> Sequence[Said]:
    if people is None or people.points is None:
        return [curve.at(ms) for ms in at_ms]
    return people.points.estimates(name, cause, curve, at_ms)


def _bounds(tap: Estimate, fates: Sequence[Fate], n: int) -> tuple[float, float]:
    lost = sum(row.n for row in fates if row.fate == "lost")
    everybody = n + lost + _untimed(fates, CAUSES)
    inside = tap.value * n
    return inside / everybody, (inside + lost + _untimed(fates, ("tap",))) / everybody


def _after_shortest(
    name: str | None,
    rows: Sequence[Fate],
    limits: Limits | None,
    shortest_ms: int | None,
    people: People | None,
) -> Said:
    if limits is None or shortest_ms is None:
        return no_limit()
    limit_ms = limits.longest_ms
    if limit_ms <= shortest_ms:
        return NoEffect(
            "taps.not_longer",
            f"This arm displays the suggestion for {limit_ms / 1000:g} s, no longer than the shortest arm.",
            (("limit_s", limit_ms / 1000),),
        )
    return share_after(rows, limit_ms, shortest_ms) if people is None else people.late(name)
