"""Between arms: what differs, the headline about the shortest limit, and what to know before reading on."""

from collections.abc import Iterable, Mapping, Sequence

from analysis.by_person import People
from analysis.outcomes import Fate, Outcomes
from analysis.time_to_tap.answers import Arm, Difference, Tail
from analysis.time_to_tap.arms import no_limit
from analysis.watched import LONGEST_MS, Limits, lasting, limits_of, regime, timed, watched
from experiments.stats.effects import Effect, NoEffect, Reason
from experiments.stats.proportions import ChiSquare, independence
from experiments.stats.samples import Count
from experiments.stats.survival import Curve, difference_at, incidence

ALPHA_LOST = 0.001
"""Below this p-value the lost share differs by arm and the curves cannot be trusted."""
_NOTES = {
    "taps.lost": "{n:,} impressions have no ending although their display limit has passed; they are left "
    "out of the curves, and the bounds show what they could change.",
    "taps.untimed": "{n:,} endings have no usable time; they are left out of the curves, and the bounds show "
    "what they could change.",
    "taps.without_limit": "{n:,} impressions do not say their display limit; the curves leave them out.",
    "taps.by_timestamps": "{n:,} endings are timed by timestamps, not by the device's own clock; delays of "
    "logging may be in them.",
    "taps.after_limit": "{n:,} endings came more than 250 ms after the display limit and do not count.",
    "taps.conflicts": "{n:,} further suggestion_shown events repeat a known impression_id; the first counts.",
    "taps.several_variants": "{n:,} impressions of people who saw several variants are left out.",
    "taps.before_exposure": "{n:,} impressions shown before their person's exposure are left out.",
}


def differences(
    arms: Sequence[Arm],
    fates: Mapping[str | None, Sequence[Fate]],
    control: str | None,
    horizon_ms: int | None,
    people: People | None = None,
) -> tuple[Difference, ...]:
    """Tap incidence of every other arm minus control's, to the common horizon and over own display times.

    Args:
        arms: the arms.
        fates: the rows of each.
        control: name of the arm to compare with.
        horizon_ms: the common horizon.
        people: what persons add to the uncertainty; None takes impressions as independent.

    Returns:
        Two differences per arm; none without limits or without control's impressions.
    """
    if horizon_ms is None or control not in fates:
        return ()
    longest = own_limit(limits_of(rows) for rows in fates.values())
    named = {arm.name: arm for arm in arms}
    found = []
    for arm in arms:
        if arm.name == control:
            continue
        pair = (control, arm.name)
        silent = next((named[a].curves for a in pair if isinstance(named[a].curves, NoEffect)), None)
        if isinstance(silent, NoEffect):
            told: tuple[Effect | NoEffect, ...] = (silent, silent)
        elif people is None or people.horizon is None or people.own is None:
            one, other = (timed(fates[a]) for a in pair)
            told = (_to_horizon(one, other, horizon_ms), _over_own_limit(one, other, longest))
        else:
            told = (people.horizon.difference(*pair), people.own.difference(*pair))
        found.append(Difference(arm.name, control, "common_horizon", horizon_ms, told[0]))
        found.append(Difference(arm.name, control, "own_limit", longest, told[1]))
    return tuple(found)


def own_limit(limits: Iterable[Limits | None]) -> int:
    """Until when arms are compared over their own display times: the longest usual limit of all, at most ten minutes."""
    return min(max((one.longest_ms for one in limits if one is not None), default=0), LONGEST_MS)


def tail_of(arms: Sequence[Arm]) -> Tail | NoEffect:
    """How many of the taps of the arm with the longest limit came after the shortest limit of all arms.

    Of arms with the same longest limit the one with the most impressions speaks.
    """
    limited = [(arm.limit_ms, arm.shortest_ms, arm) for arm in arms if arm.limit_ms and arm.shortest_ms]
    if not limited:
        return no_limit()
    longest_ms, _, arm = max(limited, key=lambda entry: (entry[0], entry[2].n))
    shortest_ms = min(shortest for _, shortest, _ in limited)
    if longest_ms <= shortest_ms:
        return NoEffect(
            "taps.one_limit",
            f"Every suggestion was displayed for {longest_ms / 1000:g} s, so nobody could tap later; try a "
            "longer display time to see how many would.",
            (("limit_s", longest_ms / 1000),),
        )
    if isinstance(arm.curves, NoEffect):
        return arm.curves
    return Tail(arm.name, longest_ms, shortest_ms, arm.after_shortest)


def notes_of(arms: Sequence[Arm], outcomes: Outcomes, people: People | None = None) -> tuple[Reason, ...]:
    """What to know before reading on; the weightiest first.

    Args:
        arms: the arms.
        outcomes: the reduced impressions, for what was left out.
        people: what persons add to the uncertainty, if they were counted.
    """
    counts = {
        "taps.lost": sum(arm.count("lost") for arm in arms),
        "taps.untimed": sum(arm.untimed for arm in arms),
        "taps.without_limit": sum(arm.without_limit for arm in arms),
        "taps.by_timestamps": sum(arm.by_timestamps for arm in arms),
        "taps.after_limit": sum(arm.after_limit for arm in arms),
        "taps.conflicts": sum(arm.conflicts for arm in arms),
        "taps.several_variants": outcomes.several_variants,
        "taps.before_exposure": outcomes.before_exposure,
    }
    counted = [Reason(code, _NOTES[code].format(n=n), (("n", n),)) for code, n in counts.items() if n]
    few = None if people is None or people.points is None else people.points.few()
    if few is not None:
        counted.insert(0, Reason(few.code, few.sentence, few.facts))
    differs = _lost_differs(arms)
    return tuple(counted) if differs is None else (differs, *counted)


def _to_horizon(one: Sequence[Fate], other: Sequence[Fate], ms: int) -> Effect | NoEffect:
    return _difference(incidence(watched(one), "tap"), incidence(watched(other), "tap"), ms)


def _over_own_limit(one: Sequence[Fate], other: Sequence[Fate], ms: int) -> Effect | NoEffect:
    return _difference(lasting(regime(one, ms)), lasting(regime(other, ms)), ms)


def _difference(control: Curve | NoEffect, arm: Curve | NoEffect, ms: int) -> Effect | NoEffect:
    if isinstance(control, NoEffect):
        return control
    return arm if isinstance(arm, NoEffect) else difference_at(control, arm, ms)


def _lost_differs(arms: Sequence[Arm]) -> Reason | None:
    if len(arms) < 2:
        return None
    found = independence([Count(arm.n, arm.count("lost")) for arm in arms])
    if not isinstance(found, ChiSquare) or found.p_value >= ALPHA_LOST:
        return None
    shares = [arm.count("lost") / arm.n for arm in arms]
    return Reason(
        "taps.lost_differs",
        f"The share of lost impressions differs by arm ({min(shares):.1%} to {max(shares):.1%}, "
        f"p = {found.p_value:.2g}): the log itself depends on the arm, so do not trust the comparison.",
        (("low", min(shares)), ("high", max(shares)), ("p_value", found.p_value)),
    )
