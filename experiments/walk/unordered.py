"""The unordered funnel walk: level k is any k distinct steps inside one window, whichever comes first.

One row serves one step, so the rows of a chain are a set that can be matched to distinct steps; such sets form a
transversal matroid. Keeping the latest of them (a new row drives out the earliest of those it is exchangeable with)
tells for every end how many distinct steps a window holds and which start is the latest that holds as many; taking
the earliest of them from that start on is the chain of the rule. https://en.wikipedia.org/wiki/Transversal_matroid,
and for the exchange: Oxley, Matroid Theory, 2011, section 1.8 (the greedy algorithm).

An exclusion binds from the first row of a chain until the last step is there: unless the chain is complete before it
or its window is over, what was reached does not count. One that stands in the same instant as a row that can serve a
step is ignored. All compiled code is in this one file: the compiler's cache asks no other whether it is stale.
"""

import numpy as np
from numpy.typing import NDArray

from experiments.walk.compiling import compiled

Ints = NDArray[np.int64]
NEVER = np.iinfo(np.int64).min
FAR = 1 << 61

# Places in the array `rule`.
STEPS, WITHIN, FIRST_ONLY, DROP, HOLD, FROM, TO, CHAINS = range(8)


@compiled
def _enter(
    n: int, row: int, mask: int, moment: int, owner: Ints, masks: Ints, times: Ints, work: Ints
) -> bool:
    """Let a row into the matching; one that is too many drives out the earliest. Did the matching grow?"""
    parent, queue = work[0], work[1]
    seen, head, tail, free, oldest = mask, 0, 0, -1, -1
    for step in range(n):
        if (mask >> step) & 1:
            parent[step], queue[tail] = -1, step
            tail += 1
    while head < tail:
        step = queue[head]
        head += 1
        if owner[step] < 0:
            free = step
            break
        if oldest < 0 or times[step] < times[oldest]:
            oldest = step
        others = masks[step] & ~seen
        seen |= others
        for other in range(n):
            if (others >> other) & 1:
                parent[other], queue[tail] = step, other
                tail += 1
    grown, step = free >= 0, free if free >= 0 else oldest
    while parent[step] >= 0:
        giver = parent[step]
        owner[step], masks[step], times[step] = owner[giver], masks[giver], times[giver]
        step = giver
    owner[step], masks[step], times[step] = row, mask, moment
    return grown


@compiled
def _earliest(
    n: int, levels: int, low: int, high: int, code: int, hold: int, moments: Ints, use: Ints, codes: Ints,
    times: Ints, rows: Ints, served: Ints, state: Ints,
) -> None:  # fmt: skip
    """The earliest rows of low..high-1 that serve so many distinct steps, and the lowest steps they can serve."""
    owner, masks, when, work = state[0], state[1], state[2], state[3:]
    owner[:] = -1
    found = 0
    for row in range(low, high):
        if use[row] == 0 or (hold and codes[row] != code):
            continue
        before = found
        if found < levels and _fits(n, use[row], owner, masks, work):
            _enter(n, row, use[row], moments[row], owner, masks, when, work)
            found += 1
        if found > before:
            times[before], rows[before] = moments[row], row
        if found == levels:
            break
    taken = 0
    for level in range(levels):
        mask = use[rows[level]]
        for step in range(n):
            if not (mask >> step) & 1 or (taken >> step) & 1:
                continue
            owner[:] = -1
            fits = True
            for later in range(level + 1, levels):
                left = use[rows[later]] & ~taken & ~(1 << step)
                fits = fits and left != 0 and _fits(n, left, owner, masks, work)
                if not fits:
                    break
                _enter(n, rows[later], left, 0, owner, masks, when, work)
            if fits:
                served[level] = step
                taken |= 1 << step
                break


@compiled
def _fits(n: int, mask: int, owner: Ints, masks: Ints, work: Ints) -> bool:
    """Would the matching grow by a row of these steps?"""
    queue = work[1]
    seen, head, tail = mask, 0, 0
    for step in range(n):
        if (mask >> step) & 1:
            queue[tail] = step
            tail += 1
    while head < tail:
        step = queue[head]
        head += 1
        if owner[step] < 0:
            return True
        others = masks[step] & ~seen
        seen |= others
        for other in range(n):
            if (others >> other) & 1:
                queue[tail] = other
                tail += 1
    return False


@compiled
def _best_window(
    rule: Ints, code: int, bound: int, first: int, last: int, moments: Ints, use: Ints, extra: Ints, codes: Ints,
    state: Ints, found: Ints,
) -> None:  # fmt: skip
    """Of one held value: the most levels, where they are complete first, and the latest start: into `found`."""
    n, within, hold, total = rule[STEPS], rule[WITHIN], rule[HOLD], moments.shape[0]
    owner, masks, when, work = state[0], state[1], state[2], state[3:]
    owner[:] = -1
    found[:] = 0
    i, begins, cleared, wall = 0, 0, 0, -1
    while i < total:
        now, after, mine, barred = moments[i], i, False, False
        while after < total and moments[after] == now:
            if use[after] != 0 and (not hold or codes[after] == code) and now >= first:
                _enter(n, after, use[after], now, owner, masks, when, work)
                mine = True
            elif extra[after] >> n and (not hold or codes[after] < 0 or codes[after] == code):
                barred = True
            after += 1
        if mine:
            low, levels = now - within, 0
            for step in range(n):
                if owner[step] >= 0 and when[step] >= low:
                    levels += 1
            if levels > found[0]:
                latest = last
                if bound and levels < n:  # its window must be over before the next exclusion
                    wall = _next_wall(rule, code, max(wall, after), first, moments, use, extra, codes)
                    if wall < total:
                        latest = min(last, moments[wall] - within - 1)
                while (
                    moments[begins] < low
                    or begins < cleared
                    or not _serves(rule, code, begins, first, moments, use, codes)
                ):
                    begins += 1
                if moments[begins] <= latest:
                    start = now
                    for step in range(n):
                        if owner[step] >= 0 and when[step] >= low:
                            start = min(start, when[step])
                    at = after - 1
                    while moments[at] > min(start, latest) or not _serves(
                        rule, code, at, first, moments, use, codes
                    ):
                        at -= 1
                    found[0], found[1], found[2] = levels, moments[at], after
        elif barred and bound:
            owner[:] = -1
            cleared = after
        i = after


@compiled
def _serves(rule: Ints, code: int, row: int, first: int, moments: Ints, use: Ints, codes: Ints) -> bool:
    return bool(use[row] != 0 and moments[row] >= first and (not rule[HOLD] or codes[row] == code))


@compiled
def _next_wall(
    rule: Ints, code: int, row: int, first: int, moments: Ints, use: Ints, extra: Ints, codes: Ints
) -> int:
    """The first row from `row` on at an instant that excludes and that no row of a step shares."""
    n, total = rule[STEPS], len(moments)
    while row < total:
        after, mine, barred = row, False, False
        while after < total and moments[after] == moments[row]:
            if _serves(rule, code, after, first, moments, use, codes):
                mine = True
            elif extra[after] >> n and (not rule[HOLD] or codes[after] < 0 or codes[after] == code):
                barred = True
            after += 1
        if barred and not mine:
            return row
        row = after
    return total


@compiled
def _last_chances(
    rule: Ints, code: int, first: int, last: int, past: int, moments: Ints, use: Ints, extra: Ints, codes: Ints,
    state: Ints, chances: Ints,
) -> None:  # fmt: skip
    """Per level the last moment at which observation may end and rows after it still lead there."""
    n, within, total = rule[STEPS], rule[WITHIN], moments.shape[0]
    final = moments[total - 1]
    owner, masks, when, work = state[0], state[1], state[2], state[3:]
    owner[:] = -1
    low = total
    while low > 0 and moments[low - 1] + within > final and moments[low - 1] >= first:
        low -= 1
    wall = _next_wall(rule, code, low, first, moments, use, extra, codes)
    while wall < total:
        low = wall + 1
        while low < total and moments[low] == moments[wall]:
            low += 1
        wall = _next_wall(rule, code, low, first, moments, use, extra, codes)
    latest = NEVER
    for row in range(low, total):
        if _serves(rule, code, row, first, moments, use, codes):
            _enter(n, row, use[row], moments[row], owner, masks, when, work)
            if moments[row] <= last:
                latest = moments[row]
    if latest == NEVER:
        return
    future = 0
    for step in range(n):
        if not (past >> step) & 1:
            _enter(n, total, 1 << step, FAR, owner, masks, when, work)
            future += 1
    for level in range(2, n + 1):
        start = latest
        if level > future:
            start = _nth_latest(n, level - future, owner, when)
            start = min(start, latest)
        if start != NEVER:
            chances[level - 1] = max(chances[level - 1], start + within - 1)


@compiled
def _nth_latest(n: int, nth: int, owner: Ints, when: Ints) -> int:
    """The nth latest real row of the matching; NEVER if it has fewer."""
    below = FAR
    while True:
        best, many = NEVER, 0
        for step in range(n):
            if owner[step] >= 0 and best <= when[step] < below:
                many = many + 1 if when[step] == best else 1
                best = when[step]
        if best == NEVER or many >= nth:
            return best
        nth, below = nth - many, best


@compiled
def _better(levels: int, times: Ints, rows: Ints, best: Ints) -> bool:
    """Is the chain to be preferred to `best` (times, rows), which is as long?"""
    if times[levels - 1] != best[0, levels - 1]:
        return bool(times[levels - 1] < best[0, levels - 1])
    if times[0] != best[0, 0]:
        return bool(times[0] > best[0, 0])
    for level in range(levels):
        if times[level] != best[0, level]:
            return bool(times[level] < best[0, level])
    for level in range(levels):
        if rows[level] != best[1, level]:
            return bool(rows[level] < best[1, level])
    return False


@compiled
def solve(
    rule: Ints, first_only: int, moments: Ints, use: Ints, past: int, extra: Ints, codes: Ints, best: Ints,
    chances: Ints, state: Ints,
) -> int:  # fmt: skip
    """Find the chain of one unit.

    Args:
        rule: The places at the head of this file.
        first_only: 1 if only the first instant that can start does.
        moments: Microseconds of the unit's rows, ascending.
        use: Bit k-1: may serve step k.
        past: Steps whose first occurrence is past.
        extra: From bit n on: exclusions.
        codes: The held value; -1 if the row lacks it.
        best: Takes (times, rows, steps from 0) of the chain, in order of time.
        chances: Takes per level the last moment at which observation may end and the level still be reached.
        state: Room to work in, 9 rows of n.

    Returns:
        The levels; 0 if the unit does not enter, -1 if it is excluded.
    """
    n, hold, total = rule[STEPS], rule[HOLD], moments.shape[0]
    first, last, opening, barred = rule[FROM], rule[TO] - 1, -1, False
    for row in range(total):
        if use[row] != 0 and opening < 0 and first <= moments[row] <= last:
            opening = row
        barred = barred or extra[row] >> n != 0
    if opening < 0:
        return 0
    if first_only:
        first = last = moments[opening]
    found, levels, whole = np.zeros(3, np.int64), 0, 0
    held = np.zeros(1, np.int64)
    if hold:
        held = np.unique(codes[opening:][use[opening:] != 0])
    times, rows, served = state[6], state[7], state[8]
    for code in held:
        if barred:
            _best_window(rule, code, 0, first, last, moments, use, extra, codes, state, found)
            whole = max(whole, found[0])
        _best_window(rule, code, int(barred), first, last, moments, use, extra, codes, state, found)
        _last_chances(rule, code, first, last, past, moments, use, extra, codes, state, chances)
        if found[0] == 0 or found[0] < levels:
            continue
        low = np.searchsorted(moments, found[1])
        _earliest(n, found[0], low, found[2], code, hold, moments, use, codes, times, rows, served, state)
        if found[0] > levels or _better(levels, times, rows, best):
            levels = found[0]
            best[0, :], best[1, :], best[2, :] = times, rows, served
    return -1 if levels == 0 or (rule[DROP] and levels < whole) else levels


@compiled
def _write(
    n: int, levels: int, begin: int, low: int, high: int, best: Ints, masks: Ints, use: Ints, places: Ints,
    facts: Ints, times: Ints, rows: Ints, served: Ints, chances: Ints,
) -> None:  # fmt: skip
    """Write one chain down; low..high-1 are the rows whose values count as its own."""
    facts[:4], facts[4:] = -1, 0
    facts[0] = levels
    for row in range(low, high):
        if use[row] != 0 and masks[row] >> n:
            facts[3], facts[5] = places[row], masks[row] >> n
            if facts[2] < 0:
                facts[2], facts[4] = facts[3], facts[5]
    times[:], rows[:], served[:] = NEVER, -1, 0
    chances[:levels] = NEVER
    for level in range(levels):
        times[level] = best[0, level]
        served[0] |= 1 << best[2, level]
        if level < rows.shape[0]:
            rows[level] = places[begin + best[1, level]]


@compiled
def _next_attempt(rule: Ints, begin: int, end: int, moments: Ints, free: Ints) -> tuple[int, int]:
    """The rows of the next attempt: from its first instant to the end of its window; an empty range if none comes."""
    row = begin
    while row < end and not (free[row] != 0 and rule[FROM] <= moments[row] < rule[TO]):
        row += 1
    if row == end:
        return end, end
    while row > begin and moments[row - 1] == moments[row]:
        row -= 1
    high = row
    while high < end and moments[high] - moments[row] <= rule[WITHIN]:
        high += 1
    return row, high


@compiled
def walk(
    rule: Ints, keys: Ints, moments: Ints, masks: Ints, use: Ints, past: Ints, extra: Ints, nothing: Ints,
    codes: Ints, places: Ints, out_key: Ints, out_facts: Ints, out_times: Ints, out_rows: Ints, out_served: Ints,
    out_chances: Ints,
) -> tuple[int, int]:  # fmt: skip
    """Walk whole units; the arguments are those of `solve`, for all of them.

    Args:
        masks: From bit n on the mark of a row's value.
        nothing: As `extra` where nothing excludes: 0 for each row.
        places: The number of each row.
        out_served: Takes the steps that the chain served: bit k-1 is step k.

    Returns:
        How many chains stand in the arrays `out_*`; how many were excluded.
    """
    n, total = rule[STEPS], keys.shape[0]
    best, state = np.empty((3, n), np.int64), np.empty((9, n), np.int64)
    free, only = use.copy() if rule[CHAINS] else use, rule[FIRST_ONLY] | rule[CHAINS]
    units, excluded, i = 0, 0, 0
    while i < total:
        end = i
        while end < total and keys[end] == keys[i]:
            end += 1
        begin, high = i, end
        while True:
            if rule[CHAINS]:
                begin, high = _next_attempt(rule, begin, end, moments, free)
            out_chances[units, :] = NEVER
            here = slice(begin, high)
            levels = 0
            if begin < high:
                levels = solve(rule, only, moments[here], free[here], past[i], extra[here], codes[here], best,
                               out_chances[units], state)  # fmt: skip
            excluded += levels < 0
            if levels < 0 and rule[CHAINS]:
                levels = -solve(rule, only, moments[here], free[here], past[i], nothing[here], codes[here], best,
                                out_chances[units], state)  # fmt: skip
            if rule[CHAINS] and levels != 0:
                after, done = begin, abs(levels)
                while after < high and moments[after] <= best[0, done - 1]:
                    after += 1
            else:
                after, done = high, 0
            if levels > 0:
                _write(n, levels, begin, begin, after, best, masks, free, places, out_facts[units],
                       out_times[units], out_rows[units], out_served[units : units + 1], out_chances[units])  # fmt: skip
                out_key[units] = keys[i]
                units += 1
            if done == 0:
                break
            for level in range(done):
                free[begin + best[1, level]] = 0
            while begin < end and moments[begin] < best[0, done - 1]:
                begin += 1
        i = end
    return units, excluded
