"""Sums of pairs, one fault at a time: numbers worked out by hand must notice each."""

import math

import numpy as np
import pytest

from tests.faults.answers import near, refuses, stories_of
from tests.faults.planting import Fault

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # a fault may overflow or divide by 0
ONE, OTHER = frozenset({"a"}), frozenset({"b"})


def check_ratio_sample(m):
    known = m.Ratio(3, 3.0, 3.0, 14.0, 6.0, 9.0, ONE)
    top, bottom = np.array([1.0, 2.0, 6.0]), np.array([2.0, 2.0, 5.0])
    assert m.Ratio.from_rows(top, bottom, ONE) == known
    assert m.Ratio.from_sums(3, 9.0, 9.0, 41.0, 33.0, 36.0, ONE) == known
    assert m.Ratio.from_sums(1, 9.0, 3.0, 81.0, 9.0, 27.0, ONE) == m.Ratio(1, 9.0, 3.0, 0.0, 0.0, 0.0, ONE)
    assert m.Ratio.from_sums(0, 0.0, 0.0, 0.0, 0.0, 0.0).n == 0
    assert m.Ratio.from_rows(top[:0], bottom[:0]).n == 0
    assert m.Ratio(4, 3.0, 2.0, 0.0, 0.0, 0.0).value == 1.5
    assert m.Ratio(4, 3.0, 0.0, 0.0, 0.0, 0.0).value is None
    # tops 1, 2, 6, 5, 9 and bottoms 2, 2, 5, 4, 7
    whole = known + m.Ratio.from_rows(np.array([5.0, 9.0]), np.array([4.0, 7.0]), OTHER)
    truth = (4.6, 4.0, 41.2, 18.0, 27.0)
    for name, value in zip(m.Ratio.__slots__[1:6], truth, strict=True):
        near(getattr(whole, name), value, 1e-12)
    assert (whole.n, whole.parts) == (5, ONE | OTHER)
    nothing = m.Ratio(0, 0.0, 0.0, 0.0, 0.0, 0.0, OTHER)
    assert nothing + known == known + nothing == m.Ratio(3, 3.0, 3.0, 14.0, 6.0, 9.0, ONE | OTHER)
    tenths = np.full(1000, 0.1)
    assert m.Ratio.from_rows(tenths, tenths).top_deviations == 0
    tenth = m.Ratio.from_sums(10, sum([0.1] * 10), 10.0, sum([0.01] * 10), 10.0, 1.0)
    assert tenth.top_deviations == 0
    tiny = m.Ratio.from_rows(np.array([0.0, 1e-170]), np.array([0.0, 1.0]), ONE)
    assert tiny.codeviations == 0
    assert (tiny + m.Ratio.from_rows(np.array([3e-170]), np.array([5.0]), OTHER)).codeviations == 0
    assert m.Ratio(3, 0.0, 0.0, 4.0, 9.0, 6.0 * (1 + 5e-10)).n == 3
    assert m.Ratio(9, 1e6, 1.0, 0.0, 9.0, 1e-9).n == 9
    same = m.Ratio.from_sums(
        3, 3e4 + 6.0, 3e4 + 6.0, 3e8 + 1.2e5 + 14.0, 3e8 + 1.2e5 + 14.0, 3e8 + 1.2e5 + 14.05
    )
    near(same.codeviations, same.top_deviations, 1e-12)
    refuses(
        (
            lambda: m.Ratio(-1, 0.0, 0.0, 0.0, 0.0, 0.0),
            lambda: m.Ratio(3, math.nan, 0.0, 0.0, 0.0, 0.0),
            lambda: m.Ratio(3, 0.0, math.inf, 0.0, 0.0, 0.0),
            lambda: m.Ratio(3, 0.0, 0.0, -1.0, 0.0, 0.0),
            lambda: m.Ratio(3, 0.0, 0.0, 0.0, -1.0, 0.0),
            lambda: m.Ratio(3, 0.0, 0.0, 4.0, 9.0, 6.0 * (1 + 3e-9)),
            lambda: m.Ratio(3, 0.0, 0.0, 4.0, 9.0, -6.1),
            lambda: m.Ratio(9, 1e6, 1.0, 0.0, 9.0, 1e-2),
            lambda: m.Ratio(1, 2.0, 2.0, 1.0, 0.0, 0.0),
            lambda: m.Ratio(1, 2.0, 2.0, 0.0, 1.0, 0.0),
            lambda: m.Ratio(0, 2.0, 0.0, 0.0, 0.0, 0.0),
            lambda: m.Ratio(0, 0.0, 2.0, 0.0, 0.0, 0.0),
            lambda: m.Ratio.from_rows(top, bottom[:1]),
            lambda: m.Ratio.from_rows(np.ones((2, 2)), np.ones((2, 2))),
            lambda: m.Ratio.from_sums(0, 1.0, 0.0, 0.0, 0.0, 0.0),
            lambda: m.Ratio.from_sums(2, 4.0, 2.0, 7.0, 2.0, 4.0),
            lambda: m.Ratio.from_sums(2, 4.0, 2.0, math.nan, 2.0, 4.0),
            lambda: m.Ratio.from_sums(2, 4.0, 3.0, 10.0, 5.0, 9.0),
            lambda: known + known,
        )
    )


SAMPLE = (
    Fault("Ratio.__post_init__", "if not math.isfinite(getattr(self, name)):", "if False:"),
    Fault("Ratio.__post_init__", "self.top_deviations < 0 or self.bottom_deviations < 0", "self.top_deviations < 0"),
    Fault("Ratio.__post_init__", "most * (1 + _ROUNDING) + _DIGITS * size", "most"),
    Fault("Ratio.__post_init__", "+ _DIGITS * size", "+ size"),
    Fault("Ratio.__post_init__", "+ _DIGITS * size", ""),
    Fault("Ratio.__post_init__", "abs(self.codeviations)", "self.codeviations"),
    Fault("Ratio.__post_init__", "self.top_mean or self.bottom_mean", "self.top_mean"),
    Fault("Ratio.__post_init__", "self.n < 2 and spread", "self.n < 1 and spread"),
    Fault("Ratio.__post_init__", "self.top_deviations or self.bottom_deviations or", "self.top_deviations or"),
    Fault("Ratio.from_sums", "-top * (bottom / n)", "-top * bottom"),
    Fault("Ratio.from_sums", "if n > 1 else 0.0", "if n > 3 else 0.0"),
    Fault("Ratio.from_sums", "top / n, bottom / n", "top, bottom / n"),
    Fault("Ratio.from_sums", "abs(both) <= most + lost", "abs(both) <= most"),
    Fault("Ratio.from_sums", "abs(both) <= most + lost", "True"),
    Fault("Ratio.from_rows", "top.shape != bottom.shape or top.ndim != 1", "top.shape != bottom.shape"),
    Fault("Ratio.from_rows", "_allowed(both, squares, beneath)", "both"),
    Fault("Ratio.from_rows", "float(one @ other)", "float(one @ one)"),
    Fault("Ratio.value", "if self.bottom_mean else None", ""),
    Fault("Ratio.__add__", "top * bottom * weight", "0"),
    Fault("Ratio.__add__", "self.n / n * other.n", "other.n"),
    Fault("Ratio.__add__", "self.top_mean + top * share", "self.top_mean + top"),
    Fault("Ratio.__add__", "_allowed(both, above, below)", "both"),
    Fault("Ratio.__add__", "other if self.n == 0 else self", "self"),
    Fault("_centred", "mean += float((values - mean).mean())", "pass"),
    Fault("_allowed", "max(-most, min(most, both))", "both"),
    Fault("_deviations", "found < -_ROUNDING * abs(squares)", "found < -1e9"),
    Fault("_deviations", "found > _LOST * squares", "found > 0"),
    Fault("_deviations", "math.isfinite(squares)", "True"),
)  # fmt: skip

test_the_untouched_pairs_pass, test_every_fault_in_pairs_is_caught = stories_of(
    {"stats/samples/ratio.py": (check_ratio_sample, SAMPLE)}
)
