"""Units in several groups, slow and obvious: of all chains of a unit those that the group's value allows."""

from dataclasses import replace

from tests.experiments.reference_options import Row, Rule, can_still_reach, chains, excluded, repeats

Times = tuple[int, ...]


def stands(
    rows: list[Row], values: list[int | None], rule: Rule, step: int | None
) -> dict[int | None, Times]:
    """Value -> the times of the unit's chain in that group; without the groups in which it does not stand.

    Args:
        rows: The unit's rows in order.
        values: What each of them carries; None for nothing, which is a group of its own.
        rule: The funnel.
        step: The step whose event carries the value; None if every event of the chain does.
    """
    found = {value: _best(rows, values, rule, step, value) for value in values}
    return {value: times for value, times in found.items() if times is not None}


def still_reaches(
    rows: list[Row],
    values: list[int | None],
    rule: Rule,
    step: int | None,
    value: int | None,
    level: int,
    until: int,
) -> bool:
    """Can rows after `until` carry a chain of the group to the level?"""
    return can_still_reach(_seen_by(rows, values, rule, step, value), rule, level, until)


def _best(rows, values, rule, step, value) -> Times | None:
    found = [chain for chain in chains(rows, rule) if _carries(rows, values, rule, step, value, chain)]
    if not found:
        return None
    binding = _bound_by(rows, values, step, value)
    furthest = max(map(len, found))
    if not rule.drop and rule.order == "unordered":
        found = [chain for chain in found if not excluded(binding, rule, chain)]
        furthest = max(map(len, found), default=0)
    elif not rule.drop:
        found = [
            chain for chain in found if not excluded(binding, rule, chain, until=rows[chain[-1][0]].time)
        ]
        furthest = max(map(len, found), default=0)
    found = [chain for chain in found if len(chain) == furthest]
    if rule.drop:
        found = [chain for chain in found if not excluded(binding, rule, chain)]
    if not found:
        return None
    times = [[rows[place].time for place, _ in chain] for chain in found]
    return tuple(min(times, key=lambda one: (one[-1], -one[0], one)))


def _carries(rows, values, rule, step, value, chain) -> bool:
    """Is the value where it must be, and, in a strict walk, no event of another value in the way?"""
    if step is None:
        right = all(values[place] == value for place, _ in chain)
    else:
        right = any(values[place] == value for place, one in chain if one == step)
    if rule.order != "strict" or not right:
        return right
    for nth in range(1, len(chain)):
        before, after = rows[chain[nth - 1][0]].time, rows[chain[nth][0]].time
        for row, carried in zip(rows, values, strict=True):
            if not before < row.time < after or carried == value:
                continue
            left = frozenset() if step is None else row.steps - {step}
            if not repeats(replace(row, steps=left), rule, chain[:nth], rows[chain[0][0]].hold):
                return False
    return True


def _bound_by(rows, values, step, value) -> list[Row]:
    """The exclusions that bind the group: those of its value and those without one, where every event carries it."""
    if step is not None:
        return rows
    return [
        row
        if carried == value
        else replace(row, excludes=row.excludes if carried is None else frozenset(), steps=frozenset())
        for row, carried in zip(rows, values, strict=True)
    ]


def _seen_by(rows, values, rule, step, value) -> list[Row]:
    """Another event where another value stands."""
    lost = frozenset(range(1, rule.n + 1)) if step is None else {step}
    return [
        row if carried == value else replace(row, steps=row.steps - lost)
        for row, carried in zip(_bound_by(rows, values, step, value), values, strict=True)
    ]
