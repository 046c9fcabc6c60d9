"""Two versions on the same items, one fault at a time: known answers must notice each."""

import numpy as np

from tests.faults.answers import code, ends, near, refuses, stories_of
from tests.faults.planting import Fault


def check_pairs(m):
    airway = m.Paired(1, 1, 7, 12)  # Bentur et al. (2009) in Fagerland, Lydersen & Laake (2013, 2014)
    near(m.exact(airway), 2 * 9 / 256, 1e-12)
    near(m.mid_p(airway), 10 / 256, 1e-12)
    near(m.exact(m.Paired(1, 7, 1, 12)), 2 * 9 / 256, 1e-12)
    near(m.mid_p(m.Paired(0, 0, 5, 0)), 1 / 32, 1e-12)
    assert m.exact(m.Paired(9, 2, 2, 0)) == m.mid_p(m.Paired(9, 2, 2, 0)) == 1.0
    plain, corrected = m.chi_square(airway), m.chi_square(airway, continuity=True)
    near(plain.statistic, 36 / 8, 1e-12)
    near(plain.p_value, 0.03389485, 1e-7)
    near(corrected.statistic, 25 / 8, 1e-12)
    assert plain.freedom == 1
    assert m.chi_square(m.Paired(1, 2, 2, 0), continuity=True).statistic == 0.0
    same = m.Paired(5, 0, 0, 3)
    assert code(m.chi_square(same)) == "quality.never_disagree"
    assert dict(m.chi_square(same).facts) == {"n": 8}
    # Newcombe (1998): 36, 12, 2, 0 gives .0569 to .3404; here the second is the better one
    better = m.difference(m.Paired(36, 2, 12, 0))
    near(better.value, 0.2, 1e-12)
    ends(better, 0.0569, 0.3404, 5e-5)
    mirrored = m.difference(m.Paired(36, 12, 2, 0))
    ends(mirrored, -0.3404, -0.0569, 5e-5)
    assert mirrored.p_value == better.p_value
    assert (better.scale, better.method) == ("absolute", "newcombe_paired")
    ends(m.difference(m.Paired(1, 7, 1, 12)), -0.5069, -0.0256, 5e-5)
    # R 4.2.2, the formula of biostatUZH::confIntPairedProportion: 59, 6, 16, 80 and 53, 16, 8, 9
    ends(m.difference(m.Paired(59, 16, 6, 80)), -0.1186212, -0.0046251, 1e-6)
    ends(m.difference(m.Paired(53, 8, 16, 9)), -0.0201041, 0.2039159, 1e-6)
    ends(m.difference(m.Paired(43, 1, 0, 0)), -0.1180771, 0.0597180, 1e-6)
    for table in ((36, 2, 12, 0), (53, 8, 16, 9), (53, 16, 8, 9)):
        found = m.difference(m.Paired(*table))
        for shift in (0.999, 1.001):
            assert m.difference(m.Paired(*table), 1 - found.p_value * shift).interval.contains(0.0) is (
                shift < 1
            )
    assert m.difference(m.Paired(3, 2, 2, 1)).p_value == 1.0
    assert m.difference(m.Paired(0, 3, 0, 0)).interval.low >= -1
    assert m.difference(m.Paired(0, 0, 3, 0)).interval.high <= 1
    assert m.difference(airway, 0.8).interval.level == 0.8
    near(m.agreement(airway).value, 13 / 21, 1e-12)
    assert m.agreement(airway, 0.8).interval.level == 0.8
    for ask in (m.exact, m.mid_p, m.chi_square, m.difference, m.agreement):
        assert code(ask(m.Paired(0, 0, 0, 0))) == "quality.no_items"
    check_table(m, airway)


def check_table(m, airway):
    first, second = np.array([True, True, False, False, True]), np.array([True, False, False, True, False])
    assert m.Paired.from_rows(first, second, frozenset({"a"})) == m.Paired(1, 2, 1, 1, frozenset({"a"}))
    assert (airway.n, airway.first.hits, airway.second.hits, airway.first.n) == (21, 2, 8, 21)
    one, other = m.Paired(1, 2, 3, 4, frozenset({"a"})), m.Paired(10, 20, 30, 40, frozenset({"b"}))
    assert one + other == m.Paired(11, 22, 33, 44, frozenset({"a", "b"}))
    refuses(
        [
            lambda: m.Paired(1, -1, 1, 1),
            lambda: m.Paired(1, 1, 1, -1),
            lambda: one + one,
            lambda: m.Paired.from_rows(first, second[:3]),
            lambda: m.Paired.from_rows(first.astype(int), second),
            lambda: m.Paired.from_rows(first, second.astype(int)),
        ]
    )


PAIRS = (
    Fault("Paired.__post_init__", '("both", "only_first", "only_second", "neither")', '("both",)'),
    Fault("Paired.from_rows", "first.shape != second.shape or", ""),
    Fault("Paired.from_rows", "first.dtype != np.bool_ or", ""),
    Fault("Paired.from_rows", "first & second", "first | second"),
    Fault("Paired.from_rows", "cls(both, one, other,", "cls(both, other, one,"),
    Fault("Paired.first", "self.only_first", "self.only_second"),
    Fault("Paired.second", "self.only_second", "self.only_first"),
    Fault("Paired.__add__", "self.only_first + other.only_first", "self.only_first"),
    Fault("exact", "min(1.0, 2 *", "min(1.0, 1 *"),
    Fault("exact", "min(1.0, 2 * float(bdtr(fewer, apart, 0.5)))", "2 * float(bdtr(fewer, apart, 0.5))"),
    Fault("exact", "paired.n == 0", "paired.n < 0"),
    Fault("mid_p", "bdtr(fewer - 1, apart, 0.5)", "bdtr(fewer, apart, 0.5)"),
    Fault("mid_p", "if fewer > 0 else 0.0", "if fewer > 0 else 0.5**apart"),
    Fault("chi_square", "max(gap - 1, 0) if continuity", "max(gap - 1, 0) if not continuity"),
    Fault("chi_square", "max(gap - 1, 0)", "gap - 1"),
    Fault("chi_square", "gap * gap / apart", "gap * gap / paired.n"),
    Fault("chi_square", "math.sqrt(statistic)", "statistic"),
    Fault("difference", "paired.only_second - paired.only_first", "paired.only_first - paired.only_second"),
    Fault("difference", "_ends(paired, z)", "_ends(paired, 2.0)"),
    Fault("agreement", "paired.both + paired.neither", "paired.both"),
    Fault("_disagreements", "return min(", "return max("),
    Fault("_correlation", "paired.n / 2", "0"),
    Fault("_correlation", "max(together - paired.n / 2, 0.0)", "together - paired.n / 2"),
    Fault("_correlation", "if together > 0", "if together != 0"),
    Fault("_correlation", "e * h - f * g", "e * h + f * g"),
    Fault(
        "_correlation",
        "if min(margins) == 0:\n        return 0.0",
        "if min(margins) == 0:\n        return 1.0",
    ),
    Fault("_ends", "new / n - new_low, old_high - old / n", "new / n - new_low, old / n - old_low"),
    Fault("_ends", "new_high - new / n", "new / n - new_low"),
    Fault("_joined", "2 * correlation", "correlation"),
    Fault("_joined", "- 2 *", "+ 2 *"),
    Fault("_p_value", "low > 0 or high < 0", "low > 0"),
    Fault("_p_value", "return p_of(inside)", "return p_of(inside) / 2"),
)

SUITES = {"stats/quality/mcnemar.py": (check_pairs, PAIRS)}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
