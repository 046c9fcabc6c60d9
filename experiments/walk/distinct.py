"""The unordered funnel walk without further options, over rows of one step each: the last time of each step tells all.

A window that ends at a row holds as many distinct steps as have their last row in it. Where that number rises, the
chain ends; going back from there until as many steps are seen finds the latest start, and the first row of each step
from that start on is the chain of the rule.

A unit with a row of several steps needs a matching: it is only named. All compiled code is in this one file: the
compiler's cache asks no other whether it is stale.
"""

import numpy as np
from numpy.typing import NDArray

from experiments.walk.compiling import compiled

Ints = NDArray[np.int64]
NEVER = np.iinfo(np.int64).min
FAR = 1 << 61

# The place of a lone bit, by multiplication: https://www.chessprogramming.org/BitScan#De_Bruijn_Multiplication
_DE_BRUIJN = 0x03F79D71B4CB0A89
_BIT = np.zeros(64, np.int64)
for _place in range(64):
    _BIT[(((1 << _place) * _DE_BRUIJN) & (2**64 - 1)) >> 58] = _place


@compiled
def walk(
    n: int, within: int, since: int, to: int, keys: Ints, moments: Ints, masks: Ints, base: int, out_key: Ints,
    out_facts: Ints, out_times: Ints, out_rows: Ints, out_served: Ints, left: NDArray[np.bool_],
) -> int:  # fmt: skip
    """Walk whole units in (unit, time) order.

    Args:
        n: Steps.
        within: Microseconds from the chain's first row, end included.
        since: Chains start at this microsecond or later.
        to: And before this one.
        keys: The unit of each row.
        moments: Microseconds of each row.
        masks: Bit k-1: matches step k; from bit n on: its value's mark.
        base: The number of the first row.
        out_key: Takes the units that entered.
        out_facts: Takes levels, the latest start, first and last row with a value, their marks.
        out_times: Takes the microseconds of each level; NEVER beyond the reach.
        out_rows: Takes the row of each level; has no columns if nobody asks.
        out_served: Takes the steps that the chain served: bit k-1 is step k.
        left: Takes True for each row of a unit of which nothing else is said.

    Returns:
        How many units entered.
    """
    steps, total, units, i, numbered = (1 << n) - 1, keys.shape[0], 0, 0, out_rows.shape[1] > 0
    last = np.full(n, -FAR)
    while i < total:
        begin, key, levels, end, latest, odd = i, keys[i], 0, i, NEVER, False
        first, final, first_mark, final_mark = -1, -1, 0, 0
        last[:] = -FAR
        while i < total and keys[i] == key:
            mask, now = masks[i] & steps, moments[i]
            if mask != 0 and masks[i] >> n:
                final, final_mark = base + i, masks[i] >> n
                if first < 0:
                    first, first_mark = final, final_mark
            if mask == 0 or now < since:
                i += 1
                continue
            if mask & (mask - 1):
                odd = True
                break
            if now < to:
                latest = now
            last[_BIT[(np.uint64(mask) * np.uint64(_DE_BRUIJN)) >> np.uint64(58)]] = now
            if levels < n:
                many, oldest = 0, now - within
                for step in range(n):
                    many += last[step] >= oldest
                if many > levels and latest >= oldest:
                    levels, end = many, i
            i += 1
        if odd:
            i = begin
            while i < total and keys[i] == key:
                left[i] = True
                i += 1
        elif levels > 0:
            while end + 1 < i and moments[end + 1] == moments[end]:
                end += 1
            at, seen, many = end + 1, 0, 0
            while many < levels:
                at -= 1
                new = masks[at] & steps & ~seen
                seen |= new
                many += new != 0
            while moments[at] >= to or masks[at] & steps == 0:
                at -= 1
            while at > begin and moments[at - 1] == moments[at]:
                at -= 1
            for step in range(n):
                out_times[units, step] = NEVER
            if numbered:
                out_rows[units, :] = -1
            seen, many = 0, 0
            while many < levels:
                new = masks[at] & steps & ~seen
                if new != 0:
                    seen |= new
                    out_times[units, many] = moments[at]
                    if numbered:
                        out_rows[units, many] = base + at
                    many += 1
                at += 1
            out_served[units] = seen
            out_key[units], out_facts[units, 0], out_facts[units, 1] = key, levels, latest
            out_facts[units, 2], out_facts[units, 3] = first, final
            out_facts[units, 4], out_facts[units, 5] = first_mark, final_mark
            units += 1
    return units
