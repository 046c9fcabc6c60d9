"""Strata and cross-moments, one fault at a time: numbers worked out by hand must notice each."""

import math

import numpy as np
import pytest

from experiments.stats.samples import Count, Moments, Ratio
from tests.faults.answers import code, ends, near, refuses, stories_of
from tests.faults.planting import Fault

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # a fault may overflow or divide by 0
ONE, OTHER = frozenset({"a"}), frozenset({"b"})
# a: 2/10 and 5/20, b: 20/40 and 18/30; w = .3, .7; d = .05, .1; D = .085
CONTROL = {"a": Count(10, 2), "b": Count(40, 20)}
TREATMENT = {"a": Count(20, 5), "b": Count(30, 18)}
CELLS = (
    (0.09 * 0.25 * 0.75 / 19, 19, "t"),
    (0.09 * 0.2 * 0.8 / 9, 9, "c"),
    (0.49 * 0.24 / 29, 29, "t"),
    (0.49 * 0.25 / 39, 39, "c"),
)


def variance_of(k):
    d = 0.25 - k * 0.2, 0.6 - k * 0.5
    whole = 0.3 * d[0] + 0.7 * d[1]
    cells = [(part * (k * k if side == "c" else 1.0), df) for part, df, side in CELLS]
    variance = sum(part for part, _ in cells) + (0.3 * (d[0] - whole) ** 2 + 0.7 * (d[1] - whole) ** 2) / 100
    return variance, variance**2 / sum(part * part / df for part, df in cells)


def check_strata(m):
    for k in (1.0, 0.8, -1.5):
        found = m.shift(CONTROL, TREATMENT, k)
        near(found.value, 0.495 - k * 0.41, 1e-12)
        near(found.variance, variance_of(k)[0], 1e-12)
        near(found.freedom, variance_of(k)[1], 1e-8)
    assert (found.units, found.scale, found.method) == (100, "absolute", "post_stratified")
    k = 0.495 / 0.41
    told = m.relative_shift(CONTROL, TREATMENT, 0.95)
    near(told.value, k - 1, 1e-12)
    near(told.variance, variance_of(k)[0] / 0.41**2, 1e-12)
    assert (told.units, told.scale, told.freedom) == (100, "relative", None)
    near(m.difference(CONTROL, TREATMENT, 0.95, 0.8).value, 0.495 - 0.8 * 0.41, 1e-12)
    for drawn in (m.difference, m.relative_difference):
        assert drawn(CONTROL, TREATMENT, 0.9).interval.low > drawn(CONTROL, TREATMENT).interval.low
    ends(
        m.relative_difference(CONTROL, TREATMENT),
        *(told.value + s * 1.959963985 * told.error for s in (-1, 1)),
        1e-8,
    )
    # control .02 ± .0199 in one stratum: z · se = .039 at 95 %, .0102 at 40 %
    rare = {"a": Count(50, 1)}
    assert code(m.relative_shift(rare, {"a": Count(50, 9)}, 0.95)) == "ratio_of_uncertain_control"
    assert code(m.relative_difference(rare, {"a": Count(50, 9)})) == "ratio_of_uncertain_control"
    assert not hasattr(m.relative_shift(rare, {"a": Count(50, 9)}, 0.4), "code")
    below = m.relative_shift({"a": Moments(9, -5.0, 8.0)}, {"a": Moments(9, -4.0, 8.0)}, 0.95)
    near(below.value, 0.2, 1e-12)
    near(below.variance, (1 / 9 + 16 / 25 / 9) / 25, 1e-12)
    # 1, 2 | 4 joined with 6 | 8: means 7/3 and 7, deviations 14/3 and 2
    lone = m.shift(
        {"x": Moments(2, 1.5, 0.5), "y": Moments(1, 4.0, 0.0), "gone": Count(0, 0)},
        {"x": Moments(1, 6.0, 0.0), "y": Moments(1, 8.0, 0.0)},
    )
    near(lone.value, 14 / 3, 1e-12)
    near(lone.variance, 14 / 3 / 2 / 3 + 2 / 2, 1e-12)
    # one lone unit: the two smallest others (8 units each) join it, the next does not
    small = {
        "lone": Count(1, 1),
        "p": Count(4, 1),
        "q": Count(3, 1),
        "big": Count(50, 20),
        "mid": Count(6, 2),
    }
    beside = {"p": Count(4, 3), "q": Count(5, 2), "big": Count(40, 25), "mid": Count(6, 1)}
    joined = m.shift(
        {"rest": Count(8, 3), "big": Count(50, 20), "mid": Count(6, 2)},
        {"rest": Count(9, 5), "big": Count(40, 25), "mid": Count(6, 1)},
    )
    near(m.shift(small, beside).value, joined.value, 1e-12)
    near(m.shift(small, beside).variance, joined.variance, 1e-12)
    control = {"x": Count(1, 1), "y": Count(5, 1), "big": Count(50, 20)}
    both = m.shift(control, {"x": Count(4, 1), "y": Count(1, 1), "big": Count(40, 25)})
    by_hand = m.shift({"r": Count(6, 2), "big": Count(50, 20)}, {"r": Count(5, 2), "big": Count(40, 25)})
    near(both.variance, by_hand.variance, 1e-12)
    assert m.LEAST_UNITS == 2
    assert m.shift(CONTROL, TREATMENT | {"new": Count(3, 1)}).units == 103
    even = {"a": Count(9, 2), "b": Count(9, 5)}
    assert m.shift(even | {"gone": Count(0, 0)}, even) == m.shift(even, even)
    for one, other, why in (
        ({}, {}, "no_units"),
        ({}, CONTROL, "no_units"),
        (CONTROL, {"a": Count(0, 0)}, "no_units"),
        ({"a": Count(1, 1)}, CONTROL, "one_unit"),
        (CONTROL, {"a": Count(1, 1)}, "one_unit"),
        ({"a": Count(9, 0)}, {"a": Count(9, 0)}, "no_variation"),
        ({"a": Moments(2, 0.1, 1e-34)}, {"a": Moments(2, 0.1, 0.0)}, "no_variation"),
    ):
        assert code(m.shift(one, other)) == code(m.difference(one, other)) == why
        assert code(m.relative_shift(one, other, 0.95)) in (why, "ratio_of_uncertain_control")
    split = m.shift({"a": Count(9, 0), "b": Count(9, 0)}, {"a": Count(9, 0), "b": Count(9, 9)})
    near(split.variance, 0.25 / 36, 1e-12)  # only the strata's shares vary
    assert split.freedom is None


STRATA = (
    Fault("_Cell.joined", "return other", "return self"),
    Fault("_Cell.joined", "self.n * share", "share"),
    Fault("_Cell.joined", "step * share", "step"),
    Fault("_Cell.joined", "other.spread, between", "between"),
    Fault("_Cell.joined", "_Cell(n, self.mean", "_Cell(self.n, self.mean"),
    Fault("_Stratum.n", "self.control.n + self.treatment.n", "self.control.n"),
    Fault("_Stratum.told", "min(", "max("),
    Fault("_Stratum.told", ">= LEAST_UNITS", "> LEAST_UNITS"),
    Fault("_Stratum.joined", "self.treatment.joined(other.treatment)", "self.treatment"),
    Fault("shift", "-coefficient", "-1.0"),
    Fault("shift", "_told(control, treatment)", "_told(treatment, control)"),
    Fault("shift", "\"post_stratified\", freedom", "\"post_stratified\""),
    Fault("relative_shift", "_weighed(found, 0.0, 1.0)", "_weighed(found, 0.0, -1.0)"),
    Fault("relative_shift", "base.error * base.error, level", "base.error * base.error, 0.95"),
    Fault("relative_shift", "-(other.value / base.value)", "-1.0"),
    Fault("relative_shift", "told.error / abs(base.value)", "told.error"),
    Fault("relative_shift", "(other.value - base.value) / abs(base.value)", "(other.value - base.value) / base.value"),
    Fault("difference", "treatment, coefficient", "treatment"),
    Fault("difference", "fixed(found, level)", "fixed(found)"),
    Fault("relative_difference", "fixed(found, level)", "fixed(found)"),
    Fault("relative_difference", "treatment, level", "treatment, 0.5"),
    Fault("_told", "{*control, *treatment}", "control"),
    Fault("_told", "if one.n > 0", ""),
    Fault("_told", "least == 0", "least < 0"),
    Fault("_told", "least < LEAST_UNITS", "least < 1"),
    Fault("_told", "min(sum(", "max(sum("),
    Fault("_told", "min(one.n for one in kept)", "max(one.n for one in kept)"),
    Fault("_told", "if one.n == size", "if one.n <= size + 6"),
    Fault("_told", "[one for one in kept if one.n > size]", "kept"),
    Fault("_told", "(*kept, rest)", "tuple(kept)"),
    Fault("_told", "not (rest := reduce(_Stratum.joined, few)).told", "(rest := few[0]) is None"),
    Fault("_cell", "sample.hits * missed / sample.n", "sample.hits * missed"),
    Fault("_cell", "sample.n - sample.hits", "sample.n"),
    Fault("_cell", "spread_of(sample.n, sample.mean, sample.deviations)", "math.sqrt(sample.deviations)"),
    Fault("_weighed", "cell.spread / math.sqrt(cell.n - 1) / math.sqrt(cell.n)", "cell.spread / cell.n"),
    Fault("_weighed", "one.n / n * abs(weight)", "abs(weight)"),
    Fault("_weighed", "* abs(weight) *", "*"),
    Fault("_weighed", "math.sqrt(one.n / n / n) * (each - value)", "0.0"),
    Fault("_weighed", "math.sqrt(one.n / n / n)", "math.sqrt(one.n / n)"),
    Fault("_weighed", "(many - 1)", "many"),
    Fault("_weighed", "(each / error) ** 4", "(each / error) ** 2"),
    Fault("_weighed", "if lost > 0 else None", ""),
)  # fmt: skip


def check_regression(m):
    rows = np.array([[1.0, 2.0, 5.0], [2.0, 2.0, 7.0], [6.0, 5.0, 7.0]])
    more = np.array([[5.0, 4.0, 1.0], [9.0, 7.0, 0.0]])
    first, second = m.Regression.from_rows(rows, 2, ONE), m.Regression.from_rows(more, 2, OTHER)
    whole, every = first + second, np.concatenate([rows, more])
    assert np.abs(whole.means - every.mean(axis=0)).max() < 1e-12
    assert np.abs(whole.products - np.cov(every, rowvar=False) * 4).max() < 1e-12
    assert (whole.n, whole.outcomes, whole.parts, whole.covariates) == (5, 2, ONE | OTHER, 1)
    assert first.outcome == Ratio(3, 3.0, 3.0, 14.0, 6.0, 9.0, ONE)
    assert m.Regression.from_rows(rows, 1, ONE).outcome == Moments(3, 3.0, 14.0, ONE)
    assert (m.Regression.from_rows(rows).outcomes, m.Regression.from_rows(rows).covariates) == (1, 2)
    nothing = m.Regression.from_rows(rows[:0], 2, OTHER)
    assert nothing + first == first + nothing
    assert (nothing + first).n == 3
    rounded = m.Regression(3, 2, np.array([1.0, 1.0]), np.array([[4.0, 7.0], [7.0, 9.0]]))
    assert rounded.outcome.codeviations == 6.0
    rounded = m.Regression(3, 2, np.array([1.0, 1.0]), np.array([[4.0, -7.0], [-7.0, 9.0]]))
    assert rounded.outcome.codeviations == -6.0
    tenths = m.Regression.from_rows(np.column_stack([np.full(1000, 0.1), np.arange(1000.0)]))
    assert not tenths.products[0].any()
    again = m.Regression.from_rows(rows, 2, ONE)
    assert first == again
    assert first != m.Regression.from_rows(rows, 2, OTHER)
    assert first != m.Regression.from_rows(rows, 1, ONE)
    assert first != m.Regression.from_rows(rows + 1.0, 2, ONE)
    assert first != m.Regression(3, 2, first.means, first.products * 2, ONE)
    assert (first == "a sample") is False
    with pytest.raises(TypeError):
        hash(first)
    eye = np.eye(2)
    refuses(
        (
            lambda: m.Regression(-1, 1, np.zeros(2), eye * 0),
            lambda: m.Regression(3, 3, np.zeros(3), np.eye(3)),
            lambda: m.Regression(3, 2, np.zeros(1), np.eye(1)),
            lambda: m.Regression(3, 1, np.zeros(3), eye),
            lambda: m.Regression(3, 1, np.array([0.0, math.nan]), eye),
            lambda: m.Regression(3, 1, np.zeros(2), np.array([[1.0, math.inf], [math.inf, 1.0]])),
            lambda: m.Regression(3, 1, np.zeros(2), -eye),
            lambda: m.Regression(3, 1, np.zeros(2), np.array([[1.0, 0.5], [0.0, 1.0]])),
            lambda: m.Regression(1, 1, np.zeros(2), np.eye(2)),
            lambda: m.Regression(0, 1, np.ones(2), eye * 0),
            lambda: m.Regression.from_rows(np.zeros(3)),
            lambda: first + m.Regression.from_rows(more, 1, OTHER),
            lambda: first + m.Regression.from_rows(more[:, :2], 2, OTHER),
            lambda: first + again,
            lambda: first.means.__setitem__(0, 1.0),
            lambda: first.products.__setitem__((0, 0), 1.0),
        )
    )


REGRESSION = (
    Fault("Regression.__post_init__", "require_count(\"n\", self.n)", "pass"),
    Fault("Regression.__post_init__", "self.outcomes not in (1, 2) or ", ""),
    Fault("Regression.__post_init__", "k < self.outcomes or ", ""),
    Fault("Regression.__post_init__", " or self.products.shape != (k, k)", ""),
    Fault("Regression.__post_init__", "not np.isfinite(self.means).all() or ", ""),
    Fault("Regression.__post_init__", " or not np.isfinite(self.products).all()", ""),
    Fault("Regression.__post_init__", "(np.diag(self.products) < 0).any() or ", ""),
    Fault("Regression.__post_init__", " or not np.array_equal(self.products, self.products.T)", ""),
    Fault("Regression.__post_init__", "(self.n < 2 and self.products.any()) or ", ""),
    Fault("Regression.__post_init__", " or (self.n == 0 and self.means.any())", ""),
    Fault("Regression.__post_init__", "self.means.setflags(write=False)", "pass"),
    Fault("Regression.__post_init__", "self.products.setflags(write=False)", "pass"),
    Fault("Regression.from_rows", "means = means + (values - means).mean(axis=0)", "pass"),
    Fault("Regression.from_rows", "if values.ndim != 2:", "if values.ndim > 2:"),
    Fault("Regression.from_rows", "products.T / 2", "products.T"),
    Fault("Regression.outcome", "max(-most, min(most, float(self.products[0, 1])))", "float(self.products[0, 1])"),
    Fault("Regression.outcome", "max(-most, ", "max(0.0, "),
    Fault("Regression.outcome", "float(self.products[1, 1])", "float(self.products[0, 0])"),
    Fault("Regression.covariates", "- self.outcomes", "- 1"),
    Fault("Regression.__add__", "self.n / n * other.n", "self.n / n"),
    Fault("Regression.__add__", "step * (other.n / n)", "step * (self.n / n)"),
    Fault("Regression.__add__", "other if self.n == 0 else self", "self"),
    Fault("Regression.__add__", "self.outcomes != other.outcomes or ", ""),
    Fault("Regression.__add__", " or self.means.size != other.means.size", ""),
    Fault("Regression.__add__", "united(self.parts, other.parts)", "self.parts | other.parts"),
    Fault("Regression.__eq__", "np.array_equal(self.means, other.means) and ", ""),
    Fault("Regression.__eq__", " and np.array_equal(self.products, other.products)", ""),
    Fault("Regression.__eq__", "same and ", ""),
)  # fmt: skip

test_the_untouched_strata_pass, test_every_fault_in_strata_is_caught = stories_of(
    {
        "stats/strata.py": (check_strata, STRATA),
        "stats/samples/regression.py": (check_regression, REGRESSION),
    }
)
