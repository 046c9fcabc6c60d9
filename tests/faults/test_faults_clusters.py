"""Shares of units that share persons, one fault at a time: known answers must notice each."""

import math

import numpy as np

from experiments.stats import proportions
from experiments.stats.samples import Count
from tests.experiments.stats.test_clusters import FEW
from tests.faults.answers import code, near, refuses, stories_of
from tests.faults.planting import Fault

T19 = 2.0930240544  # 97.5 % of Student's t on 19 degrees of freedom (any table)


def check_clusters(m):
    def side(n, hits):
        return m.Clusters(np.array(n, np.int64), np.array(hits, np.int64))

    def known(one):
        """Share, pulls, and Wilson's limits with the effective number of units, in plain loops."""
        total, persons = sum(one.n.tolist()), sum(n > 0 for n in one.n.tolist())
        share = sum(one.hits.tolist()) / total
        pulls = [(h - share * n) / total for h, n in zip(one.hits.tolist(), one.n.tolist(), strict=True)]
        variance = sum(p * p for p in pulls) * persons / (persons - 1)
        drawn = min(total, share * (1 - share) / variance)
        return share, pulls, proportions.wilson(share * drawn, drawn, T19)

    a = side([3] * 10 + [1] * 10 + [0] * 5, [3, 0] * 5 + [0, 1] * 3 + [0] * 4 + [0] * 5)
    b = side([0] * 5 + [2] * 20, [0] * 5 + [2, 2, 0, 1] * 5)
    (ca, pa, la), (cb, pb, lb) = known(a), known(b)
    found = m.rate(a)
    near(found.value, ca)
    near(found.interval.low, la[0])
    near(found.interval.high, la[1])
    assert found.n == 40
    rho = sum(x * y for x, y in zip(pa, pb, strict=True)) / math.sqrt(
        sum(x * x for x in pa) * sum(y * y for y in pb)
    )
    assert abs(rho) > 0.05
    moved = m.difference(a, b)
    near(moved.value, cb - ca)
    x, y = cb - lb[0], la[1] - ca
    near(moved.interval.low, cb - ca - math.sqrt(x * x - 2 * rho * x * y + y * y))
    x, y = lb[1] - cb, ca - la[0]
    near(moved.interval.high, cb - ca + math.sqrt(x * x - 2 * rho * x * y + y * y))
    told = m.relative_difference(a, b)
    near(told.value, cb / ca - 1)
    for end, (x, y) in (
        (told.interval.low, (cb - lb[0], la[1] - ca)),
        (told.interval.high, (lb[1] - cb, ca - la[0])),
    ):
        ratio = 1 + end  # where the interval of b − R·a touches 0
        near((cb - ratio * ca) ** 2, x * x - 2 * rho * x * ratio * y + (ratio * y) ** 2)
    assert told.interval.low < told.value < told.interval.high
    near(told.p_value, moved.p_value, 1e-12)
    same = m.difference(a, a)
    assert (same.value, same.p_value) == (0, 1)
    assert moved.value > 0
    near(m.difference(b, a).p_value, moved.p_value, 1e-9)
    near(m.difference(a, b, 1 - moved.p_value).interval.low, 0, 1e-6)
    assert m.difference(a, b, 1 - 0.99 * moved.p_value).interval.low < 0
    assert m.difference(a, b, 1 - 1.01 * moved.p_value).interval.low > 0

    for people in FEW:
        n, h, n_since, h_since = zip(*people, strict=True)
        before, since = side(n, np.minimum(n, h)), side(n_since, np.minimum(n_since, h_since))
        for level in (0.2, 0.5, 0.8, 0.95, 0.99, 0.9999):
            both = m.difference(before, since, level), m.difference(since, before, level)
            for one in both:
                assert (one.interval.low <= 0 <= one.interval.high) == (one.p_value >= 1 - level)
            near(both[0].p_value, both[1].p_value, 1e-12)

    alone = side([1] * 9 + [0] * 9, [1, 0, 0] * 3 + [0] * 9), side([0] * 9 + [1] * 9, [0] * 9 + [1, 1, 0] * 3)
    assert m.difference(*alone) == proportions.difference(Count(9, 3), Count(9, 6))
    assert m.relative_difference(*alone) == proportions.relative_difference(Count(9, 3), Count(9, 6))
    assert m.rate(alone[0]) == proportions.rate(Count(9, 3))
    nobody = m.rate(side([5] * 20, [0] * 20))
    near(nobody.interval.high, T19**2 / (20 + T19**2))
    assert nobody.interval.low == 0

    some, one, none = side([3, 4], [1, 2]), side([9, 0], [4, 0]), side([0, 0], [0, 0])
    for call in (m.difference, m.relative_difference):
        assert code(call(one, some)) == code(call(some, one)) == "one_person"
        assert code(call(none, some)) == code(call(some, none)) == "no_units"
    assert code(m.rate(one)) == "one_person"
    assert code(m.relative_difference(side([3, 4], [0, 0]), some)) == "ratio_without_hits"
    refuses(
        [lambda: side([1, 1], [1]), lambda: side([1, 1], [2, 0]), lambda: m.difference(some, side([1], [0]))]
    )
    refuses([lambda: side([1, 1], [-1, 0])])


CLUSTERS = (
    Fault("Clusters.__post_init__", "self.hits > self.n", "self.hits > self.n + 1"),
    Fault("Clusters.__post_init__", "(self.hits < 0).any() or ", ""),
    Fault("Clusters.single", "self.n <= 1", "self.n <= 3"),
    Fault("rate", "z_of(level)", "z_of(0.9)"),
    Fault("difference", "t.share - c.share", "c.share - t.share"),
    Fault("difference", "_too_few(control) or _too_few(treatment)", "_too_few(treatment)"),
    Fault("relative_difference", "_too_few(control) or _too_few(treatment)", "_too_few(control)"),
    Fault("relative_difference", "min(ends[0], value) - 1", "min(ends[0], value)"),
    Fault("relative_difference", "control.count.hits == 0", "treatment.count.hits == 0"),
    Fault("_independent", "control.n + treatment.n <= 1", "control.n <= 9"),
    Fault("_few", "persons < _LEAST_PERSONS", "persons < 0"),
    Fault("_side", "share * side.n", "side.n"),
    Fault("_limits", "persons / (persons - 1)", "(persons - 1) / persons"),
    Fault("_limits", "student_of(z, persons - 1)", "student_of(z, persons)"),
    Fault("_limits", "student_of(z, persons - 1)", "z"),
    Fault("_limits", "min(float(count.n), share * (1 - share) / variance)", "float(count.n)"),
    Fault("_limits", "else count.n**2 / squared", "else float(count.n)"),
    Fault("_correlation", "control.pulls @ treatment.pulls", "control.pulls @ control.pulls"),
    Fault("_between", "treatment.share - tl", "th - treatment.share"),
    Fault("_between", "control.share - cl", "ch - control.share"),
    Fault("_apart", "2 * shared", "shared"),
    Fault("_apart", "- 2 * shared", "+ 2 * shared"),
    Fault("_ratio", "(t - tl) * (ch - c)", "(t - tl) * (c - cl)"),
    Fault("_ratio", "(th - t) * (c - cl)", "(th - t) * (ch - c)"),
    Fault("_ratio", "ch * (2 * c - ch)", "ch * (2 * c - cl)"),
    Fault("_ratio", "tl * (2 * t - tl)", "tl * (2 * t - th)"),
    Fault("_root", "middle * middle - above * below", "middle * middle + above * below"),
    Fault("_root", "(middle + root) / below", "(middle - root) / below"),
    Fault("_p_value", "if control.share < treatment.share else", "if control.share > treatment.share else"),
    Fault("_p_value", "p_of(outside)", "p_of(outside) / 2"),
    Fault("_p_value", "shared, one)[0]", "shared, one)[1]"),
    Fault("_p_value", "levels[place - 1] if place else 0.0", "levels[place]"),
    Fault("_p_value", "middle)[0]", "middle)[1]"),
    Fault("_p_value", "sorted({*_SCAN, z})", "[_FARTHEST_Z]"),
    Fault("_holding", "p < 1 - level", "p < level"),
    Fault("_holding", "min(low, 0.0), max(high, 0.0)", "low, high"),
)

test_untouched, test_every_fault_is_caught = stories_of({"stats/clusters.py": (check_clusters, CLUSTERS)})
