"""Several display times side by side: what each arm showed at its own, and the shares that never fall."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

from analysis.display_limit.answers import Observed
from analysis.outcomes import Fate
from analysis.watched import LONGEST_MS, else_different, limits_of, timed, watched
from experiments.design import Experiment
from experiments.stats.dose import DoseResponse, dose_response
from experiments.stats.effects import Estimate, NoEffect
from experiments.stats.samples import Count
from experiments.stats.survival import incidence


def observed(fates: Mapping[str | None, Sequence[Fate]]) -> tuple[Observed, ...]:
    """What every arm with one display limit showed at it.

    Args:
        fates: The rows of each arm.

    Returns:
        One a limit and arm, shortest first.
    """
    found = []
    for name, rows in fates.items():
        seen = timed(rows)
        limits = limits_of(seen)
        if limits is None or limits.shortest_ms != limits.longest_ms or limits.longest_ms > LONGEST_MS:
            continue
        table = watched(seen).shortened(limits.longest_ms)
        curve = incidence(table, "tap")
        taps = curve if isinstance(curve, NoEffect) else curve.at(limits.longest_ms)
        found.append(Observed(name, limits.longest_ms, table.n, taps))
    return tuple(sorted(found, key=lambda one: (one.limit_ms, str(one.arm))))


def dose(seen: Sequence[Observed], declared: Experiment | None) -> DoseResponse | NoEffect:
    """The shares of three or more display times, taken never to fall as the suggestion stands longer.

    Args:
        seen: What each arm showed.
        declared: The experiment as it stands on record, if any.

    Returns:
        The fit; a NoEffect with fewer than three times, or where the arms differ in more than the display time.
    """
    for one, other in combinations(seen, 2):
        why = else_different(declared, one.arm, other.arm)
        if why is not None:
            return why
    counts: dict[int, list[Count]] = defaultdict(list)
    for arm in seen:
        if isinstance(arm.taps, Estimate):
            counts[arm.limit_ms].append(Count(arm.n, round(arm.taps.value * arm.n)))
    together = [
        (ms, Count(sum(one.n for one in some), sum(one.hits for one in some))) for ms, some in counts.items()
    ]
    return dose_response(together)
