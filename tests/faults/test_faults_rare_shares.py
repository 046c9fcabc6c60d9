"""What should befall all arms alike, one fault at a time: known answers must notice each."""

import math

from experiments.stats.effects import Check
from experiments.stats.samples import Count
from tests.faults.answers import code, near, refuses, stories_of
from tests.faults.planting import Fault


def told(found):
    assert isinstance(found, Check)
    return found.passed, found.reason.code


def check_shares(m):
    near(m.alike_p([Count(9_000, 150), Count(1_000, 50)]), 2.63900626575587e-7, 1e-15)
    near(m.alike_p([Count(9_000, 150), Count(1_000, 50)], 1_000.0), 0.0246448419457737, 1e-12)
    assert m.alike_p([Count(5, 0), Count(7, 0)]) == 1.0
    assert code(m.alike_p([Count(0, 0), Count(7, 0)])) == "no_units"
    refuses([lambda: m.alike_p([Count(7, 1)])])


SHARES = (
    Fault("alike_p", "[count.n for count in counts], np", "[1 for count in counts], np"),
    Fault("alike_p", "[count.n for count in counts], np", "[count.n - count.hits for count in counts], np"),
    Fault("alike_p", "weights.tolist(), concentration", "weights.tolist()"),
    Fault("alike_p", "weights.tolist(), concentration", "weights.tolist(), CONCENTRATION"),
    Fault("alike_p", "== 0:", "< 0:"),
    Fault("alike_p", "[count.hits for", "[count.n for"),
    Fault("alike_p", "[count.hits for", "[count.n - count.hits for"),
    Fault("alike_p", "[count.hits for", "[2 * count.hits for"),
    Fault("alike_p", "len(counts) > 1 and", "len(counts) > 2 and"),
    Fault("", "CONCENTRATION = 30.0", "CONCENTRATION = 60.0"),
)


def check_crossover(m):
    def found(*arms, **options):
        return m.check_several_variants([Count(n, hits) for n, hits in arms], **options)

    assert told(found((500, 0), (510, 0))) == (True, "several_variants_none")
    few = found((5_000, 20), (5_100, 30))
    assert told(few) == (True, "several_variants_few")
    facts = dict(few.reason.facts)
    assert (facts["units"], facts["exposed"], facts["shares"]) == (50, 10_100, "20 of 5,000 / 30 of 5,100")
    near(facts["share"], 50 / 10_100, 1e-12)
    assert 0.5 < few.p_value < 1.0
    assert told(found((500, 50), (500, 50))) == (False, "several_variants_many")
    assert told(found((500, 50), (500, 49))) == (True, "several_variants_few")
    assert told(found((500, 50), (500, 49), most=0.09)) == (False, "several_variants_many")
    differ = found((5_000, 20), (5_100, 90))
    assert told(differ) == (False, "several_variants_differ")
    assert 1e-9 < differ.p_value < 1e-6
    assert told(found((5_000, 20), (5_100, 90), alpha=1e-9)) == (True, "several_variants_few")
    assert code(found((0, 0), (5, 1))) == "no_units"
    refuses(
        (
            lambda: found((5, 1), (5, 1), alpha=1.0),
            lambda: found((5, 1), (5, 1), most=0.0),
            lambda: found((5, 1), (5, 1), most=1.1),
            lambda: found((5, 1)),
        )
    )


CROSSOVER = (
    Fault("check_several_variants", "require_alpha(alpha)", ""),
    Fault("check_several_variants", "0 < most <= 1", "0 <= most <= 1"),
    Fault("check_several_variants", "0 < most <= 1", "0 < most"),
    Fault("check_several_variants", "p_value < alpha", "p_value > alpha"),
    Fault("check_several_variants", "p_value < alpha", "p_value < 0.0005"),
    Fault("check_several_variants", "several >= most * n", "several > most * n"),
    Fault("check_several_variants", "several >= most * n", "several >= 0.1 * n"),
    Fault("check_several_variants", "sum(arm.n for arm in arms)", "max(arm.n for arm in arms)"),
    Fault("check_several_variants", "sum(arm.hits for arm in arms)", "max(arm.hits for arm in arms)"),
    Fault("check_several_variants", '"several_variants_differ", False', '"several_variants_differ", True'),
    Fault("check_several_variants", '"several_variants_many", False', '"several_variants_many", True'),
    Fault("check_several_variants", "elif several:", "elif several > 50:"),
    Fault("check_several_variants", "isinstance(p_value, NoEffect)", "False"),
)


def check_lag(m):
    def found(*late, waited=3_600.0, **options):
        arms = [m.Lag(30.0 + i, 600.0 + i, Count(4_000, n)) for i, n in enumerate(late)]
        return m.check_ingest_lag(arms, waited, **options)

    fine = found(40, 44, waited=86_400.0)
    assert told(fine) == (True, "ingest_lag_ok")
    facts = dict(fine.reason.facts)
    assert (facts["late"], facts["units"], facts["shares"]) == (84, 8_000, "40 of 4,000 / 44 of 4,000")
    assert (facts["medians"], facts["highs"], facts["waited"]) == ("30 / 31", "600 / 601", "86,400")
    near(facts["share"], 84 / 8_000, 1e-12)
    assert told(found(210, 190)) == (False, "ingest_lag_long")
    assert told(found(209, 190)) == (True, "ingest_lag_ok")
    assert told(found(209, 190, most=0.04)) == (False, "ingest_lag_long")
    assert told(found(40, 130)) == (False, "ingest_lag_differs")
    assert told(found(40, 130, alpha=1e-12)) == (True, "ingest_lag_ok")
    assert (
        code(m.check_ingest_lag([m.Lag(1.0, 2.0, Count(0, 0)), m.Lag(1.0, 2.0, Count(9, 0))], 60.0))
        == "no_units"
    )
    assert m.Lag(2.0, 2.0, Count(9, 1)).high == 2.0
    refuses(
        (
            lambda: found(4, 4, waited=0.0),
            lambda: found(4, 4, waited=math.inf),
            lambda: found(4, 4, alpha=0.0),
            lambda: found(4, 4, most=0.0),
            lambda: found(4, 4, most=1.5),
            lambda: m.Lag(3.0, 2.0, Count(9, 1)),
            lambda: m.Lag(3.0, math.inf, Count(9, 1)),
            lambda: m.Lag(-math.inf, 2.0, Count(9, 1)),
        )
    )


LAG = (
    Fault("Lag.__post_init__", "self.median <= self.high", "True"),
    Fault("Lag.__post_init__", "self.median <= self.high", "self.median < self.high"),
    Fault("Lag.__post_init__", "self.high < math.inf", "True"),
    Fault("Lag.__post_init__", "math.isfinite(self.median)", "True"),
    Fault("check_ingest_lag", "require_alpha(alpha)", ""),
    Fault("check_ingest_lag", "0 < most <= 1", "0 < most"),
    Fault("check_ingest_lag", "0 < most <= 1", "most <= 1"),
    Fault("check_ingest_lag", "0 < waited < math.inf", "0 < waited"),
    Fault("check_ingest_lag", "0 < waited < math.inf", "waited < math.inf"),
    Fault("check_ingest_lag", "p_value < alpha", "p_value < 0.0005"),
    Fault("check_ingest_lag", "late >= most * n", "late > most * n"),
    Fault("check_ingest_lag", "late >= most * n", "late >= 0.05 * n"),
    Fault("check_ingest_lag", "sum(arm.late.hits for arm in arms)", "max(arm.late.hits for arm in arms)"),
    Fault("check_ingest_lag", '"ingest_lag_differs", False', '"ingest_lag_differs", True'),
    Fault("check_ingest_lag", '"ingest_lag_long", False', '"ingest_lag_long", True'),
    Fault("check_ingest_lag", "isinstance(p_value, NoEffect)", "False"),
    Fault("_ends", "arm.median, arm.high", "arm.high, arm.median"),
)


SUITES = {
    "stats/share_sequence.py": (check_shares, SHARES),
    "stats/crossover.py": (check_crossover, CROSSOVER),
    "stats/lag.py": (check_lag, LAG),
}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
