"""Quantiles of clustered events, one fault at a time: known answers must notice each."""

import math

import numpy as np
import pytest

from experiments.stats.samples import Quantile
from tests.faults.answers import code, ends, near, refuses, stories_of
from tests.faults.planting import Fault

UNITS = np.array([7, 7, 7, 3, 3, 9])
VALUES = np.array([1.0, 2.0, 2.0, 2.0, 5.0, 4.0])
CUTS = np.array([1.0, 2.0, 4.5])
# by hand: units 7 (3 events), 3 (2), 9 (1); b by cut: 7: 1 3 3, 3: 0 1 1, 9: 0 0 1


def check_sums(m):
    found = m.Quantile.from_rows(UNITS, VALUES, CUTS, frozenset({"a"}))
    assert (found.n, found.events, found.event_squares) == (3, 6, 14)
    assert found.below.tolist() == [1, 4, 5]
    assert found.at.tolist() == [1, 3, 0]
    assert found.squares.tolist() == [1, 10, 11]
    assert found.products.tolist() == [3, 11, 12]
    assert [found.value_at(rank) for rank in range(1, 7)] == [1, 2, 2, 2, 3.25, None]
    assert m.Quantile.from_rows(UNITS, VALUES, CUTS[1:]).value_at(1) is None
    other = m.Quantile.from_rows(UNITS[:2], VALUES[:2], CUTS, frozenset({"b"}))
    both = found + other
    assert (both.n, both.events, both.event_squares, both.parts) == (4, 8, 18, {"a", "b"})
    assert [one.tolist() for one in (both.below, both.at, both.squares, both.products)] == [
        [2, 6, 7],
        [2, 4, 0],
        [2, 14, 15],
        [5, 15, 16],
    ]
    assert found == m.Quantile.from_rows(UNITS, VALUES, CUTS, frozenset({"a"})) != other
    assert found != m.Quantile.from_rows(UNITS, VALUES, np.array([1.0, 2.0, 4.6]), frozenset({"a"}))
    sums = (CUTS, 3, 6, found.below, found.at, found.squares, found.products, 14)
    wrong = {
        1: (0, 7),
        2: (4,),
        3: ([1, 0, 5], [1, 4, 7]),
        4: ([1, 4, 0],),
        5: ([0, 10, 11], [4, 10, 11]),
        6: ([3, 11, 15],),
        7: (5,),
    }
    refuses(
        [
            lambda place=place, bad=bad: m.Quantile(
                *sums[:place], bad if isinstance(bad, int) else np.array(bad), *sums[place + 1 :]
            )
            for place, all_ in wrong.items()
            for bad in all_
        ]
    )
    refuses(
        (
            lambda: found + found,
            lambda: found + m.Quantile.from_rows(UNITS, VALUES, CUTS + 1, frozenset({"b"})),
            lambda: m.Quantile.from_rows(UNITS, VALUES * np.nan, CUTS),
            lambda: m.Quantile.from_rows(UNITS[1:], VALUES, CUTS),
            lambda: m.Quantile.from_rows(UNITS, VALUES, CUTS[::-1]),
            lambda: m.Quantile.from_rows(UNITS, VALUES, np.array([0.5, 0.5])),
            lambda: m.Quantile.from_bins(CUTS, 3, np.ones((3, 3), np.int64), found.at * 0, 14),
            lambda: found.squares.__setitem__(0, 9),
            lambda: found.cuts.__setitem__(0, 9),
        )
    )


SUMS = (
    Fault(
        "Quantile.from_rows",
        'np.searchsorted(cuts, values, side="left")',
        'np.searchsorted(cuts, values, side="right")',
    ),
    Fault("Quantile.from_rows", "2 * nth - 1", "2 * nth + 1"),
    Fault("Quantile.from_rows", "- (np.cumsum(events) - events)[unit]", ""),
    Fault("Quantile.from_rows", "events[unit])", "nth)"),
    Fault("Quantile.from_rows", "unit * (m + 1) + place", "place * (m + 1) + unit"),
    Fault("Quantile.from_rows", "(events * events).sum()", "events.sum()"),
    Fault("Quantile.from_rows", "not np.isfinite(values).all()", "False"),
    Fault("Quantile.from_bins", "int(bins[0].sum())", "int(bins[2].sum())"),
    Fault("Quantile.from_bins", "below, squares, products =", "below, products, squares ="),
    Fault("Quantile.from_bins", "bins.shape != (3, cuts.size + 1)", "False"),
    Fault("Quantile.__add__", "self.n + other.n", "self.n"),
    Fault("Quantile.__add__", "self.at + other.at", "self.at"),
    Fault("Quantile.__add__", "united(self.parts, other.parts)", "self.parts | other.parts"),
    Fault(
        "Quantile.__add__", "not np.array_equal(self.cuts, other.cuts)", "self.cuts.size != other.cuts.size"
    ),
    Fault("Quantile.__eq__", "and np.array_equal(self.cuts, other.cuts)", ""),
    Fault("Quantile.value_at", "rank > before", "rank >= before"),
    Fault("Quantile.value_at", "before - passed + 1", "before - passed"),
    Fault("Quantile.value_at", "last * (1 - share) + cut * share", "cut"),
    Fault("Quantile.value_at", "if place == 0:", "if place < 0:"),
    Fault("Quantile.value_at", 'side="left"', 'side="right"'),
    Fault("Quantile.__post_init__", "(self.below <= self.events).all()", "True"),
    Fault("Quantile.__post_init__", "(self.at <= between).all()", "True"),
    Fault("Quantile.__post_init__", "self.n <= self.events and", ""),
    Fault("Quantile.__post_init__", "(self.products <= self.event_squares).all()", "True"),
    Fault("Quantile.__post_init__", "self.cuts.setflags(write=False)", "pass"),
    Fault("_require_ascending", "cuts[1:] > cuts[:-1]", "cuts[1:] >= cuts[:-1]"),
)


def check_shares(m):
    found = m.event_shares(Quantile.from_rows(UNITS, VALUES, CUTS))
    for one, expected in zip(found.value, (1 / 6, 4 / 6, 5 / 6), strict=True):
        near(one, expected, 1e-12)
    # Σ (b − F e)² · 3/2 / 36: at the second cut (3 − 2)² + (1 − 4/3)² + (0 − 2/3)² = 14/9
    near(found.variance[1], 14 / 9 * 1.5 / 36, 1e-12)
    near(found.variance[0], ((1 - 0.5) ** 2 + (1 / 3) ** 2 + (1 / 6) ** 2) * 1.5 / 36, 1e-12)
    # d at the cuts: variance / (F (1 − F) / 6)
    near(
        m.design_effect(Quantile.from_rows(UNITS, VALUES, CUTS), 4 / 6),
        14 / 9 * 1.5 / 36 / (2 / 9 / 6),
        1e-12,
    )
    apart = Quantile.from_rows(np.repeat(np.arange(30), 2), np.tile([0.0, 1.0], 30), np.array([0.0, 1.0]))
    near(m.design_effect(apart, 0.5), 2, 1e-12)
    thirds = Quantile.from_rows(
        np.repeat(np.arange(30), 3), np.tile([0.0, 1.0, 2.0], 30), np.array([0.0, 2.0])
    )
    near(m.design_effect(thirds, 0.5), 3, 1e-12)
    fifths = Quantile.from_rows(np.repeat([1, 2], 5), np.tile(np.arange(5.0), 2), np.array([0.0, 4.0]))
    near(m.design_effect(fifths, 0.5), 5, 1e-12)  # where 2 − 0.4 · 10 + 0.04 · 50 is 4e-16
    less = Quantile.from_rows(
        np.repeat(np.arange(4), 2), np.array([0.0, 1, 0, 1, 0, 1, 0, 0]), np.array([0.0, 1.0])
    )
    near(m.design_effect(less, 0.5), 1, 1e-12)


SHARES = (
    Fault("event_shares", "- 2 * value", "- value"),
    Fault("event_shares", "value * value", "value"),
    Fault("event_shares", "(sample.n - 1)", "sample.n"),
    Fault("event_shares", "/ sample.events / sample.events", "/ sample.events / sample.n"),
    Fault("event_shares", "* sample.products", "* sample.squares"),
    Fault("event_shares", "sample.below / sample.events", "sample.below / sample.n"),
    Fault("design_effect", "(1 - known.value)", "known.value"),
    Fault("design_effect", "max(1.0,", "max(0.0,"),
    Fault("design_effect", "sample.event_squares / sample.events", "1.0"),
    Fault("design_effect", "_NOTHING * alone", "0"),
    Fault("design_effect", "np.interp(share,", "np.interp(1 - share,"),
)


def arm(low, units=40, each=1):
    """1 … units above `low`, each value `each` times in one unit."""
    return np.repeat(np.arange(units), each), np.repeat(low + np.arange(1.0, units + 1), each)


def both(one, other):
    cuts = np.unique(np.concatenate([one[1], other[1]]))
    return Quantile.from_rows(*one, cuts), Quantile.from_rows(*other, cuts)


def check_quantiles(m):
    control, treatment = both(arm(0), arm(10))
    found = m.quantile(control, 0.5, 0.9)
    near(found.value, 20.5, 1e-12)
    # R 4.2.2: qt(.95, 39) = 1.684875; d = 40/39 at the cuts; place 1 + 39 (share ± half)
    half = 1.684875 * math.sqrt(40 / 39 / 4 / 40)
    ends(found, 20.5 - 39 * half, 20.5 + 39 * half, 1e-4)
    assert found.n == 40
    near(m.quantile(control, 0.25).value, 10.75, 1e-12)
    repeated, _ = both(arm(0, each=4), arm(0))
    near(m.quantile(repeated, 0.5).interval.high - m.quantile(control, 0.5).interval.high, 0, 1.0)
    gain = m.difference(control, treatment, 0.5, 0.9)
    near(gain.value, 10)
    ends(gain, 10 - 39 * half * math.sqrt(2), 10 + 39 * half * math.sqrt(2), 1e-4)
    weighed = m.difference(control, treatment, 0.5, 0.9, 0.5)
    near(weighed.value, 20.25)
    ends(weighed, 20.25 - 39 * half * math.sqrt(1.25), 20.25 + 39 * half * math.sqrt(1.25), 1e-4)
    change = m.relative_difference(control, treatment, 0.5)
    near(change.value, 10 / 20.5)
    assert change.method == "woodruff_mover_ratio"
    moved, scaled = m.shift(control, treatment, 0.5, 0.5), m.relative_shift(control, treatment, 0.5, 0.95)
    error = 39 * math.sqrt(1 / 39 / 4)
    near(moved.value, 20.25)
    near(moved.variance, 1.25 * error**2, 1e-6)
    near(scaled.value, 10 / 20.5)
    near(scaled.variance, error**2 * (1 + (30.5 / 20.5) ** 2) / 20.5**2, 1e-6)
    assert moved.units == scaled.units == 80
    under = both(arm(-200), arm(-300))
    assert m.relative_difference(*under, 0.5).method == "delta"
    near(m.relative_difference(*under, 0.5).value, -100 / 179.5)
    for other in (both(arm(0), arm(-25)), both(arm(-200), arm(100))):
        assert m.relative_difference(*other, 0.5).method == "delta"
    huge = both(arm(0), (np.arange(40), 1e150 * np.arange(1, 41)))
    for asked in (m.relative_difference(*huge, 0.5), m.relative_shift(*huge, 0.5, 0.95)):
        assert code(asked) == "ratio_of_uncertain_control"
    large = (np.arange(40), 1e300 * np.arange(1, 41))
    near(
        m.relative_difference(*both(large, large), 0.5).interval.low,
        m.relative_difference(control, control, 0.5).interval.low,
        1e-9,
    )
    assert code(m.shift(*both(large, large), 0.5)) == "quantile_without_spread"
    same = (np.arange(40), np.full(40, 2.0))
    assert code(m.shift(*both(same, same), 0.5)) == "quantile_without_spread"
    assert code(m.relative_shift(*both(same, same), 0.5, 0.95)) == "quantile_without_spread"
    few, alone, empty = (
        arm(0, 2),
        (np.zeros(40, np.int64), np.arange(40.0)),
        (np.empty(0, np.int64), np.empty(0)),
    )
    for other, said in ((few, "too_few_for_quantile"), (alone, "one_unit"), (empty, "no_units")):
        for ask in (m.difference, m.relative_difference, m.shift):
            assert code(ask(*both(arm(0), other), 0.5)) == code(ask(*both(other, arm(0)), 0.5)) == said
    assert m.quantile(both(alone, few)[0], 0.5).interval is None
    assert m.quantile(both(few, few)[0], 0.5).interval is None
    assert m.quantile(both(few, few)[0], 0.5).value == 1.5
    assert m.quantile(both((np.arange(1), np.ones(1)), few)[0], 0.5).value == 1
    assert code(m.quantile(Quantile.from_rows(*arm(0), np.array([9.0, 12.0])), 0.5)) == "quantile_beyond_cuts"
    refuses(
        (
            lambda: m.quantile(control, 0.0),
            lambda: m.difference(control, both(few, few)[0], 0.5),
            lambda: m.quantile(control, 0.5, 1.0),
        )
    )


QUANTILES = (
    Fault("quantile", "if sample.n > 1:", "if sample.n > 0:"),
    Fault("quantile", "sample.events, ", "sample.n + 1, "),
    Fault("difference", "Term(-coefficient,", "Term(-1,"),
    Fault("relative_difference", "c.value > 0 and", ""),
    Fault("relative_difference", "t.limits(z_of(level))[0] >= 0", "True"),
    Fault("relative_difference", "and _comparable(c, t)", ""),
    Fault("relative_difference", "_over(c, c.value), _over(t, c.value)", "c, t"),
    Fault("shift", "coefficient**2", "coefficient"),
    Fault("shift", "control.n + treatment.n", "control.n"),
    Fault("shift", "variance == 0 or", ""),
    Fault("shift", "or not math.isfinite(variance)", ""),
    Fault("relative_shift", "c.value, vc, t.value, vt", "c.value, vt, c.value, vc"),
    Fault("relative_shift", "if not _comparable(c, t):", "if False:"),
    Fault("_terms", "not np.array_equal(control.cuts, treatment.cuts)", "False"),
    Fault("_terms", "if sample.n == 1:", "if sample.n == 0:"),
    Fault("_at", "(sample.events - 1) * share", "sample.events * share"),
    Fault("_at", "min(left + 2, sample.events)", "left + 2"),
    Fault("_at", "place - left", "0.0"),
    Fault("_term", "sample.n - 1", "sample.n - 10"),
    Fault("_term", "share * (1 - share)", "share"),
    Fault("_term", "_at(sample, share + half)", "_at(sample, share)"),
    Fault("_variance", "2 * student_of", "student_of"),
    Fault("_over", "low / unit", "low"),
)


def check_cuts(m):
    assert m.cut_points(16, 0.5, 8, 16) == tuple(range(1, 17))
    assert m.cut_points(0, 0.5, 8) == ()
    ranks = m.cut_points(1_000_001, 0.9, 250_000, 16)
    reach = 3.480756 * math.sqrt(10 * 0.09 / 250_000)  # R 4.2.2: qnorm(.99975) = 3.480756
    assert len(ranks) == 16
    assert (ranks[0], ranks[-1]) == (1, 1_000_001)
    near(ranks[3], 1 + 1_000_000 * (0.9 - reach), 2)
    near(ranks[14], 1 + 1_000_000 * (0.9 + reach), 2)
    near(ranks[1], 1 + 1_000_000 / 3, 1)
    assert m.cut_points(1000, 0.5, 1, 16)[-1] == 1000
    for asked in ((9, 0.5, 0, 16), (9, 0.5, 1, 15), (9, 1.0, 1, 16), (9, 0.0, 1, 16)):
        with pytest.raises(ValueError, match=r"^`"):
            m.cut_points(*asked)


CUT_POINTS = (
    Fault("cut_points", "events <= most", "events < most"),
    Fault("cut_points", "range(1, events + 1)", "range(events)"),
    Fault("cut_points", "/ least)", "/ events)"),
    Fault("cut_points", "_WIDEST_EFFECT * share", "share"),
    Fault("cut_points", "(1 - share)", "(2 - share)"),
    Fault("cut_points", "z_of(_WIDEST_LEVEL)", "z_of(0.95 + 0 * _WIDEST_LEVEL)"),
    Fault("cut_points", "1 + places * (events - 1)", "places * (events - 1)"),
    Fault("cut_points", "_FINE * most", "most - 1"),
    Fault("cut_points", "max(share - reach, 0.0)", "share"),
    Fault("cut_points", "min(share + reach, 1.0)", "share + reach"),
    Fault("cut_points", "least < 1", "least < 0"),
)

SUITES = {
    "stats/samples/quantile_sums.py": (check_sums, SUMS),
    "stats/event_shares.py": (check_shares, SHARES),
    "stats/quantiles.py": (check_quantiles, QUANTILES),
    "stats/cuts.py": (check_cuts, CUT_POINTS),
}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
