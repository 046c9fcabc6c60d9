"""The strict funnel walk without further options: whole units, one pass, nothing kept but what is alive.

Between two steps no other row of the unit may stand but repeats of the step just reached. So a row that matches no
step ends every chain, and a row of step k leaves alive only chains at level k: those that were there and stay, and
those of level k - 1 that it carries on. Of both the later start is kept; with equal starts the one that was there,
whose step came first. Level 1 starts afresh with each row of step 1.

Strictness is waived among rows of one instant, which needs the general walk: units with such rows are only named.
All compiled code is in this one file: the compiler's cache asks no other whether it is stale.
"""

import numpy as np
from numpy.typing import NDArray

from experiments.walk.compiling import compiled

Ints = NDArray[np.int64]
NEVER = np.iinfo(np.int64).min


@compiled
def walk(
    n: int, within: int, since: int, to: int, keys: Ints, moments: Ints, masks: Ints, base: int, out_key: Ints, out_facts: Ints,
    out_times: Ints, out_rows: Ints, left: NDArray[np.bool_],
) -> int:  # fmt: skip
    """Walk whole units in (unit, time) order.

    Args:
        n: Steps.
        within: Microseconds from the chain's first step, end included.
        since: Chains start at this microsecond or later.
        to: And before this one.
        keys: The unit of each row.
        moments: Microseconds of each row.
        masks: Bit k-1: matches step k; from bit n on: its value's mark. Rows of no step stand between others.
        base: The number of the first row.
        out_key: Takes the units that entered.
        out_facts: Takes reach, the latest start of a chain that still lives, first and last row with a value, their
            marks.
        out_times: Takes the microseconds of each step of the chosen chain; NEVER beyond the reach.
        out_rows: Takes the row of each step; has no columns if nobody asks.
        left: Takes True for each row of a unit with two rows of one instant, of which nothing else is said.

    Returns:
        How many units entered.
    """
    steps, total, units, i = (1 << n) - 1, keys.shape[0], 0, 0
    start = np.full(n + 1, NEVER)
    times, rows = np.empty((n + 1, n), np.int64), np.empty((n + 1, n), np.int64)
    while i < total:
        begin, key, reach, top, ties = i, keys[i], 0, 0, False
        first, last, first_mark, last_mark = -1, -1, 0, 0
        while i < total and keys[i] == key:
            now, mask = moments[i], masks[i] & steps
            if i + 1 < total and moments[i + 1] == now and keys[i + 1] == key:
                ties = True
                break
            if mask == 0:
                for level in range(1, top + 1):
                    start[level] = NEVER
                top = 0
                i += 1
                continue
            if masks[i] >> n:
                last, last_mark = base + i, masks[i] >> n
                if first < 0:
                    first, first_mark = last, last_mark
            highest = 0
            for level in range(min(top + 1, n), 1, -1):
                if not (mask >> (level - 1)) & 1:
                    start[level] = NEVER
                    continue
                began = start[level - 1]
                if began > start[level] and now - began <= within:
                    start[level] = began
                    for step in range(level - 1):
                        times[level, step], rows[level, step] = times[level - 1, step], rows[level - 1, step]
                    times[level, level - 1], rows[level, level - 1] = now, base + i
                    if level > reach:
                        reach = level
                        for step in range(level):
                            out_times[units, step] = times[level, step]
                        for step in range(min(level, out_rows.shape[1])):
                            out_rows[units, step] = rows[level, step]
                if highest == 0 and start[level] != NEVER:
                    highest = level
            if mask & 1 and since <= now < to:
                start[1], times[1, 0], rows[1, 0] = now, now, base + i
                highest = max(highest, 1)
                if reach == 0:
                    reach = 1
                    out_times[units, 0] = now
                    if out_rows.shape[1]:
                        out_rows[units, 0] = base + i
            elif mask & 1:
                highest = max(highest, int(start[1] != NEVER))
            else:
                start[1] = NEVER
            top = highest
            i += 1
        if ties:
            i = begin
            while i < total and keys[i] == key:
                left[i] = True
                i += 1
        elif reach > 0:
            alive = NEVER
            for level in range(1, top + 1):
                alive = max(alive, start[level])
            out_key[units], out_facts[units, 0], out_facts[units, 1] = key, reach, alive
            out_facts[units, 2], out_facts[units, 3] = first, last
            out_facts[units, 4], out_facts[units, 5] = first_mark, last_mark
            for step in range(reach, n):
                out_times[units, step] = NEVER
            for step in range(reach, out_rows.shape[1]):
                out_rows[units, step] = -1
            units += 1
        for level in range(1, top + 1):
            start[level] = NEVER
        if ties:
            start[:] = NEVER
    return units
