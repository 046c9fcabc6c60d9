"""Bands, one fault at a time: the influences of units, drawn apart from the band, must notice each."""

import math

import numpy as np
import pytest

from experiments.stats import survival
from experiments.stats.samples import RiskTable
from tests.faults.answers import near, refuses, stories_of
from tests.faults.planting import Fault

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # a fault may divide by 0
CAUSES = ("dismiss", "tap")
ROWS = [(ms, "tap", 1 + ms % 4) for ms in range(1, 30)] + [(ms, "dismiss", 3 - ms % 3) for ms in range(1, 34)]
TABLE = RiskTable.from_rows(CAUSES, [*ROWS, *((ms, None, 1) for ms in range(2, 30, 3)), (34, None, 4)], 40)


def supremum(cause, since, until, level):
    """The quantile of the largest error over σ, from the covariance of the influences of all units."""
    moments = np.arange(since, until + 1)
    found = survival.influence(TABLE, cause, moments)
    weight = np.concatenate([TABLE.events.ravel(), TABLE.censored]).astype(float)
    each = np.concatenate([found.ended.reshape(-1, moments.size), found.censored])
    covariance = (each * weight[:, None]).T @ each
    error = np.sqrt(np.diag(covariance))
    root = np.linalg.cholesky(covariance / np.outer(error, error) + 1e-10 * np.eye(moments.size))
    drawn = np.random.default_rng(5).standard_normal((60_000, moments.size)) @ root.T
    return float(np.quantile(np.abs(drawn).max(axis=1), level))


def ends_of(cause):
    own = TABLE.events.sum(axis=0) if cause is None else TABLE.events[CAUSES.index(cause)]
    inside = np.flatnonzero((np.cumsum(own) >= 10) & (TABLE.at_risk() >= 10))
    return own, int(inside[0]), int(inside[-1])


TRUTH = {
    (cause, level): supremum(cause, *ends_of(cause)[1:], level)
    for cause in ("tap", None)
    for level in (0.95, 0.8)
}


def limits_at(curve, ms, z):
    value, error = curve.value[ms], math.sqrt(curve.variance[ms])
    wide = z * error / (value * -math.log(value))
    return value ** math.exp(wide), value ** math.exp(-wide)


def check_bands(m):
    for cause, level in TRUTH:
        own, since, until = ends_of(cause)
        near(m._critical(TABLE, own, since, until, level), TRUTH[cause, level], 0.05)
        found = m.band(TABLE, cause, level)
        curve = survival.staying(TABLE) if cause is None else survival.incidence(TABLE, cause)
        z = m._critical(TABLE, own, since, until, level)
        # in the middle something ends at every ms: the ending before is one ms ago, the next one ms ahead
        assert np.abs(m._gathered(TABLE, own)[2] - curve.variance).max() < 1e-14
        low, high = limits_at(curve, 14, z), limits_at(curve, 16, z)
        near(float(found.low[15]), high[0] if cause is None else low[0], 1e-9)
        near(float(found.high[15]), low[1] if cause is None else high[1], 1e-9)
        assert found.level == level
        outside = limits_at(curve, since, z)
        near(
            float(found.low[0] if cause is None else found.high[0]),
            outside[0] if cause is None else outside[1],
            1e-9,
        )
        near(float(found.high[since] if cause is None else found.low[since]), 1.0 if cause is None else 0.0)
        last = limits_at(curve, int(np.flatnonzero(own[: until + 1])[-2]), z)
        near(float(found.low[-1] if cause is None else found.high[-1]), 0.0 if cause is None else 1.0)
        after = limits_at(curve, int(np.flatnonzero(own[: until + 1])[-2]), z)
        assert after == last
        near(
            float(found.high[40] if cause is None else found.low[40]),
            last[1] if cause is None else last[0],
            1e-9,
        )
        for limit in (found.low, found.high):
            assert ((np.diff(limit) <= 0) if cause is None else (np.diff(limit) >= 0)).all()
            refuses((lambda limit=limit: limit.__setitem__(0, 0.5),))
    assert m.band(TABLE, "tap").method == "aalen_johansen_band"
    assert m.band(RiskTable.from_rows(CAUSES, [], 3)).code == "no_units"
    nine = RiskTable.from_rows(CAUSES, [(2, "tap", 9), (3, None, 30)], 4)
    assert m.band(nine, "tap").code == "few_endings"
    ten = RiskTable.from_rows(CAUSES, [(2, "tap", 10), (3, None, 30)], 4)
    assert hasattr(m.band(ten, "tap"), "low")
    late = RiskTable.from_rows(CAUSES, [(2, "tap", 9), (3, "tap", 9)], 4)
    assert m.band(late, "tap").code == "few_endings"
    at_once = m.band(RiskTable.from_rows(CAUSES, [(2, "tap", 15)], 4), "tap")
    assert np.isfinite([at_once.low, at_once.high]).all()
    twice = m.band(RiskTable.from_rows(CAUSES, [(2, "tap", 15), (3, "tap", 15)], 4), "tap")
    assert np.isfinite([twice.low, twice.high]).all()
    assert twice.low[3] > 0.2
    changes = m._places(np.array([0.0, 1.0, 1.0, 2.0, 3.0, 3.0]), 1, 5)
    assert changes.tolist() == [1, 3, 4]
    many = m._places(np.arange(1.0, 1001.0), 10, 900)
    assert (many.size, many[0], many[-1]) == (100, 10, 900)
    assert np.diff(many).max() <= 9


BANDS = (
    Fault("band", "staying(table, level)", "staying(table)"),
    Fault("band", "np.cumsum(own) >= FEWEST_ENDINGS", "np.cumsum(own) > FEWEST_ENDINGS"),
    Fault("band", "np.cumsum(own) >= FEWEST_ENDINGS", "np.cumsum(own) >= 9"),
    Fault("band", "(table.at_risk() >= FEWEST_ENDINGS)", "(table.at_risk() >= 0)"),
    Fault("band", "table.events[table.causes.index(cause)]", "table.events[0]"),
    Fault("band", "own[: until + 1]", "own"),
    Fault("band", "int(enough[0]), int(enough[-1])", "int(enough[1]), int(enough[-1])"),
    Fault("band", "until, level)", "until, 0.9)"),
    Fault("band", "array.setflags(write=False)", "array.setflags()"),
    Fault("band", "enough.size == 0", "own.sum() == 0"),
    Fault("_widened", "after - 2", "after - 1"),
    Fault("_widened", "endings[np.minimum(after, endings.size - 1)]", "endings[np.minimum(after - 1, endings.size - 1)]"),
    Fault("_widened", "low[past], 0.0", "low[past], low"),
    Fault("_widened", "past >= since", "past >= 0"),
    Fault("_widened", "np.maximum(ahead, since)", "ahead"),
    Fault("_widened", "side=\"right\"", "side=\"left\""),
    Fault("_gathered", "before**2 * share * (1 - share)", "before**2 * share"),
    Fault("_gathered", "2 * before * value * share", "before * value * share"),
    Fault("_gathered", "before * share, risk) + value", "before * share, risk) - value"),
    Fault("_gathered", "risk * (risk - ended)", "risk * risk"),
    Fault("_critical", "prepend=0.0", "prepend=0.0) * 0 + 1.0 + 0 * np.diff(sums[:, places], axis=1, prepend=0.0"),
    Fault("_critical", "noise[0] * tied + noise[1] * alone", "noise[1] * alone"),
    Fault("_critical", "process -= value", "process += value"),
    Fault("_gathered", "1 - _over(ended, risk)", "1 - _over(own, risk)"),
    Fault("_critical", "np.abs(process)", "process"),
    Fault("_critical", "places.size == 0", "places.size < 0"),
    Fault("_places", "(here > _NOTHING)", "(here > -1)"),
    Fault("_places", "since + np.flatnonzero", "np.flatnonzero"),
    Fault("_places", "changes.size <= _PLACES", "changes.size <= 10 * _PLACES"),
)  # fmt: skip

test_the_untouched_bands_pass, test_every_fault_in_bands_is_caught = stories_of(
    {"stats/survival/bands.py": (check_bands, BANDS)}
)
