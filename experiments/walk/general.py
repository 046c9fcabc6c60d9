"""The funnel walk with options, ordered and strict: one unit at a time, all of its rows at hand.

Level k at an instant g keeps the latest start among the chains whose step k is served at g: for a given pair (k, g)
a later start can do whatever an earlier one can. A chain moves from (a, g') to (b, g) where steps a+1..b find a row
each at g; what lies between (step window, gap, exclusion, strictness) bounds g' from below and above, and both bounds
only move forward, so a queue per level gives the latest start in constant time. The chain of the rule is then found
from its end backwards (what can still be completed) and written down forwards, the earliest first.

With held values every value is walked by itself and the best is taken. All compiled code is in this one file.
"""

import numpy as np
from numpy.typing import NDArray

from experiments.walk.compiling import compiled

Ints = NDArray[np.int64]
NEVER = np.iinfo(np.int64).min
FAR = 1 << 61

# Places in the array `rule`.
STEPS, WITHIN, STRICT, FIRST_ONLY, INCREASING, DROP, HOLD, FROM, TO, CHAINS = range(10)

# Places in a row of `optional`.
AFTER, WINDOW, GAP = range(3)


@compiled
def goes_back(keys: Ints, moments: Ints) -> bool:
    """Does any row come before the one it follows?"""
    for i in range(1, keys.shape[0]):  # noqa: SIM110 (compiled: no generators)
        if keys[i] < keys[i - 1] or (keys[i] == keys[i - 1] and moments[i] < moments[i - 1]):
            return True
    return False


@compiled
def usable(
    n: int, hold: int, keys: Ints, moments: Ints, masks: Ints, extra: Ints, codes: Ints
) -> tuple[Ints, Ints]:
    """The steps that each row may serve, and those whose first occurrence is past when the unit's rows end.

    Args:
        n: Steps.
        hold: Rows without a held value serve none.
        keys: The unit of each row; whole units.
        moments: Microseconds of each row.
        masks: Bit k-1: matches step k.
        extra: Bit k-1: a candidate for the first occurrence of step k.
        codes: The held value; -1 if the row lacks it.
    """
    steps, past, now, since = (1 << n) - 1, 0, 0, 0
    use, gone = np.empty(keys.shape[0], np.int64), np.empty(keys.shape[0], np.int64)
    for i in range(keys.shape[0] + 1):
        if i == keys.shape[0] or (i > 0 and keys[i] != keys[i - 1]):
            gone[since:i] = past | now
            past, now, since = 0, 0, i
            if i == keys.shape[0]:
                break
        elif i > 0 and moments[i] != moments[i - 1]:
            past, now = past | now, 0
        use[i] = 0 if hold and codes[i] < 0 else masks[i] & steps & ~past
        now |= extra[i] & steps
    return use, gone


@compiled
def _matched(step: int, low: int, begin: int, end: int, mine: Ints, use: Ints, server: Ints) -> bool:
    """Give `step` a row of an instant; the steps low..step-1 that have one may move to another."""
    asked = np.zeros(end - begin, np.int64)
    path_step, path_row, depth = np.empty(step - low + 2, np.int64), np.empty(step - low + 2, np.int64), 0
    path_step[0], path_row[0] = step, begin
    while depth >= 0:
        row = path_row[depth]
        if row == end:
            depth -= 1
            continue
        path_row[depth] += 1
        if asked[row - begin] or not (use[mine[row]] >> path_step[depth]) & 1:
            continue
        asked[row - begin] = 1
        owner = -1
        for other in range(low, step):
            if server[other] == row:
                owner = other
        if owner < 0:
            while depth >= 0:
                server[path_step[depth]] = path_row[depth] - 1
                depth -= 1
            return True
        depth += 1
        path_step[depth], path_row[depth] = owner, begin
    return False


@compiled
def _furthest(
    level: int, n: int, begin: int, end: int, mine: Ints, use: Ints, tight: Ints, server: Ints
) -> int:
    """How far the rows of one instant carry a chain that has done `level` steps."""
    step = level
    while step < n and (step == level or tight[step] == 0):
        if not _matched(step, level, begin, end, mine, use, server):
            break
        step += 1
    return step


@compiled
def _earliest_rows(
    level: int, to: int, begin: int, end: int, mine: Ints, use: Ints, server: Ints, rows: Ints
) -> None:
    """Rows of one instant for the steps level..to-1: the first list of them that is possible."""
    for step in range(level, to):
        for row in range(begin, end):
            kept = use[mine[row]]
            if not (kept >> step) & 1:
                continue
            use[mine[row]] = 0
            possible = True
            for later in range(step + 1, to):
                possible = possible and _matched(later, step + 1, begin, end, mine, use, server)
            if possible:
                rows[step] = mine[row]
                break
            use[mine[row]] = kept


@compiled
def _levels(
    rule: Ints, windows: Ints, gaps: Ints, count: int, time: Ints, run: Ints, low: Ints, start: Ints, queue: Ints,
    small: Ints, first: int, last: int, cap: int,
) -> None:  # fmt: skip
    """For every instant and level the latest start (at most `cap`) of a chain that is there."""
    n, within = rule[STEPS], rule[WITHIN]
    head, tail, seen = small[0], small[1], small[2]
    head[:], tail[:], seen[:] = 0, 0, 0
    for g in range(count):
        now = time[g]
        for level in range(n):
            start[g, level] = NEVER
        for level in range(n):
            if run[g, level] == level:
                continue
            began = NEVER
            if level == 0:
                if first <= now <= last and now <= cap:
                    began = now
            else:
                here = level - 1
                while seen[level] < g and time[seen[level]] <= now - gaps[level]:
                    one = seen[level]
                    seen[level] += 1
                    if start[one, here] == NEVER:
                        continue
                    while (
                        tail[level] > head[level]
                        and start[queue[level, tail[level] - 1], here] <= start[one, here]
                    ):
                        tail[level] -= 1
                    queue[level, tail[level]] = one
                    tail[level] += 1
                oldest = max(now - windows[level], low[g, level])
                while head[level] < tail[level] and time[queue[level, head[level]]] < oldest:
                    head[level] += 1
                if head[level] < tail[level]:
                    began = start[queue[level, head[level]], here]
            if began != NEVER and now - began <= within:
                for step in range(level, run[g, level]):
                    start[g, step] = max(start[g, step], began)


@compiled
def _chain(
    windows: Ints, gaps: Ints, time: Ints, run: Ints, low: Ints, done: Ints, nxt: Ints,
    a: int, z: int, reach: int, place: Ints,
) -> None:  # fmt: skip
    """The instants of the earliest chain of `reach` steps from instant a to instant z."""
    for level in range(reach + 1):
        nxt[z + 1, level] = -1
    for g in range(z, a - 1, -1):
        for level in range(1, reach + 1):
            done[g, level] = 1 if g == z and level == reach else 0
            if level == reach or g == z:
                continue
            left, right = g + 1, z + 1
            while left < right and time[left] - time[g] < gaps[level]:
                middle = (left + right) // 2
                if time[middle] - time[g] >= gaps[level]:
                    right = middle
                else:
                    left = middle + 1
            to = nxt[left, level]
            if to >= 0 and time[to] - time[g] <= windows[level] and low[to, level] <= time[g]:
                done[g, level] = 1
        for level in range(reach):
            nxt[g, level] = nxt[g + 1, level]
            for to in range(level + 1, min(run[g, level], reach) + 1):
                if done[g, to]:
                    nxt[g, level] = g
    g, level = a, 0
    while level < reach:
        to = min(run[g, level], reach)
        while not done[g, to]:
            to -= 1
        for step in range(level, to):
            place[step] = g
        level = to
        if level < reach:
            g += 1
            while time[g] - time[place[level - 1]] < gaps[level]:
                g += 1
            g = nxt[g, level]


@compiled
def _timeline(
    rule: Ints, exclusions: Ints, tight: Ints, code: int, moments: Ints, masks: Ints, beside: Ints,
    between: Ints, extra: Ints, codes: Ints, use: Ints, begin: int, time: Ints, first: Ints, mine: Ints, run: Ints,
    low: Ints, small: Ints,
) -> int:  # fmt: skip
    """The instants of one held value and what lies before each; the last `low` is what lies before the end."""
    n, hold = rule[STEPS], rule[HOLD]
    barrier, server = small[3], small[4]
    barrier[:] = NEVER
    count, rows, i, total = 0, 0, begin, moments.shape[0]
    while i < total:
        now, after, opened = moments[i], i, rows
        while after < total and moments[after] == now:
            if use[after] != 0 and (not hold or codes[after] == code):
                mine[rows] = after
                rows += 1
            after += 1
        if rows > opened:
            time[count], first[count], first[count + 1] = now, opened, rows
            for level in range(n):
                low[count, level] = barrier[level]
                if rows - opened == 1:  # no call for a lone row: it is most of them
                    run[count, level] = level + ((use[mine[opened]] >> level) & 1)
                else:
                    run[count, level] = _furthest(level, n, opened, rows, mine, use, tight, server)
            count += 1
        for row in range(i, after):
            ours = not hold or codes[row] == code
            if extra[row] >> n and (ours or codes[row] < 0):
                for e in range(exclusions.shape[0]):
                    if (extra[row] >> (n + e)) & 1:
                        for level in range(exclusions[e, 0], exclusions[e, 1]):
                            barrier[level] = now
            if rule[STRICT]:
                for level in range(1, n):
                    if not (ours and ((masks[row] >> (level - 1)) & 1 or beside[row] & between[level])):
                        barrier[level] = now
        i = after
    for level in range(n):
        low[count, level] = barrier[level]
    return count


@compiled
def _cut_off(
    rule: Ints, exclusions: Ints, code: int, reach: int, after: int, moments: Ints, extra: Ints, codes: Ints
) -> int:
    """The first moment after the end of a chain at which an exclusion binds it."""
    n = rule[STEPS]
    for row in range(np.searchsorted(moments, after, "right"), moments.shape[0]):
        if extra[row] >> n and (not rule[HOLD] or codes[row] < 0 or codes[row] == code):
            for e in range(exclusions.shape[0]):
                if (extra[row] >> (n + e)) & 1 and exclusions[e, 0] <= reach < exclusions[e, 1]:
                    return int(moments[row])
    return FAR


@compiled
def _last_chances(
    rule: Ints, windows: Ints, gaps: Ints, tight: Ints, past: int, count: int, time: Ints, low: Ints, start: Ints,
    final: int, chances: Ints,
) -> None:  # fmt: skip
    """Per level the last moment at which observation may end and rows after it still lead there."""
    n, within = rule[STEPS], rule[WITHIN]
    for g in range(count - 1, -1, -1):
        if time[g] + within < final:
            break
        for level in range(1, n):
            if start[g, level - 1] == NEVER or time[g] < low[count, level] or (past >> level) & 1:
                continue
            end, more = start[g, level - 1] + within, 0
            shortest = gaps[level] if tight[level] else 0
            for to in range(level + 1, n + 1):
                if to > level + 1:
                    if (past >> (to - 1)) & 1:
                        break
                    more += gaps[to - 1] if tight[to - 1] else 0
                if time[g] + shortest + more > end:
                    break
                chances[to - 1] = max(chances[to - 1], min(time[g] + windows[level], end - more) - 1)


@compiled
def _better(reach: int, times: Ints, rows: Ints, best: Ints) -> bool:
    """Is the chain to be preferred to `best` (times, rows), which is as long?"""
    if times[reach - 1] != best[0, reach - 1]:
        return bool(times[reach - 1] < best[0, reach - 1])
    if times[0] != best[0, 0]:
        return bool(times[0] > best[0, 0])
    for step in range(reach):
        if times[step] != best[0, step]:
            return bool(times[step] < best[0, step])
    for step in range(reach):
        if rows[step] != best[1, step]:
            return bool(rows[step] < best[1, step])
    return False


@compiled
def _scratch(rows: int, n: int) -> tuple[Ints, ...]:
    """Room to work in for units of at most so many rows."""
    return (
        np.empty(rows, np.int64), np.empty(rows + 1, np.int64), np.empty(rows, np.int64),
        np.empty((rows, n), np.int64), np.empty((rows, n), np.int64), np.empty((rows, n + 1), np.int64),
        np.empty((rows + 1, n), np.int64), np.empty((n, rows), np.int64), np.empty((rows + 1, n + 1), np.int64),
        np.empty((9, n), np.int64),
    )  # fmt: skip


@compiled
def solve(
    rule: Ints, windows: Ints, gaps: Ints, tight: Ints, exclusions: Ints, between: Ints, moments: Ints, masks: Ints,
    beside: Ints, extra: Ints, codes: Ints, use: Ints, past: int, first_only: int, best: Ints, chances: Ints,
    scratch: tuple[Ints, ...],
) -> int:  # fmt: skip
    """Find the chain of one unit.

    Args:
        rule: The places at the head of this file.
        windows: Microseconds from the step before, per step.
        gaps: At least so many, at least 1, per step.
        tight: Not 0 where a step may not share the instant of the one before it.
        exclusions: (e, 2) steps after and before; empty if none binds, whatever `extra` says.
        between: Per level the optional steps that may stand after it in a strict walk.
        moments: Microseconds of the unit's rows, ascending.
        masks: Bit k-1: matches step k.
        beside: Bit o: matches optional step o.
        extra: Bit k-1: a candidate for the first occurrence of step k; bit n + e: excludes e.
        codes: The held value; -1 if the row lacks it.
        use: The steps that each row may serve; used up.
        past: Steps whose first occurrence is past.
        first_only: Only the first instant that can start does.
        best: Takes (times, rows) of the chain.
        chances: Takes per step the last moment at which observation may end and the step still be reached.
        scratch: What `_scratch` made for the longest unit.

    Returns:
        The reach; 0 if the unit does not enter, -1 if it is excluded.
    """
    n, within, total = rule[STEPS], rule[WITHIN], moments.shape[0]
    opening, bound = total, 0
    first, last = rule[FROM], rule[TO] - 1
    for i in range(total):
        bound |= extra[i] >> n if exclusions.shape[0] else 0
        if use[i] & 1 and first <= moments[i] <= last:
            opening = min(opening, np.searchsorted(moments, moments[i]))
            if first_only:
                first = last = moments[i]
    if opening == total:
        return 0
    time, begins, mine, run, start, done, low, queue, nxt, small = scratch
    held = small[8, :1]
    held[0] = 0
    if rule[HOLD]:
        held = np.unique(codes[opening:][(use[opening:] & 1) > 0])
    dropping = rule[DROP] and bound != 0
    reach = 0
    if held.shape[0] > 1 or dropping:
        binding = exclusions[:0] if rule[DROP] else exclusions
        for code in held:
            count = _timeline(rule, binding, tight, code, moments, masks, beside, between,
                              extra, codes, use, opening, time, begins, mine, run, low, small)  # fmt: skip
            _levels(rule, windows, gaps, count, time, run, low, start, queue, small, first, last, FAR)
            for g in range(count):
                while reach < n and start[g, reach] != NEVER:
                    reach += 1
    chosen = False
    place, server, times, rows = small[5], small[4], small[6], small[7]
    for code in held:
        count = _timeline(rule, exclusions, tight, code, moments, masks, beside, between, extra, codes,
                          use, opening, time, begins, mine, run, low, small)  # fmt: skip
        _levels(rule, windows, gaps, count, time, run, low, start, queue, small, first, last, FAR)
        _last_chances(rule, windows, gaps, tight, past, count, time, low, start, moments[-1], chances)
        if held.shape[0] == 1 and not dropping:
            for g in range(count):
                while reach < n and start[g, reach] != NEVER:
                    reach += 1
        for g in range(count):
            began = start[g, reach - 1]
            if began == NEVER:
                continue
            if dropping:
                cut = _cut_off(rule, exclusions, code, reach, time[g], moments, extra, codes)
                if cut <= began + within:
                    _levels(
                        rule,
                        windows,
                        gaps,
                        g + 1,
                        time,
                        run,
                        low,
                        start,
                        queue,
                        small,
                        first,
                        last,
                        cut - within - 1,
                    )
                    began = start[g, reach - 1]
                    if began == NEVER:
                        _levels(
                            rule, windows, gaps, count, time, run, low, start, queue, small, first, last, FAR
                        )
                        continue
            a = np.searchsorted(time[:count], began)
            _chain(windows, gaps, time, run, low, done, nxt, a, g, reach, place)
            step = 0
            while step < reach:
                to = step
                while to < reach and place[to] == place[step]:
                    times[to] = time[place[step]]
                    to += 1
                low_row, high_row = begins[place[step]], begins[place[step] + 1]
                if high_row - low_row == 1:
                    rows[step] = mine[low_row]
                else:
                    _earliest_rows(step, to, low_row, high_row, mine, use, server, rows)
                step = to
            if not chosen or _better(reach, times, rows, best):
                for step in range(reach):
                    best[0, step], best[1, step] = times[step], rows[step]
            chosen = True
            break
    return reach if chosen else -1


@compiled
def _attach(
    rule: Ints, exclusions: Ints, optional: Ints, between: Ints, reach: int, moments: Ints, masks: Ints,
    beside: Ints, extra: Ints, codes: Ints, best: Ints, final: int, chances: Ints, when: Ints, rows: Ints,
    hopes: Ints,
) -> None:  # fmt: skip
    """The optional steps of a chosen chain: each takes the earliest row between its neighbours that none other took."""
    n, total = rule[STEPS], moments.shape[0]
    code = codes[best[1, 0]]
    for o in range(optional.shape[0]):
        after = optional[o, AFTER]
        when[o], rows[o], hopes[o] = NEVER, -1, NEVER
        if reach == after < n and optional[o, GAP] == 0 and optional[o, WINDOW] >= rule[WITHIN]:
            hopes[o] = chances[after]  # in a chain that goes further than this one it could come on the way
        if reach < after:
            if chances[after - 1] != NEVER:
                hopes[o] = max(hopes[o], chances[after - 1] - optional[o, GAP])
            continue
        since, end = best[0, after - 1], best[0, 0] + rule[WITHIN]
        low = since + max(optional[o, GAP], rule[INCREASING])
        high, open_end = min(end, since + optional[o, WINDOW]), reach == after
        if not open_end:
            high = min(high, best[0, after] - rule[INCREASING])
        row, stop = np.searchsorted(moments, since), high
        while row < total and moments[row] <= stop:
            ours = not rule[HOLD] or codes[row] == code
            if moments[row] >= low and ours and (beside[row] >> o) & 1:
                free = True
                for step in range(reach):
                    free = free and best[1, step] != row
                for other in range(o):
                    free = free and rows[other] != row
                if free:
                    when[o], rows[o] = moments[row], row
                    break
            if open_end and moments[row] > since:
                if rule[STRICT] and not (
                    ours and ((masks[row] >> (after - 1)) & 1 or beside[row] & between[after])
                ):
                    stop = min(stop, moments[row])
                if not rule[DROP] and extra[row] >> n and (ours or codes[row] < 0):
                    for e in range(exclusions.shape[0]):
                        if (extra[row] >> (n + e)) & 1 and exclusions[e, 0] <= after < exclusions[e, 1]:
                            stop = min(stop, moments[row])
            row += 1
        if when[o] != NEVER or not open_end:
            hopes[o] = NEVER
        elif stop == high and final < high and low <= high:
            hopes[o] = max(hopes[o], high - 1)


@compiled
def _next_attempt(rule: Ints, begin: int, end: int, moments: Ints, free: Ints) -> tuple[int, int]:
    """The rows of the next attempt: from its first instant to the end of its window; an empty range if none comes."""
    row = begin
    while row < end and not (free[row] & 1 and rule[FROM] <= moments[row] < rule[TO]):
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
    rule: Ints, windows: Ints, gaps: Ints, tight: Ints, exclusions: Ints, optional: Ints, between: Ints, keys: Ints,
    moments: Ints, masks: Ints, beside: Ints, extra: Ints, codes: Ints, use: Ints, past: Ints, places: Ints,
    out_key: Ints, out_facts: Ints, out_times: Ints, out_rows: Ints, out_chances: Ints, out_optional: Ints,
) -> tuple[int, int]:  # fmt: skip
    """Walk whole units; the arguments are those of `solve`, for all of them.

    Args:
        optional: Per optional step: the level it comes after, its window and its gap from there.
        places: The number of each row.
        out_optional: Takes (units, 3, optional steps): when it was taken, the row, the last chance of it.

    Returns:
        How many chains stand in the arrays `out_*`; how many were excluded.
    """
    n, total = rule[STEPS], keys.shape[0]
    best = np.empty((2, n), np.int64)
    longest, since = 0, 0
    for row in range(total):
        if keys[row] != keys[since]:
            since = row
        longest = max(longest, row - since + 1)
    scratch, mine = _scratch(longest, n), np.empty(longest, np.int64)
    free, only = use.copy() if rule[CHAINS] else use, rule[FIRST_ONLY] | rule[CHAINS]
    spare = beside.copy() if rule[CHAINS] else beside
    units, excluded, i = 0, 0, 0
    while i < total:
        end = i
        while end < total and keys[end] == keys[i]:
            end += 1
        begin, high = i, end
        while True:
            if rule[CHAINS]:
                begin, high = _next_attempt(rule, begin, end, moments, free)
            here, size, reach = slice(begin, high), high - begin, 0
            chances = out_chances[units]
            chances[:] = NEVER
            if size > 0:
                mine[:size] = free[here]
                reach = solve(
                    rule, windows, gaps, tight, exclusions, between, moments[here], masks[here], beside[here],
                    extra[here], codes[here], mine[:size], past[i], only, best, chances, scratch,
                )  # fmt: skip
            excluded += reach < 0
            if reach < 0 and rule[CHAINS]:
                mine[:size] = free[here]
                reach = -solve(
                    rule, windows, gaps, tight, exclusions[:0], between, moments[here], masks[here], beside[here],
                    extra[here], codes[here], mine[:size], past[i], only, best, chances, scratch,
                )  # fmt: skip
            done = abs(reach) if rule[CHAINS] else 0
            until = best[0, done - 1] if done > 0 else FAR
            if reach > 0:
                out_key[units] = keys[i]
                facts = out_facts[units]
                facts[:4], facts[4:] = -1, 0
                facts[0] = reach
                if optional.shape[0]:
                    taken = out_optional[units]
                    _attach(
                        rule, exclusions, optional, between, reach, moments[here], masks[here], spare[here],
                        extra[here], codes[here], best, moments[end - 1], chances, taken[0], taken[1], taken[2],
                    )  # fmt: skip
                    for o in range(optional.shape[0]):
                        if rule[CHAINS] and taken[1, o] >= 0:
                            until = max(until, taken[0, o])
                for row in range(begin, high):
                    if moments[row] <= until and (free[row] | spare[row]) != 0 and masks[row] >> n:
                        facts[3], facts[5] = places[row], masks[row] >> n
                        if facts[2] < 0:
                            facts[2], facts[4] = facts[3], facts[5]
                for o in range(optional.shape[0]):
                    row = begin + out_optional[units, 1, o]
                    if row >= begin:
                        out_optional[units, 1, o] = places[row]
                        if rule[CHAINS]:
                            free[row] = spare[row] = 0
                for step in range(n):
                    reached = step < reach
                    out_times[units, step] = best[0, step] if reached else NEVER
                    if reached:
                        chances[step] = NEVER
                for step in range(out_rows.shape[1]):
                    out_rows[units, step] = places[begin + best[1, step]] if step < reach else -1
                units += 1
            if done == 0:
                break
            for step in range(done):
                free[begin + best[1, step]] = spare[begin + best[1, step]] = 0
            while begin < end and moments[begin] < until:
                begin += 1
        i = end
    return units, excluded
