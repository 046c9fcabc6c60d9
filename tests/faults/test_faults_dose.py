"""The monotone dose–response, one fault at a time."""

import numpy as np

from experiments.stats import proportions
from experiments.stats.samples import Count
from tests.faults.answers import code, ends, near, refuses, stories_of
from tests.faults.planting import Fault


def check_dose(m):
    arms = [
        (8000, Count(1000, 140)),
        (4000, Count(1000, 100)),
        (6000, Count(1000, 160)),
        (10_000, Count(500, 100)),
    ]
    found = m.dose_response(arms)
    assert [one.n_ms for one in found.responses] == [4000, 6000, 8000, 10_000]
    assert np.allclose([one.share.value for one in found.responses], [0.1, 0.15, 0.15, 0.2])
    assert [one.pooled for one in found.responses] == [False, True, True, False]
    assert [one.share.n for one in found.responses] == [1000, 1000, 1000, 500]
    near(found.falls_p, 6 * proportions.difference(Count(1000, 160), Count(1000, 140)).p_value / 2, 1e-12)
    # an inner arm far from its neighbours: the likelihood interval of one share, 2 (ℓ̂ − ℓ) = 3.841459
    apart = m.dose_response([(1, Count(400, 20)), (2, Count(400, 120)), (3, Count(400, 320))])
    for end in (apart.responses[1].share.interval.low, apart.responses[1].share.interval.high):
        near(2 * (120 * np.log(0.3 / end) + 280 * np.log(0.7 / (1 - end))), 3.841459, 1e-5)
    for row, hits in ((0, 20), (2, 320)):  # the ends: times 1 + .4 log(3 / 2.4)
        for end in (apart.responses[row].share.interval.low, apart.responses[row].share.interval.high):
            share = hits / 400
            ratio = 2 * (hits * np.log(share / end) + (400 - hits) * np.log((1 - share) / (1 - end)))
            near(ratio, 3.841459 * (1 + 0.4 * np.log(1.25)), 1e-5)
    # equal neighbours lend each other their data: general optimiser, test_dose.py
    tied = m.dose_response([(1, Count(50, 5)), (2, Count(40, 9)), (3, Count(60, 8)), (4, Count(70, 30))])
    near(tied.responses[1].share.value, 17 / 100)
    ends(tied.responses[1].share, 0.1007346, 0.2515061, 1e-6)
    nobody = m.dose_response([(1, Count(20, 0)), (2, Count(20, 4)), (3, Count(20, 20))])
    assert nobody.responses[0].share.interval.low == 0.0
    assert nobody.responses[2].share.interval.high == 1.0
    assert 0 < nobody.responses[0].share.interval.high < 0.2
    assert apart.responses[1].share.interval.level == 0.95
    assert code(m.dose_response(arms[:2])) == "few_display_times"
    assert m.dose_response(arms[:2]).facts == (("n", 2), ("needed", 3))
    assert code(m.dose_response([*arms, (1, Count(0, 0))])) == "no_units"
    refuses((lambda: m.dose_response([*arms, arms[0]]),))


FAULTS = (
    Fault("dose_response", "key=lambda arm: arm[0]", "key=lambda arm: -arm[0]"),
    Fault("dose_response", "len(set(times)) < len(times)", "not times"),
    Fault("dose_response", "len(ordered) < FEWEST", "len(ordered) < 2"),
    Fault("dose_response", "count.n == 0", "count.n < 0"),
    Fault("dose_response", "> _CLOSE", "> -1"),
    Fault("_rising", "weights=n", "weights=np.arange(1.0, n.size + 1)"),
    Fault("_likelihood", "xlog1py(n - hits, -share)", "xlog1py(n, -share)"),
    Fault("_with", "np.minimum(_rising(hits[before]", "np.maximum(_rising(hits[before]"),
    Fault("_with", "np.maximum(_rising(hits[after]", "np.minimum(_rising(hits[after]"),
    Fault("_interval", "z_of(level) ** 2 / 2", "z_of(level) ** 2"),
    Fault("_interval", "row in (0, hits.size - 1)", "row == 0"),
    Fault("_interval", "math.log(hits.size / _FROM)", "math.log(hits.size)"),
    Fault("_interval", "value > _CLOSE and", "value > 0.5 and"),
    Fault("_falls", "effect.p_value / 2 if", "effect.p_value if"),
    Fault("_falls", "effect.value < 0", "effect.value > 0"),
    Fault("_falls", "min(holm(found))", "max(holm(found))"),
    Fault("_falls", "counts[:later]", "counts[later - 1 : later]"),
)

SUITES = {"stats/dose.py": (check_dose, FAULTS)}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
