"""Shares and contrasts of independent estimates, one fault at a time: known answers must notice each."""

from experiments.stats.effects import Effect
from experiments.stats.samples import Count
from tests.faults.answers import code, ends, near, stories_of
from tests.faults.planting import Fault


def check_proportions(m):
    ends(m.rate(Count(263, 81)), 0.2553, 0.3662)  # Newcombe (1998), 17:857
    ends(m.rate(Count(20, 0)), 0.0, 0.1611)
    assert m.rate(Count(20, 0)).interval.low == 0.0
    assert m.rate(Count(37, 37)).interval.high == 1.0
    assert m.rate(Count(4, 1)).value == 0.25
    ends(m.rate(Count(20, 0), 0.8), 0.0, 1.642374 / 21.642374)  # z² / (n + z²), z = 1.281552
    assert m.rate(Count(0, 0)).code == "no_units"
    ends(m.difference(Count(80, 48), Count(70, 56)), 0.0524, 0.3339)  # Newcombe (1998), 17:873
    ends(m.difference(Count(29, 0), Count(56, 5)), -0.0381, 0.1926)
    near(m.difference(Count(10, 5), Count(10, 5), coefficient=0.8).value, 0.1)
    assert (
        m.difference(Count(0, 0), Count(1, 1)).code
        == m.difference(Count(1, 1), Count(0, 0)).code
        == "no_units"
    )
    cells = [Count(100, 10), Count(200, 30), Count(300, 60), Count(400, 160)]
    near(m.interaction(*cells).value, 0.4 - 0.15 - 0.2 + 0.1)
    assert all(m.interaction(*cells[:k], Count(0, 0), *cells[k + 1 :]).code == "no_units" for k in range(4))
    # treatment − R · control touches 0 at the ends R of the ratio (Donner & Zou 2012)
    ratio = m.relative_difference(Count(1000, 100), Count(1000, 130))
    near(ratio.value, 0.3)
    near(m.difference(Count(1000, 100), Count(1000, 130), 0.95, 1 + ratio.interval.low).interval.low, 0.0)
    near(m.difference(Count(1000, 100), Count(1000, 130), 0.95, 1 + ratio.interval.high).interval.high, 0.0)
    assert code(m.relative_difference(Count(9, 0), Count(9, 1))) == "ratio_without_hits"
    assert code(m.relative_difference(Count(0, 0), Count(9, 1))) == "no_units"
    assert code(m.relative_difference(Count(9, 1), Count(0, 0))) == "no_units"
    assert m.relative_difference(Count(9, 1), Count(9, 0)).value == -1
    # c = .1, t = .13, n = 1000: se = √(.13·.87/1000 + 1.69·.09/1000)/.1 = .162854
    near(m.delta_ratio(Count(1000, 100), Count(1000, 130)).value, 0.3)
    ends(m.delta_ratio(Count(1000, 100), Count(1000, 130)), 0.3 - 0.319186, 0.3 + 0.319186)
    # log 1.3 ± 1.959964 √(870/130000 + 900/100000)
    ends(m.log_ratio(Count(1000, 100), Count(1000, 130)), 0.016984, 0.661776)
    near(m.log_ratio(Count(1000, 100), Count(1000, 130)).p_value, 0.0362237, 1e-5)
    for relative in (m.delta_ratio, m.log_ratio):
        assert code(relative(Count(100, 0), Count(100, 10))) == "ratio_without_hits"
        assert code(relative(Count(100, 10), Count(100, 0))) == "ratio_without_hits"
        assert code(relative(Count(9, 9), Count(7, 7))) == "no_variation"
        assert code(relative(Count(1000, 3), Count(1000, 40))) == "ratio_of_uncertain_control"
        assert code(relative(Count(0, 0), Count(7, 7))) == "no_units"
        assert isinstance(relative(Count(9, 9), Count(9, 5)), Effect)
    four = m.independence([Count(2091, 520), Count(1980, 476), Count(2003, 467), Count(2036, 430)])
    assert (round(four.statistic, 3), four.freedom, round(four.p_value, 4)) == (8.882, 3, 0.0309)
    assert m.independence([Count(5, 0), Count(5, 0)]).code == "no_variation"
    assert m.independence([Count(5, 5), Count(5, 5)]).code == "no_variation"
    assert m.independence([Count(5, 1), Count(0, 0)]).code == "no_units"
    assert m.independence([Count(5, 1), Count(5, 2)]).freedom == 1


PROPORTIONS = (
    Fault(
        "relative_difference",
        "_term(1, control), _term(1, treatment)",
        "_term(1, treatment), _term(1, control)",
    ),
    Fault("relative_difference", "control.hits == 0", "treatment.hits == 0"),
    Fault("relative_difference", "control.n == 0 or", "control.n == 0 and"),
    Fault("wilson", "share + z * z / (2 * n)", "share + z * z / n"),
    Fault("wilson", "(1 + z * z / n)\n", "(1 + z / n)\n"),
    Fault("wilson", "z * z / (4 * n * n)", "z * z / (4 * n)"),
    Fault("wilson", "share * (1 - share) / n", "share * (1 - share) / (n + 1)"),
    Fault("wilson", "max(0.0, centre - half)", "max(0.0, centre + half)"),
    Fault("rate", "count.hits / count.n,", "count.hits / (count.n + 1),"),
    Fault("rate", "z_of(level)", "z_of(0.95 if level else level)"),
    Fault("difference", "_term(-coefficient, control)", "_term(-1, control)"),
    Fault("difference", "_term(1, treatment)", "_term(1, control)"),
    Fault("difference", "control.n == 0 or treatment.n == 0", "control.n == 0 and treatment.n == 0"),
    Fault("interaction", "_term(-1, second)", "_term(1, second)"),
    Fault("interaction", "_term(1, neither)", "_term(-1, neither)"),
    Fault("interaction", "second.n, both.n) == 0", "second.n) == 0"),
    Fault("delta_ratio", "for count in (control, treatment)", "for count in (treatment, control)"),
    Fault("log_ratio", "(a.n - a.hits)", "a.n"),
    Fault("log_ratio", "math.expm1(log - half)", "log - half"),
    Fault("log_ratio", "p_of(log / error)", "p_of(2 * log / error)"),
    Fault(
        "log_ratio",
        "_no_ratio(control, treatment) or _uncertain(control, level)",
        "_no_ratio(control, treatment)",
    ),
    Fault("_share_and_variance", "share * (1 - share) / count.n", "share * (1 - share)"),
    Fault("_no_ratio", "control.hits == 0 or treatment.hits == 0", "control.hits == 0"),
    Fault("_no_ratio", "control.hits == control.n and treatment", "control.hits == control.n or treatment"),
    Fault("independence", "len(counts) - 1, statistic))", "len(counts), statistic))"),
    Fault("independence", "hits in (0, n)", "hits == 0"),
    Fault("independence", "(c.n * share * (1 - share))", "(c.n * share)"),
)


def check_contrast(m):
    near(m.z_of(0.95), 1.959963984540054, 1e-12)
    near(m.p_of(1.959963984540054), 0.05, 1e-12)
    near(m.p_of(-1.959963984540054), 0.05, 1e-12)
    steady = m.Term(1.0, 3.0, lambda z: (3.0 - z, 3.0 + 2 * z))
    negative = m.Term(-2.0, 0.5, lambda z: (0.5 - z, 0.5 + 2 * z))
    both = m.contrast((steady, negative), 0.95, "mover")
    near(both.value, 2.0)
    z = 1.959963984540054
    ends(both, 2 - z * 17**0.5, 2 + z * 8**0.5, 1e-9)  # below: z and 4 z; above: 2 z and 2 z
    near(both.p_value, m.p_of(2 / 17**0.5), 1e-9)
    near(m.contrast((negative,), 0.95, "mover").p_value, m.p_of(0.5), 1e-9)
    assert m.contrast((m.Term(1.0, 0.0, lambda z: (-z, z)),), 0.95, "mover").p_value == 1.0
    # by hand, 1 < 2 < 2.5 and 2 < 3 < 4 at any z: low = 8/(6 + √(36 − 8·2.5·1.5)), high = (6 + √(36 − 8·3))/(1·3)
    two, three = m.Term(7.0, 2.0, lambda z: (1.0, 2.5)), m.Term(-7.0, 3.0, lambda z: (2.0, 4.0))
    share = m.ratio(two, three, 0.95, "given")
    near(share.value, 0.5)
    ends(share, 8 / (6 + 6**0.5) - 1, (6 + 12**0.5) / 3 - 1, 1e-9)
    assert (share.scale, share.interval.level) == ("relative", 0.95)
    near(m.ratio(steady, m.Term(1.0, 3.0, lambda z: (3.0 - z, 3.0 + z)), 0.8, "given").p_value, 1.0)
    moved = m.ratio(
        m.Term(1.0, 3.0, lambda z: (3.0 - z, 3.0 + z)),
        m.Term(1.0, 5.0, lambda z: (5.0 - z, 5.0 + z)),
        0.8,
        "given",
    )
    near(moved.p_value, m.p_of(2**0.5), 1e-9)  # |5 − 3| = z √2
    assert (
        m.ratio(m.Term(1.0, 2.0, lambda z: (0.0, 3.0)), three, 0.95, "given").code
        == "ratio_of_uncertain_control"
    )
    gone = m.ratio(two, m.Term(1.0, 0.0, lambda z: (0.0, 1.0)), 0.95, "given")
    ends(gone, -1.0, 3**0.5 / 3 - 1, 1e-9)
    change = m.relative_change(-10.0, 0.04, -12.0, 0.09, 0.95)
    near(change.value, -0.2)
    ends(change, -0.2 - z * 0.0384187, -0.2 + z * 0.0384187, 1e-6)
    near(change.p_value, m.p_of(0.2 / 0.0384187), 1e-7)
    assert m.relative_change(1.0, 0.25, 5.0, 0.1, 0.99).code == "ratio_of_uncertain_control"
    assert m.relative_change(-1.0, 0.27, 5.0, 0.1, 0.95).code == "ratio_of_uncertain_control"
    assert isinstance(m.relative_change(-1.0, 0.25, 5.0, 0.1, 0.95), Effect)
    assert m.relative_change(1.0, 0.0, 1.0, 0.0, 0.95).code == "no_variation"
    for control, treatment, variance in ((1e-200, 1e200, 1.0), (1e-10, 1.0, 1e300), (1e-200, 1e150, 1e-200)):
        assert m.relative_change(control, 0.0, treatment, variance, 0.95).code == "out_of_range"
    far = m.relative_change(1e-150, 1e-310, 1e5, 1.0, 0.95)
    near(far.value / 1e155, 1.0, 1e-12)


CONTRAST = (
    Fault("ratio", "2 * treatment.value - lt", "treatment.value - lt"),
    Fault("ratio", "2 * treatment.value - ut", "2 * treatment.value + ut"),
    Fault("ratio", "below * uc * (2 * control.value - uc)", "below * uc"),
    Fault("ratio", "above / (lc *", "above / (uc *"),
    Fault("ratio", "Term(-1, control.value", "Term(1, control.value"),
    Fault("ratio", "if lc <= 0:", "if lc < 0:"),
    Fault("ratio", "Effect(value - 1", "Effect(value"),
    Fault("_root", "product * product - other", "product * product + other"),
    Fault("z_of", "(1 - level) / 2", "1 - level"),
    Fault("p_of", "abs(z) / math.sqrt(2)", "abs(z)"),
    Fault("p_of", "abs(z)", "z"),
    Fault("_mover", "value - math.hypot(*below)", "value - sum(below)"),
    Fault("_mover", "value + math.hypot(*above)", "value + math.hypot(*below)"),
    Fault(
        "_mover",
        "sorted(term.weight * end for end in term.limits(z))",
        "[term.weight * end for end in term.limits(z)]",
    ),
    Fault("_mover", "centre = term.weight * term.value", "centre = term.value"),
    Fault("_p_value", "-_mover(terms, z)[1]", "_mover(terms, z)[1]"),
    Fault("_crossing", "if below > 0:", "if below < 0:"),
    Fault("_crossing", "return inside", "return outside - 1e-6"),
    Fault("_crossing", "found > 0", "found > 1e-6"),
    Fault("_crossing", "> _CLOSE:", "> 1e-6:"),
    Fault("_p_value", "if value == 0:", "if value < 0:"),
    Fault("contrast", "z_of(level)", "z_of(0.9)"),
    Fault("relative_change", "p_of(shift.value / shift.error)", "p_of(shift.value)"),
    Fault(
        "relative_shift", "treatment / control * math.sqrt(control_variance)", "math.sqrt(control_variance)"
    ),
    Fault(
        "relative_shift",
        "if not (math.isfinite(value) and error * error < math.inf)",
        "if error * error == math.inf",
    ),
    Fault(
        "relative_shift",
        "if not (math.isfinite(value) and error * error < math.inf)",
        "if not math.isfinite(value)",
    ),
    Fault("relative_shift", "(treatment - control) / whole", "(treatment - control) / control"),
    Fault("relative_shift", "error * error, units", "error, units"),
    Fault("divisible", "abs(control) <=", "control <="),
    Fault("divisible", "z_of(level) *", "2 *"),
)


SUITES = {
    "stats/proportions.py": (check_proportions, PROPORTIONS),
    "stats/contrast.py": (check_contrast, CONTRAST),
}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
