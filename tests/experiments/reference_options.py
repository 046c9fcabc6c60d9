"""The funnel walk with options, slow and obvious: write down every chain of a unit and sort them by the rule.

Shares no code and no idea with the kernels. Times are integers, steps and exclusions are 1-based; rows are numbered
by their place. Every sentence of DESIGN on a chain is one function here.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """`firsts`: steps whose first occurrence this row is a candidate for; `hold` None: it lacks the value."""

    time: int
    steps: frozenset[int] = frozenset()
    value: bool = False
    excludes: frozenset[int] = frozenset()
    hold: int | None = None
    firsts: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Rule:
    n: int
    within: int
    order: str = "ordered"
    first_only: bool = False
    windows: dict[int, int] = field(default_factory=dict)
    gaps: dict[int, int] = field(default_factory=dict)
    increasing: bool = False
    exclusions: tuple[tuple[int, int], ...] = ()
    drop: bool = True
    hold: bool = False
    occurrence: frozenset[int] = frozenset()
    start_from: int = -(10**9)
    start_to: int = 10**9


@dataclass(frozen=True)
class Found:
    times: tuple[int, ...]
    rows: tuple[int, ...]
    first_value: int | None
    last_value: int | None


def usable(rows: list[Row], rule: Rule) -> list[frozenset[int]]:
    """The steps that each row may serve: first occurrences only where asked, none without the held value."""

    def is_first(row: Row, step: int) -> bool:
        return not any(step in other.firsts and other.time < row.time for other in rows)

    return [
        frozenset(
            s
            for s in row.steps
            if not (rule.hold and row.hold is None) and (s not in rule.occurrence or is_first(row, s))
        )
        for row in rows
    ]


def starts(rows: list[Row], rule: Rule) -> set[int]:
    """Rows that may stand first in a chain."""
    may = usable(rows, rule)
    every = {
        place
        for place, row in enumerate(rows)
        if (may[place] if rule.order == "unordered" else 1 in may[place])
        and rule.start_from <= row.time < rule.start_to
    }
    if rule.first_only and every:
        earliest = min(rows[place].time for place in every)
        return {place for place in every if rows[place].time == earliest}
    return every


def chains(rows: list[Row], rule: Rule):
    """Every chain as ((row, step), ...), exclusions not yet considered."""
    may, unfinished = usable(rows, rule), []
    for place in starts(rows, rule):
        unfinished += [((place, step),) for step in may[place] if step == 1 or rule.order == "unordered"]
    while unfinished:
        chain = unfinished.pop()
        yield chain
        taken, done = {place for place, _ in chain}, {step for _, step in chain}
        for place in range(len(rows)):
            if place in taken:
                continue
            for step in may[place] - done:
                longer = (*chain, (place, step))
                if allowed(rows, rule, longer):
                    unfinished.append(longer)


def allowed(rows: list[Row], rule: Rule, chain) -> bool:
    """May the last link follow the one before it?"""
    (before, _), (after, step) = chain[-2:]
    first, passed = rows[chain[0][0]].time, rows[after].time - rows[before].time
    if passed < 0 or rows[after].time > first + rule.within:
        return False
    if rule.hold and rows[after].hold != rows[before].hold:
        return False
    if rule.order == "unordered":
        return (before < after) if passed == 0 else True  # one way of writing down the same rows
    if step != len(chain):
        return False
    if passed > rule.windows.get(step, passed) or passed < rule.gaps.get(step, 0):
        return False
    if rule.increasing and passed == 0:
        return False
    return rule.order != "strict" or not any(
        rows[before].time < row.time < rows[after].time
        and not (step - 1 in row.steps and (not rule.hold or row.hold == rows[before].hold))
        for row in rows
    )


def excluded(rows: list[Row], rule: Rule, chain, until: int | None = None) -> bool:
    """Does an exclusion bind the chain? `until`: only rows before that time count."""
    times = [rows[place].time for place, _ in chain]
    for row in rows:
        if (
            row.time in times
            or row.time > times[0] + rule.within
            or (until is not None and row.time >= until)
        ):
            continue
        if rule.hold and row.hold is not None and row.hold != rows[chain[0][0]].hold:
            continue
        for nth in row.excludes:
            after, before = rule.exclusions[nth - 1]
            reached = len(chain) >= after and row.time > times[after - 1]
            if reached and not (len(chain) >= before and row.time > times[before - 1]):
                return True
    return False


def chosen(rows: list[Row], rule: Rule) -> Found | str | None:
    """The chain of the rule; "excluded" if the unit leaves; None if it never enters."""
    found = list(chains(rows, rule))
    if not found:
        return None
    if not rule.drop:
        found = [chain for chain in found if not excluded(rows, rule, chain, until=rows[chain[-1][0]].time)]
    furthest = max(map(len, found))
    found = [chain for chain in found if len(chain) == furthest]
    if rule.drop:
        found = [chain for chain in found if not excluded(rows, rule, chain)]
        if not found:
            return "excluded"

    def by_the_rule(chain):
        times = [rows[place].time for place, _ in chain]
        return times[-1], -times[0], times, [place for place, _ in chain], [step for _, step in chain]

    best = min(found, key=by_the_rule)
    valued = [place for place, steps in enumerate(usable(rows, rule)) if steps and rows[place].value]
    return Found(
        times=tuple(rows[place].time for place, _ in best),
        rows=tuple(place for place, _ in best),
        first_value=min(valued, default=None),
        last_value=max(valued, default=None),
    )


def can_still_reach(rows: list[Row], rule: Rule, level: int, observed_until: int) -> bool:
    """Is there a chain that rows after `observed_until` could carry to `level`?"""
    gone = {step for row in rows for step in row.firsts if step in rule.occurrence}
    return any(
        _goes_on(rows, rule, chain, [rows[place].time for place, _ in chain], level, observed_until, gone)
        for chain in chains(rows, rule)
    )


def _goes_on(rows, rule, chain, times, level, observed_until, gone) -> bool:
    if excluded(rows, rule, chain):
        return False
    if rule.order == "unordered":
        return times[0] + rule.within > observed_until
    last = chain[-1][0]
    if rule.order == "strict" and any(
        row.time > times[-1]
        and not (len(chain) in row.steps and (not rule.hold or row.hold == rows[last].hold))
        for row in rows
    ):
        return False
    return _later(rule, times, level, observed_until, gone)


def _later(rule, times, level, observed_until, gone) -> bool:
    """Some moments after the end of observation for the steps that are missing."""
    if len(times) >= level:
        return times[-1] > observed_until
    step = len(times) + 1
    if step in gone:
        return False
    shortest = max(rule.gaps.get(step, 0), int(rule.increasing))
    for time in range(max(times[-1] + shortest, observed_until + 1), times[0] + rule.within + 1):
        near = time - times[-1] <= rule.windows.get(step, time)
        if near and _later(rule, [*times, time], level, observed_until, gone):
            return True
    return False
