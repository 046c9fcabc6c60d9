"""Faults planted in estimates of units that belong to persons: sums by hand must notice every one."""

import numpy as np

from experiments.stats import clusters
from experiments.stats.clusters import Clusters
from experiments.stats.effects import Effect, Interval
from tests.faults.answers import code, ends, near, stories_of
from tests.faults.planting import Fault

UNITS = ((3, 1, 0, 2, 4), (1, 0, 2, 2, 1))
TOPS = ((5.0, 4.0, 0.0, 1.0, 9.0), (3.0, 0.0, 9.0, 4.0, 7.0))
HITS = ((1, 1, 0, 0, 3), (1, 0, 2, 1, 0))


def raises(make):
    try:
        make()
    except ValueError:
        return True
    return False


def arm(m, place, tops=TOPS):
    units = np.array(UNITS[place], np.int64)
    return m.PersonSums(units, np.array(tops[place], float), units.astype(float))


def by_hand(coefficient=1.0):
    """Value and variance by loops over the five persons."""
    means = [sum(tops) / sum(units) for tops, units in zip(TOPS, UNITS, strict=True)]
    pulls = [
        [(y - mean * x) / sum(units) for y, x in zip(tops, units, strict=True)]
        for mean, tops, units in zip(means, TOPS, UNITS, strict=True)
    ]
    own = [sum(p * p for p in one) * 4 / 3 for one in pulls]  # four persons an arm have units
    shared = sum(a * b for a, b in zip(*pulls, strict=True)) * 5 / 4
    variance = own[1] + coefficient**2 * own[0] - 2 * coefficient * shared
    return means[1] - coefficient * means[0], variance, shared, own


def wider(shift, level):
    """Three standard errors to each side."""
    drawn = Interval(shift.value - 3 * shift.error, shift.value + 3 * shift.error, level)
    return Effect(shift.value, drawn, 0.2, "absolute", f"{shift.method}_often")


def check_by_person(m):
    control, treatment = arm(m, 0), arm(m, 1)
    for coefficient in (1.0, 0.5):
        value, variance, shared, own = by_hand(coefficient)
        found = m.shift(control, treatment, coefficient)
        near(found.value, value, 1e-12)
        near(found.variance, variance, 1e-12)
        assert (found.units, found.scale, found.method) == (16, "absolute", "by_person")
        assert found.freedom is not None
    near(m.covariance(control, treatment), shared, 1e-12)
    value, variance, shared, own = by_hand()
    drawn = m.difference(control, treatment, 0.9, share=False)
    near(drawn.value, value, 1e-12)
    assert drawn.interval.level == 0.9
    base = sum(TOPS[0]) / sum(UNITS[0])
    relative = m.relative_difference(control, treatment, 0.95, draw=wider)
    q, c, t = 3.0, base, base + value
    lead, middle = c * c - q * q * own[0], t * c - q * q * shared
    root = (middle * middle - lead * (t * t - q * q * own[1])) ** 0.5
    ends(relative, (middle - root) / lead / 1 - 1, (middle + root) / lead - 1, 1e-9)
    hits = [Clusters(np.array(UNITS[k]), np.array(HITS[k])) for k in (0, 1)]
    shares = [arm(m, k, HITS) for k in (0, 1)]
    assert m.difference(*shares, 0.9, share=True) == clusters.difference(*hits, 0.9)
    assert m.relative_difference(*shares, 0.9, share=True) == clusters.relative_difference(*hits, 0.9)
    assert m.value(shares[0], 0.9, share=True) == clusters.rate(hits[0], 0.9)
    near(m.value(control, share=False).value, base, 1e-12)
    assert m.value(control, share=False).n == 4
    alike = m.PersonSums(np.array([2, 2]), np.array([2.0, 2.0]), np.array([2.0, 2.0]))
    assert code(m.shift(alike, alike)) == "no_variation"
    assert raises(lambda: m.PersonSums(np.array([1]), np.array([1.0, 2.0]), np.array([1.0])))
    assert raises(lambda: m.PersonSums(np.array([1]), np.array([np.nan]), np.array([1.0])))


BY_PERSON = (
    Fault("shift", "2 * coefficient * covariance", "coefficient * covariance"),
    Fault("shift", "2 * coefficient * covariance", "2 * covariance"),
    Fault("shift", "- 2 * coefficient", "+ 2 * coefficient"),
    Fault("shift", "(control.ratio, treatment.ratio, coefficient)", "(control.ratio, treatment.ratio)"),
    Fault("shift", "control.units.sum() + treatment.units.sum()", "control.units.size + treatment.units.size"),
    Fault("shift", ", found.freedom)", ")"),
    Fault("shift", '"by_person"', "found.method"),
    Fault("covariance", "(control.units > 0) | (treatment.units > 0)", "(control.units > 0) & (treatment.units > 0)"),
    Fault("covariance", "max(persons - 1, 1)", "persons"),
    Fault("covariance", "(pulls[0] * pulls[1]).sum()", "pulls[0].sum() * pulls[1].sum()"),
    Fault("covariance", "* arm.bottoms) / arm.bottoms.sum()", "* arm.bottoms) / arm.units.size"),
    Fault("covariance", "arm.tops.sum() / arm.bottoms.sum() * arm.bottoms", "arm.tops.mean()"),
    Fault("PersonSums.ratio", "self.units > 0", "self.units >= 0"),
    Fault("PersonSums.hits", "np.rint(self.tops)", "(self.tops + 1)"),
    Fault("difference", "fixed(found, level)", "fixed(found)"),
    Fault("relative_difference", "errors if errors > 0 else 0.0", "1.0"),
    Fault("relative_difference", "math.copysign(min(abs(alike), 1.0), alike)", "0.0"),
    Fault("relative_difference", "clusters.relative_difference", "clusters.difference"),
    Fault("relative_difference", ", alike), draw)", ", alike))"),
    Fault("value", "clusters.rate(arm.hits, level) if share", "clusters.rate(arm.hits) if share"),
)  # fmt: skip

test_untouched, test_every_fault_is_caught = stories_of({"stats/by_person.py": (check_by_person, BY_PERSON)})
