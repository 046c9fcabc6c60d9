"""The compiled passes behind `unit_sums`."""

import numpy as np
from numpy.typing import NDArray

from experiments.walk.compiling import compiled

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@compiled
def add_events(
    units: Ints, since: Ints, groups: Ints, keys: Ints, ts: Ints, masks: Ints, numbers: Floats, measures: Ints,
    history: int, last: int, back: int, counts: Ints, amounts: Floats,
) -> None:  # fmt: skip
    """Add events to the values of their units; units rise strictly, events come in any order."""
    many, place = len(measures), 0
    for row in range(len(keys)):
        mask, key = masks[row], keys[row]
        if mask == 0 or len(units) == 0:
            continue
        if units[place] != key:
            if place + 1 < len(units) and units[place + 1] == key:
                place += 1
            else:
                place = min(np.searchsorted(units, key), len(units) - 1)
                if units[place] != key:
                    continue
        if groups[place] < 0 or ts[row] > last:
            continue
        start, moment = since[place], ts[row]
        early = start - back <= moment < start
        if early and history >= 0 and (mask >> history) & 1:
            counts[place, 2 * many] = 1
        for measure in range(many):
            if not (mask >> measures[measure, 0]) & 1:
                continue
            begin, within = start + measures[measure, 2], measures[measure, 3]
            inside = moment >= begin and (within < 0 or moment <= begin + within)
            number = measures[measure, 1]
            # a window may begin only after its anchor, so an event is never in both
            if inside or early:
                column = measure if inside else many + measure
                if number < 0:
                    counts[place, column] += 1
                elif not np.isnan(numbers[number, row]):
                    amounts[place, column] += numbers[number, row]


@compiled
def _value(
    unit: int,
    column: int,
    counts: Ints,
    amounts: Floats,
    many: int,
    number: np.bool_,
    columns: Ints,
    least: Floats,
) -> float:
    measure = columns[column, 0]
    if measure < 0:
        return float(counts[unit, 2 * many])
    at = measure + many * columns[column, 1]
    value = amounts[unit, at] if number else float(counts[unit, at])
    if columns[column, 2] == 1:
        return 1.0 if value > 0 else 0.0
    if columns[column, 2] == 2:
        return 1.0 if value >= least[column] else 0.0
    return value


@compiled
def sums_of(
    since: Ints, groups: Ints, size: int, counts: Ints, amounts: Floats, many: int, columns: Ints, least: Floats,
    whole: NDArray[np.bool_], windows: Ints, sums: Ints, products: Ints, last: int, numeric: NDArray[np.bool_],
) -> tuple[Ints, Ints, Floats, Ints, Floats, Floats]:  # fmt: skip
    """The arrays of `unit_sums.GroupSums`; deviations are from the group's own mean, in a second pass."""
    n = np.zeros((size, len(windows)), np.int64)
    totals = np.zeros((size, len(sums)), np.int64)
    means = np.zeros((size, len(sums)))
    crossed = np.zeros((size, len(products)), np.int64)
    spreads = np.zeros((size, len(products)))
    largest = np.full((size, len(sums)), -np.inf)
    values = np.zeros((len(since), len(columns)))
    row = np.zeros(len(columns), np.int64)
    ended = np.zeros(len(windows), np.bool_)
    for unit in range(len(since)):
        group = groups[unit]
        if group < 0:
            continue
        for window in range(len(windows)):
            within = windows[window, 1]
            ended[window] = within < 0 or since[unit] + windows[window, 0] + within <= last
            n[group, window] += ended[window]
        for column in range(len(columns)):
            value = _value(unit, column, counts, amounts, many, numeric[column], columns, least)
            values[unit, column] = value
            row[column] = np.int64(value) if whole[column] else 0
        for place in range(len(sums)):
            if ended[sums[place, 0]]:
                column = sums[place, 1]
                value = values[unit, column]
                if whole[column]:
                    totals[group, place] += row[column]
                else:
                    means[group, place] += value
                largest[group, place] = max(largest[group, place], value)
        for place in range(len(products)):
            if ended[products[place, 0]]:
                left, right = sums[products[place, 1], 1], sums[products[place, 2], 1]
                if row[left] != 0 and whole[right]:
                    crossed[group, place] += row[left] * row[right]
    for group in range(size):
        for place in range(len(sums)):
            units = n[group, sums[place, 0]]
            if units > 0:
                told = float(totals[group, place]) if whole[sums[place, 1]] else means[group, place]
                means[group, place] = told / units
    mixed = 0
    loose = np.zeros(len(products), np.int64)
    for place in range(len(products)):
        left, right = sums[products[place, 1], 1], sums[products[place, 2], 1]
        if not (whole[left] and whole[right]):
            loose[mixed] = place
            mixed += 1
    for unit in range(len(since) if mixed > 0 else 0):
        group = groups[unit]
        if group < 0:
            continue
        for window in range(len(windows)):
            within = windows[window, 1]
            ended[window] = within < 0 or since[unit] + windows[window, 0] + within <= last
        for which in range(mixed):
            place = loose[which]
            if ended[products[place, 0]]:
                a, b = products[place, 1], products[place, 2]
                spreads[group, place] += (values[unit, sums[a, 1]] - means[group, a]) * (
                    values[unit, sums[b, 1]] - means[group, b]
                )
    return n, totals, means, crossed, spreads, largest
