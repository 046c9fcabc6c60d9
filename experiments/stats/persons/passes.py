"""The compiled passes over units in person order; what their sums mean is said in `curves` and `shares`.

All compiled code is in this one file: the compiler's cache asks no other whether it is stale.
"""

import numpy as np
from numpy.typing import NDArray

from experiments.walk.compiling import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_FEW = 16


@compiled
def _sorted(waiting: Ints) -> None:
    """Sort in place; a person has few units as a rule."""
    if waiting.size > _FEW:
        waiting.sort()
        return
    for place in range(1, waiting.size):
        one, at = waiting[place], place
        while at > 0 and waiting[at - 1] > one:
            waiting[at] = waiting[at - 1]
            at -= 1
        waiting[at] = one


@compiled
def add_curves(
    keys: Ints,
    arms: Ints,
    codes: Ints,
    ms: Ints,
    begin: Ints,
    causes: int,
    ended: Floats,
    censored: Floats,
    jump: Floats,
    ended_slope: Floats,
    censored_slope: Floats,
    steps: Floats,
    squares: Floats,
    persons: Ints,
) -> None:
    """Add whole persons to the sums of curves.

    Args:
        keys: Side by side.
        arms, codes, ms: As `PersonSums.feed` takes them.
        begin: Where each arm's grid begins, and the end of the last.
        causes: How many; after them comes the curve of all together.
        ended, censored, jump, ended_slope, censored_slope: As `Parts` has them, on all grids.
        steps: By how much Σ A², AB, AN (k columns each), B², BN, N² change at each ms, shape (grid, 3k + 3).
        squares: Σ N² at the start, by arm.
        persons: By arm.
    """
    rows, count, curves = keys.size, begin.size - 1, causes + 1
    packed = np.empty(rows, np.int64)
    a, fresh = np.zeros(curves), np.zeros(curves)
    row = 0
    while row < rows:
        end, kept = row, row
        while end < rows and keys[end] == keys[row]:
            arm, code = arms[end], codes[end]
            if 0 <= arm < count and -1 <= code < causes:
                limit = begin[arm + 1] - begin[arm] - 1
                if ms[end] > limit:
                    packed[kept] = ((begin[arm] + limit) << 8) + 255
                else:
                    packed[kept] = ((begin[arm] + ms[end]) << 8) + (code & 255)
                kept += 1
            end += 1
        _sorted(packed[row:kept])
        first, at, arm = row, row, 0
        while first < kept:
            while packed[first] >> 8 >= begin[arm + 1]:
                arm += 1
            last = first
            while last < kept and packed[last] >> 8 < begin[arm + 1]:
                last += 1
            persons[arm] += 1
            n, b = float(last - first), 0.0
            squares[arm] += n * n
            a[:] = 0.0
            for at in range(first, last):
                place, code = packed[at] >> 8, packed[at] & 255
                step = steps[place]
                was_b = b
                for curve in range(curves):
                    fresh[curve] = a[curve]
                if code == 255:
                    b += censored_slope[place]
                    for curve in range(curves):
                        fresh[curve] += censored[place, curve]
                else:
                    b += ended_slope[place]
                    for curve in range(curves):
                        fresh[curve] += ended[place, curve]
                    fresh[code] += jump[place]
                    fresh[causes] += jump[place]
                for curve in range(curves):
                    now, was = fresh[curve], a[curve]
                    step[3 * curve] += now * now - was * was
                    step[3 * curve + 1] += now * b - was * was_b
                    step[3 * curve + 2] += now * (n - 1.0) - was * n
                    a[curve] = now
                step[3 * curves] += b * b - was_b * was_b
                step[3 * curves + 1] += b * (n - 1.0) - was_b * n
                step[3 * curves + 2] += 1.0 - 2.0 * n
                n -= 1.0
            first = last
        row = end


@compiled
def add_moment(
    keys: Ints,
    arms: Ints,
    codes: Ints,
    ms: Ints,
    begin: Ints,
    curve: int,
    moment: int,
    ended: Floats,
    censored: Floats,
    jump: Floats,
    ended_slope: Floats,
    censored_slope: Floats,
    rest: Floats,
    waiting: Floats,
    products: Floats,
    persons: Ints,
) -> None:
    """Add whole persons to what one curve of every arm, and every two arms together, have at one moment.

    Args:
        keys: Side by side.
        arms, codes, ms: As `PersonSums.feed` takes them.
        begin: Where each arm's grid begins, and the end of the last.
        curve: Which of the curves.
        moment: In ms; beyond the end of a grid its last ms speaks.
        ended, censored, jump, ended_slope, censored_slope, rest, waiting: As `Parts` has them, on all grids.
        products: Σ over persons of the product of two arms' sums of influence, shape (arms, arms).
        persons: By arm.
    """
    count, causes = begin.size - 1, ended.shape[1] - 1
    told, units = np.zeros(count), np.zeros(count, np.int64)
    row = 0
    while row < keys.size:
        end, low, high = row, count, -1
        while end < keys.size and keys[end] == keys[row]:
            arm, code = arms[end], codes[end]
            if 0 <= arm < count and -1 <= code < causes:
                low, high = min(low, arm), max(high, arm)
                units[arm] += 1
                last = begin[arm + 1] - 1
                place, at = begin[arm] + ms[end], min(begin[arm] + moment, last)
                if place > last:
                    place, code = last, -1
                if place > at:
                    told[arm] -= waiting[at, curve]
                elif code < 0:
                    told[arm] += censored[place, curve] + rest[at, curve] * censored_slope[place]
                else:
                    told[arm] += ended[place, curve] + rest[at, curve] * ended_slope[place]
                    if code == curve or curve == causes:
                        told[arm] += jump[place]
            end += 1
        for one in range(low, high + 1):
            if units[one] > 0:
                persons[one] += 1
                for other in range(low, high + 1):
                    products[one, other] += told[one] * told[other]
        for one in range(low, high + 1):
            told[one], units[one] = 0.0, 0
        row = end


@compiled
def add_shares(
    keys: Ints, arms: Ints, members: Ints, hits: Ints, counts: Ints, persons: Ints, squares: Floats
) -> None:
    """Add whole persons to the sums of shares.

    Args:
        keys: Side by side.
        arms: Of each unit; a number outside them leaves it out.
        members, hits: Bit q says that the unit counts in share q, and that it has the property.
        counts: Units and hits, shape (arms, shares, 2).
        persons: Persons with units, shape (arms, shares).
        squares: Σ n², Σ hits², Σ n · hits, shape (arms, shares, 3).
    """
    count, shares = persons.shape
    mine = np.zeros((count, shares, 2), np.int64)
    row = 0
    while row < keys.size:
        end, low, high = row, count, -1
        while end < keys.size and keys[end] == keys[row]:
            arm = arms[end]
            if 0 <= arm < count:
                low, high = min(low, arm), max(high, arm)
                for share in range(shares):
                    mine[arm, share, 0] += (members[end] >> share) & 1
                    mine[arm, share, 1] += (members[end] & hits[end]) >> share & 1
            end += 1
        for arm in range(low, high + 1):
            for share in range(shares):
                n, x = mine[arm, share, 0], mine[arm, share, 1]
                if n > 0:
                    counts[arm, share, 0] += n
                    counts[arm, share, 1] += x
                    persons[arm, share] += 1
                    squares[arm, share, 0] += float(n) * n
                    squares[arm, share, 1] += float(x) * x
                    squares[arm, share, 2] += float(n) * x
                    mine[arm, share, 0] = mine[arm, share, 1] = 0
        row = end
