"""The sample ratio, and the sums that are compared, one fault at a time: known answers must notice each."""

from tests.faults.answers import near, refuses, stories_of
from tests.faults.planting import Fault


def check_srm(m):
    # R 4.2.2: chisq.test(c(505, 495, 1100), p = c(.25, .25, .5)); binom.test(8, 12, p = .3)
    large = m.sample_ratio([505, 495, 1100], [1, 1, 2])
    near(large.p_value, 0.08816269, 1e-8)
    assert large.expected == (525.0, 525.0, 1050.0)
    assert large.method == "chi_square"
    small = m.sample_ratio([8, 4], [3, 7])
    near(small.p_value, 0.00948937113, 1e-10)
    assert small.method == "exact_multinomial"
    # 3/0/1 at 1:1:2 (see test_srm): outcomes no likelier than 4·(1/4)³·(1/2) = 1/32 sum to 1/8
    near(m.sample_ratio([3, 0, 1], [1, 1, 2]).p_value, 0.125, 1e-12)
    near(m.sample_ratio([2, 2], [1, 1]).p_value, 1.0, 1e-12)
    tiny = m.sample_ratio([9990, 4, 6], [9998, 1, 1])
    assert tiny.method == "exact_binomials"
    near(tiny.p_value, 3 * 4.63645e-5, 1e-7)  # scipy binomtest(9990, 10000, .9998)
    assert m.sample_ratio([50, 50], [1, 1]).method == "chi_square"
    assert m.sample_ratio([5, 5], [1, 1]).method == "chi_square"
    assert m.sample_ratio([0, 0], [1, 1]).code == m.check_sample_ratio([0, 0], [1, 1]).code == "no_exposures"
    failed, passed = m.check_sample_ratio([1200, 1000], [1, 1]), m.check_sample_ratio([1050, 1000], [1, 1])
    assert (failed.passed, failed.reason.code) == (False, "sample_ratio_mismatch")
    assert (passed.passed, passed.reason.code) == (True, "sample_ratio_ok")
    near(failed.p_value, 2.007e-5, 1e-7)
    assert m.check_sample_ratio([1130, 1000], [1, 1], alpha=0.005).passed is False
    assert m.check_sample_ratio([1130, 1000], [1, 1], alpha=0.0005).passed is True
    assert "1,200 / 1,000" in failed.reason.sentence
    refuses(
        (lambda refused=refused: m.sample_ratio(*refused))
        for refused in (
            [[5], [1]],
            [[5, -1], [1, 1]],
            [[5, 5], [1, 0]],
            [[5, 5], [1, -0.5]],
            [[5, 5], [1e-300, 1e300]],
            [[5, 5], [1]],
        )
    )


SRM = (
    Fault("_chi_square", "(o - e) ** 2 / e", "(o - e) ** 2 / o"),
    Fault("_chi_square", "len(observed) - 1", "len(observed)"),
    Fault("_chi_square", "(o - e) ** 2", "abs(o - e)"),
    Fault("planned_shares", "weight / scale / whole", "1 / len(weights)"),
    Fault("sample_ratio", "min(expected) >= _SMALL_EXPECTED", "max(expected) >= _SMALL_EXPECTED"),
    Fault("sample_ratio", "min(expected) >= _SMALL_EXPECTED", "min(expected) > _SMALL_EXPECTED"),
    Fault("sample_ratio", "len(shares) * min(singles)", "min(singles)"),
    Fault("sample_ratio", "n - seen", "n"),
    Fault("sample_ratio", "if n == 0:", "if n < 0:"),
    Fault("_multinomial", "weight <= seen + _TIE", "weight >= seen - _TIE"),
    Fault("_multinomial", "weight <= seen + _TIE", "weight < seen - _TIE"),
    Fault("_multinomial", "left * math.log(shares[-1])", "left * math.log(shares[0])"),
    Fault("_multinomial", "- gammaln(left + 1)", "- gammaln(left + 2)"),
    Fault("_multinomial", "- gammaln(placed + 1)", ""),
    Fault("told", "p_value < alpha", "p_value > alpha"),
    Fault("told", "p_value < alpha", "p_value < 0.001"),
    Fault("told", "passed=False", "passed=True"),
    Fault("require_split", "min(observed) < 0", "max(observed) < 0"),
    Fault("_require_weights", "weight > 0", "weight > -1"),
    Fault("planned_shares", "min(shares) == 0", "False"),
)


def check_sums(m):
    one = m.Moments(2, 1.0, 2.0, frozenset({"a"}))
    other = m.Moments(3, 6.0, 4.0, frozenset({"b"}))
    both = one + other  # mean (2 · 1 + 3 · 6) / 5 = 4; 2 + 4 + 5² · 2 · 3 / 5 = 36
    assert (both.n, both.parts) == (5, frozenset({"a", "b"}))
    near(both.mean, 4.0, 1e-12)
    near(both.deviations, 36.0, 1e-12)
    near(both.variance, 9.0, 1e-12)
    nothing = m.Moments(0, 0.0, 0.0, frozenset({"c"}))
    assert (one + nothing).mean == (nothing + one).mean == 1.0
    assert m.Moments.from_sums(3, 15.0, 101.0) == m.Moments(3, 5.0, 26.0)
    assert m.Moments.from_sums(0, 0.0, 0.0) == m.Moments(0, 0.0, 0.0)
    assert m.Moments(1, 5.0, 0.0).variance == 0.0
    assert m.Count(3, 1, frozenset({"a"})) + m.Count(4, 4, frozenset({"b"})) == m.Count(
        7, 5, frozenset({"a", "b"})
    )
    refuses(
        (
            lambda: m.Count(1, 2),
            lambda: m.Count(-1, 0),
            lambda: m.Count(2, -1),
            lambda: one + one,
            lambda: m.Count(1, 1) + m.Count(1, 1),
            lambda: m.Moments(2, float("inf"), 0.0),
            lambda: m.Moments(2, 0.0, -1.0),
            lambda: m.Moments(1, 0.0, 1.0),
            lambda: m.Moments(0, 1.0, 0.0),
            lambda: m.Moments.from_sums(2, 10.0, 10.0),
            lambda: m.Moments.from_sums(0, 1.0, 1.0),
        )
    )


SUMS = (
    Fault("Count.__add__", "self.hits + other.hits", "self.hits"),
    Fault("Count.__add__", "united(self.parts, other.parts)", "self.parts | other.parts"),
    Fault("Count.__post_init__", "self.hits > self.n", "self.hits > self.n + 1"),
    Fault("Moments.__add__", "step * step * (self.n / n) * other.n", "step * (self.n / n) * other.n"),
    Fault("Moments.__add__", "(self.n / n) * other.n", "(self.n / n)"),
    Fault("Moments.__add__", "other.mean * (other.n / n)", "other.mean * (self.n / n)"),
    Fault("Moments.__add__", "+ between", ""),
    Fault("Moments.__add__", "other if self.n == 0 else self", "self if self.n == 0 else other"),
    Fault("Moments.variance", "(self.n - 1)", "self.n"),
    Fault("Moments.from_sums", "-total * (total / n)", "-total"),
    Fault("Moments.from_sums", "deviations < -slack", "deviations < -1e9"),
    Fault("Moments.__post_init__", "self.n < 2 and", "self.n < 1 and"),
    Fault("Moments.__post_init__", "self.deviations < 0", "self.deviations < -2"),
)


SUITES = {"stats/srm.py": (check_srm, SRM), "stats/samples/sums.py": (check_sums, SUMS)}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
