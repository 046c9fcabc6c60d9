"""The funnel walk: one compiled pass over rows in (unit, time) order; one answer per unit that entered.

The semantics are those of an ordered funnel with one window. A chain is a row for each of steps 1..k, in time
order, all within the window of its own first row (end included). Rows of one instant may follow one another
in any order, and one row serves one step. Of all chains of a unit the furthest is chosen; then the one that
reaches its last step first; then the latest start; then the lexicographically earliest times; then the
earliest rows.

How: level k keeps the latest start whose chain has reached step k, for a later start can do from here on
whatever an earlier one can; so starts fall from level to level, and only the deepest level of a start can
gain anything. Each instant extends every level from the top down, as far as its rows go; none is used twice.

All compiled code is in this one file: the compiler's cache asks no other whether it is stale.
"""

import numpy as np
from numpy.typing import NDArray

from experiments.walk.compiling import compiled

NEVER = np.iinfo(np.int64).min
"""A time that is none; as the `key` of a state, "no unit yet"."""

Ints = NDArray[np.int64]
State = tuple[Ints, ...]

# Where a walk stands between two calls: places in the array `at`.
KEY, TIME, BASE, WAITING, INSTANT, REACH, FIRST, LAST, FIRST_MARK, LAST_MARK, UNITS, BROKEN = range(12)
PLACES, FACTS = 12, 6

# The place of a lone bit, by multiplication: https://www.chessprogramming.org/BitScan#De_Bruijn_Multiplication
_DE_BRUIJN = 0x03F79D71B4CB0A89
_BIT = np.zeros(64, np.int64)
for _place in range(64):
    _BIT[(((1 << _place) * _DE_BRUIJN) & (2**64 - 1)) >> 58] = _place


def new_state(n: int) -> State:
    """Before the first row of a walk over n steps.

    Returns:
        at: the places above; masks, rows: of the instant that waits; start: per level the latest start that
        has reached it; slot: per level where its chain is kept; times, chosen: per slot; best: (times, rows).
    """
    at = np.zeros(PLACES, np.int64)
    at[KEY] = at[TIME] = NEVER
    waiting = np.empty(n * n, np.int64), np.empty(n * n, np.int64)
    chains = np.empty((n + 1, n), np.int64), np.empty((n + 1, n), np.int64)
    return at, *waiting, np.full(n + 1, NEVER), np.arange(n + 1), *chains, np.empty((2, n), np.int64)


@compiled
def _augment(
    step: int, level: int, target: int, masks: Ints, waiting: int, server: Ints, served: Ints, closed: Ints
) -> bool:
    """Give `step` a row of this instant; steps level..target-1 that have one may move to another."""
    asked_by = np.full(waiting, -1, np.int64)
    queue = np.empty(target - level + 1, np.int64)
    queue[0] = step
    head, tail = 0, 1
    while head < tail:
        asking = queue[head]
        head += 1
        for row in range(waiting):
            if not (masks[row] >> asking) & 1 or closed[row] or asked_by[row] >= 0:
                continue
            asked_by[row] = asking
            if served[row] >= 0:
                queue[tail] = served[row]
                tail += 1
                continue
            free = row
            while True:
                mover = asked_by[free]
                left = server[mover]
                server[mover], served[free] = free, mover
                if mover == step:
                    return True
                free = left
    return False


@compiled
def _take_earliest(
    level: int, target: int, masks: Ints, waiting: int, server: Ints, served: Ints, closed: Ints
) -> None:
    """Turn an assignment of rows to steps level..target-1 into the lexicographically first one."""
    for step in range(level, target):
        for row in range(waiting):
            if not (masks[row] >> step) & 1 or closed[row]:
                continue
            before, other = server[step], served[row]
            if before == row:
                break
            server[step], served[row], served[before] = row, step, -1
            if other < 0:
                break
            server[other], closed[row] = -1, 1
            if _augment(other, level, target, masks, waiting, server, served, closed):
                break
            server[step], served[row], served[before] = before, other, step
            server[other], closed[row] = row, 0
        closed[server[step]] = 1


@compiled
def _extend_by_many(n: int, within: int, now: int, waiting: int, state: State) -> int:
    """Let the rows of one instant extend every level; returns the highest level reached at this instant."""
    _, masks, rows, start, slot, times, chosen, _ = state
    server, served, closed = np.empty(n, np.int64), np.empty(waiting, np.int64), np.zeros(waiting, np.int64)
    start[0], top = now, 0
    for level in range(n - 1, -1, -1):
        if start[level] <= start[level + 1] or now - start[level] > within:
            continue
        server[:], served[:], closed[:] = -1, -1, 0
        target = level
        while target < n and _augment(target, level, target, masks, waiting, server, served, closed):
            target += 1
        if target == level:
            continue
        _take_earliest(level, target, masks, waiting, server, served, closed)
        for step in range(level, target):
            start[step + 1] = start[level]
            times[slot[level], step], chosen[slot[level], step] = now, rows[server[step]]
        slot[level], slot[target] = slot[target], slot[level]
        top = max(top, target)
    return top


@compiled
def _keep(n: int, mask: int, row: int, waiting: int, state: State) -> int:
    """Let one more row of the instant wait; of the rows that match a step only the first n can be needed."""
    masks, rows = state[1], state[2]
    for step in range(n):
        if (mask >> step) & 1:
            alike = 0
            for other in range(waiting):
                alike += (masks[other] >> step) & 1
            if alike < n:
                masks[waiting], rows[waiting] = mask, row
                return waiting + 1
    return waiting


@compiled
def walk(
    keys: Ints,
    moments: Ints,
    masks: Ints,
    begin: int,
    n: int,
    within: int,
    state: State,
    out: State,
    end: int,
) -> int:
    """Walk rows from `begin` on; the rules are at the head of this file.

    Args:
        keys: The unit of each row.
        moments: Microseconds of each row.
        masks: Bit k-1: matches step k; from bit n on: its value's mark, not 0 if it carries a value.
        begin: The row to go on with.
        n: Steps.
        within: Microseconds.
        state: What `new_state` made; carries over from batch to batch.
        out: Arrays that take finished units: keys, (reach, latest start, first, last value row, their marks), times,
            and rows (without columns if nobody asks for them).
        end: 1 if no batch follows, so that the last unit ends too.

    Returns:
        The row to go on with: all are done, or `out` is full, or at[BROKEN] says that the order is broken.
    """
    at, _, _, start, slot, times, chosen, best = state
    out_key, out_facts, out_times, out_rows = out
    steps, one = (1 << n) - 1, np.uint64(1)
    key, time, base, units = at[KEY], at[TIME], at[BASE], at[UNITS]
    waiting, instant, reach, first, latest = at[WAITING], at[INSTANT], at[REACH], at[FIRST], at[LAST]
    first_mark, last_mark = at[FIRST_MARK], at[LAST_MARK]
    i, count = np.uint64(begin), np.uint64(keys.shape[0])  # unsigned, so that no index is taken from the end
    while i < count or end:
        ended = i == count
        changed = ended or keys[i] != key
        if changed or moments[i] < time or (waiting > 0 and moments[i] != instant):
            if not ended and (keys[i] < key or (not changed and moments[i] < time)):
                at[BROKEN] = 1
                break
            if waiting > 0:
                top = _extend_by_many(n, within, instant, waiting, state)
                waiting = 0
                if top > reach:
                    reach = top
                    for step in range(top):
                        best[0, step], best[1, step] = times[slot[top], step], chosen[slot[top], step]
            if changed:
                if reach > 0:
                    if units == out_key.shape[0]:
                        break
                    out_key[units] = key
                    out_facts[units, 0], out_facts[units, 1] = reach, start[1]
                    out_facts[units, 2], out_facts[units, 3] = first, latest
                    out_facts[units, 4], out_facts[units, 5] = first_mark, last_mark
                    for step in range(n):
                        out_times[units, step] = best[0, step] if step < reach else NEVER
                    for step in range(out_rows.shape[1]):
                        out_rows[units, step] = best[1, step] if step < reach else -1
                    units += 1
                reach, first, latest, first_mark, last_mark = 0, -1, -1, 0, 0
                start[:] = NEVER
                if ended:
                    break
                key = keys[i]
        time, mask = moments[i], masks[i] & steps
        if mask != 0:
            row = base + np.int64(i)
            if masks[i] >> n:
                latest, last_mark = row, masks[i] >> n
                if first < 0:
                    first, first_mark = latest, last_mark
            if waiting == 0 and i + one < count and (moments[i + one] != time or keys[i + one] != key):
                start[0], step, left = time, n, True
                while left:
                    left = mask & (mask - 1) != 0
                    if not left:
                        step = _BIT[(np.uint64(mask) * np.uint64(_DE_BRUIJN)) >> np.uint64(58)]
                    else:  # several steps: the highest first
                        step -= 1
                        if not (mask >> step) & 1:
                            continue
                        mask ^= 1 << step
                    # one comparison, for each is often guessed wrong
                    began, bound = start[step], max(start[step + 1] + 1, time - within)
                    if began >= bound:
                        mine = slot[step]
                        times[mine, step], chosen[mine, step] = time, row
                        start[step + 1], slot[step], slot[step + 1] = began, slot[step + 1], mine
                        if step >= reach:
                            reach = step + 1
                            for done in range(reach):
                                best[0, done], best[1, done] = times[mine, done], chosen[mine, done]
            else:
                instant = time
                waiting = _keep(n, mask, row, waiting, state)
        i += one
    at[KEY], at[TIME], at[UNITS] = key, time, units
    at[WAITING], at[INSTANT], at[REACH], at[FIRST], at[LAST] = waiting, instant, reach, first, latest
    at[FIRST_MARK], at[LAST_MARK] = first_mark, last_mark
    return int(i)
