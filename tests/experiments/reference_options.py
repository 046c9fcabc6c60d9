"""The funnel walk with options, slow and obvious: write down every chain of a unit and sort them by the rule.

Shares no code and no idea with the kernels. Times are integers, steps and exclusions are 1-based; rows are numbered
by their place. Every sentence of DESIGN on a chain is one function here.
"""

from dataclasses import dataclass, field, replace


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
    optional: frozenset[int] = frozenset()
    chains: bool = False

    @property
    def required(self) -> list[int]:
        return [step for step in range(1, self.n + 1) if step not in self.optional]


@dataclass(frozen=True)
class Found:
    """`steps`: what each row serves; `beside`: the rows of optional steps."""

    times: tuple[int, ...]
    rows: tuple[int, ...]
    first_value: int | None
    last_value: int | None
    steps: tuple[int, ...] = ()
    beside: tuple[tuple[int, int], ...] = ()


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
    if rule.required[len(chain) - 1 : len(chain)] != [step]:
        return False
    if passed > rule.windows.get(step, passed) or passed < rule.gaps.get(step, 0):
        return False
    if rule.increasing and passed == 0:
        return False
    return rule.order != "strict" or not any(
        rows[before].time < row.time < rows[after].time
        and not repeats(row, rule, chain[:-1], rows[before].hold)
        for row in rows
    )


def repeats(row: Row, rule: Rule, chain, hold: int | None) -> bool:
    """May the row stand after the chain in a strict walk: the step just reached, or an optional one after it?"""
    if rule.hold and row.hold != hold:
        return False
    last, following = chain[-1][1], [step for step in rule.required if step > chain[-1][1]]
    beside = {step for step in rule.optional if last < step < (following[0] if following else rule.n + 1)}
    return bool(row.steps & {last, *beside})


def excluded(rows: list[Row], rule: Rule, chain, until: int | None = None) -> bool:
    """Does an exclusion bind the chain? `until`: only rows before that time count."""
    times = [rows[place].time for place, _ in chain]
    reached_at = {step: rows[place].time for place, step in chain}
    if rule.order == "unordered":
        return cut_off(rows, rule, chain, times)
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
            reached = after in reached_at and row.time > reached_at[after]
            if reached and not (before in reached_at and row.time > reached_at[before]):
                return True
    return False


def cut_off(rows: list[Row], rule: Rule, chain, times: list[int]) -> bool:
    """Unordered: an exclusion after the first row, before the last step is there, and no row of a step beside it."""
    end = times[-1] if len(chain) == rule.n else times[0] + rule.within
    hold, may = rows[chain[0][0]].hold, usable(rows, rule)

    def ours(row: Row) -> bool:
        return not rule.hold or row.hold == hold

    shared = {
        row.time
        for row, steps in zip(rows, may, strict=True)
        if steps and ours(row) and row.time >= rule.start_from
    }
    return any(
        row.excludes
        and times[0] < row.time <= end
        and row.time not in shared
        and (ours(row) or row.hold is None)
        for row in rows
    )


def chosen(rows: list[Row], rule: Rule) -> Found | str | None:
    """The chain of the rule; "excluded" if the unit leaves; None if it never enters."""
    found = list(chains(rows, rule))
    if not found:
        return None
    furthest = max(map(len, found))
    if not rule.drop and rule.order == "unordered":
        found = [chain for chain in found if not excluded(rows, rule, chain)]
        furthest = max(map(len, found), default=0)
    elif not rule.drop:
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
        steps=tuple(step for _, step in best),
        beside=tuple(sorted(beside(rows, rule, best).items())),
    )


def beside(rows: list[Row], rule: Rule, chain) -> dict[int, int]:
    """Optional steps, in their order: each takes the earliest row between its neighbours that none other took."""
    at = {step: rows[place].time for place, step in chain}
    taken, found, hold = {place for place, _ in chain}, {}, rows[chain[0][0]].hold
    for step in sorted(rule.optional):
        last = max(one for one in rule.required if one < step)
        following = [one for one in rule.required if one > step][:1]
        if last not in at:
            continue
        share = 1 if rule.increasing else 0
        low = at[last] + max(rule.gaps.get(step, 0), share)
        high = min(at[1] + rule.within, at[last] + rule.windows.get(step, rule.within))
        if following and following[0] in at:
            high = min(high, at[following[0]] - share)
        else:
            high = min([high, *ends_after(rows, rule, chain[: rule.required.index(last) + 1], hold)])
        for place, row in enumerate(rows):
            ours = not rule.hold or row.hold == hold
            if step in row.steps and place not in taken and low <= row.time <= high and ours:
                found[step] = place
                taken.add(place)
                break
    return found


def ends_after(rows: list[Row], rule: Rule, chain, hold: int | None) -> list[int]:
    """When a chain that goes no further ends, by another row in a strict walk or by an exclusion that ends it."""
    since, last = rows[chain[-1][0]].time, chain[-1][1]
    later = [row for row in rows if row.time > since]
    ends = [row.time for row in later if rule.order == "strict" and not repeats(row, rule, chain, hold)]
    for row in later:
        bound = [rule.exclusions[nth - 1] for nth in row.excludes]
        binds = any(after <= last < before for after, before in bound)
        if not rule.drop and binds and (not rule.hold or row.hold in (None, hold)):
            ends.append(row.time)
    return ends


def attempts(rows: list[Row], rule: Rule) -> list[tuple[Found | str, list[Row]]]:
    """Every chain from left to right, none overlapping, each with the rows that were left for it."""
    left, first, found = list(rows), replace(rule, first_only=True), []
    while True:
        now = chosen(left, first)
        if now is None:
            return found
        bare = [replace(row, excludes=frozenset()) for row in left]
        whole = chosen(bare, first) if now == "excluded" else now
        own = [place for _, place in whole.beside] if now != "excluded" else []
        end = max([whole.times[-1], *(rows[place].time for place in own)])
        if now != "excluded":
            now = replace(now, **_values(left, rule, range(whole.times[0], end + 1)))
        found.append((now, left))
        gone = {*whole.rows, *own}
        left = [
            replace(row, steps=frozenset()) if row.time < end or place in gone else row
            for place, row in enumerate(left)
        ]


def _values(rows: list[Row], rule: Rule, span: range) -> dict[str, int | None]:
    """The first and last row with a value from the chain's first instant to its last."""
    valued = [
        place
        for place, steps in enumerate(usable(rows, rule))
        if steps and rows[place].value and rows[place].time in span
    ]
    return {"first_value": min(valued, default=None), "last_value": max(valued, default=None)}


def can_still_reach(rows: list[Row], rule: Rule, level: int, observed_until: int) -> bool:
    """Is there a chain that rows after `observed_until` could carry to `level`, a number of required steps?"""
    gone = {step for row in rows for step in row.firsts if step in rule.occurrence}
    return any(
        _goes_on(rows, rule, chain, [rows[place].time for place, _ in chain], level, observed_until, gone)
        for chain in chains(rows, rule)
    )


def _goes_on(rows, rule, chain, times, level, observed_until, gone) -> bool:
    if excluded(rows, rule, chain):
        return False
    if rule.order == "unordered":
        left = set(range(1, rule.n + 1)) - {step for _, step in chain} - gone
        return times[0] + rule.within > observed_until and len(chain) + len(left) >= level
    if rule.order == "strict" and any(
        row.time > times[-1] and not repeats(row, rule, chain, rows[chain[-1][0]].hold) for row in rows
    ):
        return False
    return _later(rule, times, level, observed_until, gone)


def _later(rule, times, level, observed_until, gone) -> bool:
    """Some moments after the end of observation for the steps that are missing."""
    if len(times) >= level:
        return times[-1] > observed_until
    step = rule.required[len(times)]
    if step in gone:
        return False
    shortest = max(rule.gaps.get(step, 0), int(rule.increasing))
    for time in range(max(times[-1] + shortest, observed_until + 1), times[0] + rule.within + 1):
        near = time - times[-1] <= rule.windows.get(step, time)
        if near and _later(rule, [*times, time], level, observed_until, gone):
            return True
    return False
