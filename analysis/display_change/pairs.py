"""Two arms: do their hazards agree before the shorter limit, and what came after it? One arm: its last second."""

from collections.abc import Sequence

from analysis.display_change.answers import Added, LastSecond, Pair
from analysis.outcomes import CAUSES, Fate
from analysis.watched import LONGEST_MS, lasting, limits_of, regime, timed, watched
from experiments.stats.effects import Effect, Estimate, NoEffect
from experiments.stats.samples import RiskTable
from experiments.stats.survival import Curve, difference_at, incidence
from experiments.stats.survival.gain import gained
from experiments.stats.survival.hazard_agreement import Agreement, hazards_agree

Named = tuple[str | None, Sequence[Fate]]
LAST_MS = 1000


def pair(control: Named, arm: Named, parts: int, else_different: NoEffect | None) -> Pair:
    """An arm against control.

    Args:
        control: Control's name and its rows.
        arm: The other arm's.
        parts: Equal parts of the common time in which hazards are compared.
        else_different: Why the two did not see the same even before the shorter limit, if so.

    Returns:
        What can be said of the two.
    """
    limits = [_limit(rows) for _, rows in (control, arm)]
    known = [limit for limit in limits if isinstance(limit, int)]
    silent = next((limit for limit in limits if isinstance(limit, NoEffect)), None)
    tables = None if silent else (watched(timed(control[1])), watched(timed(arm[1])))
    return Pair(
        arm=arm[0],
        control=control[0],
        limit_ms=_known(limits[1]),
        control_limit_ms=_known(limits[0]),
        agreement=else_different or silent or _agreement(tables, min(known), parts),
        total=silent or _total(control[1], arm[1], max(known)),
        before=silent or _before(tables, min(known)),
        longer=None if silent or known[0] == known[1] else (control if known[0] > known[1] else arm)[0],
        added=silent or _added(tables, known),
    )


def last_second(name: str | None, rows: Sequence[Fate]) -> LastSecond | None:
    """What the last second of an arm's display time brought.

    Args:
        name: The arm.
        rows: Its rows.

    Returns:
        The shares; None where the arm has no limit of its own, or one of a second or less.
    """
    limit = _limit(rows)
    if isinstance(limit, NoEffect) or limit <= LAST_MS:
        return None
    table = watched(timed(rows)).shortened(limit)
    taps, dismissals, leaves = (gained(table, cause, limit - LAST_MS, limit) for cause in CAUSES)
    whole = incidence(table, "tap")
    every = float(whole.value[limit]) if isinstance(whole, Curve) else 0.0
    share = taps.value / every if isinstance(taps, Estimate) and every else None
    return LastSecond(name, limit, taps, dismissals, leaves, share)


def _limit(rows: Sequence[Fate]) -> int | NoEffect:
    """The one display limit of an arm, at which somebody was watched."""
    limits, seen = limits_of(rows), timed(rows)
    if limits is None or not seen:
        return NoEffect(
            "display_change.no_limit", "An arm has no impression with a display limit and a usable time."
        )
    if limits.shortest_ms != limits.longest_ms:
        return NoEffect(
            "display_change.several_limits",
            f"An arm was displayed for {limits.shortest_ms / 1000:g} s and for {limits.longest_ms / 1000:g} s, so it "
            "has no one limit to compare.",
            (("shortest_s", limits.shortest_ms / 1000), ("longest_s", limits.longest_ms / 1000)),
        )
    return min(limits.longest_ms, LONGEST_MS)


def _known(limit: int | NoEffect) -> int | None:
    return limit if isinstance(limit, int) else None


def _agreement(tables: tuple[RiskTable, RiskTable] | None, shorter: int, parts: int) -> Agreement | NoEffect:
    """The last ms before the limit is left out: taps that the log reports a little late are counted at the limit."""
    if tables is None or shorter < parts:
        return NoEffect("display_change.no_limit", "The common time is too short to compare anything.")
    return hazards_agree(*tables, shorter - 1, parts)


def _before(tables: tuple[RiskTable, RiskTable] | None, shorter: int) -> Effect | NoEffect:
    curves = [incidence(table, "tap") for table in tables or ()]
    known = [curve for curve in curves if isinstance(curve, Curve)]
    if len(known) < 2:
        return NoEffect("no_units", "An arm has no units yet, so there is nothing to compare.")
    return difference_at(known[0], known[1], shorter)


def _total(control: Sequence[Fate], arm: Sequence[Fate], longest: int) -> Effect | NoEffect:
    one, other = (lasting(regime(timed(rows), longest)) for rows in (control, arm))
    if isinstance(one, NoEffect):
        return one
    return other if isinstance(other, NoEffect) else difference_at(one, other, longest)


def _added(tables: tuple[RiskTable, RiskTable] | None, limits: Sequence[int]) -> Added | NoEffect:
    shorter, longer = min(limits), max(limits)
    if tables is None or shorter == longer:
        return NoEffect("display_change.same_limit", "Both arms were displayed equally long.")
    table = tables[list(limits).index(longer)].shortened(longer)
    taps, dismissals, leaves = (gained(table, cause, shorter, longer) for cause in CAUSES)
    return Added(taps, dismissals, leaves)
