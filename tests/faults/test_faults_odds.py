"""Odds ratios, one fault at a time: known answers must notice each."""

import math

from experiments.stats.samples import Count
from tests.faults.answers import near, stories_of
from tests.faults.planting import Fault


def check_odds(m):
    found = m.odds_ratio(Count(11_034, 189), Count(11_037, 104))  # Agresti (2013), 3.1.3, with ½ in each cell
    log = math.log(189.5 * 10_933.5 / (10_845.5 * 104.5))
    error = math.sqrt(1 / 189.5 + 1 / 10_845.5 + 1 / 104.5 + 1 / 10_933.5)
    near(found.value, math.exp(log))
    near(found.interval.low, math.exp(log - 1.959964 * error))
    near(found.interval.high, math.exp(log + 1.959964 * error))
    near(found.p_value, math.erfc(log / error / math.sqrt(2)))
    near(found.strength, log - 1.959964 * error)
    fewer = m.odds_ratio(Count(11_037, 104), Count(11_034, 189), 0.8)
    near(fewer.strength, log - 1.281552 * error)
    assert m.odds_ratio(Count(10, 5), Count(10, 5)).strength == 0
    near(m.odds_ratio(Count(3, 3), Count(3, 0)).value, 49)
    assert (
        m.odds_ratio(Count(0, 0), Count(5, 1)).code
        == m.odds_ratio(Count(5, 1), Count(0, 0)).code
        == "no_units"
    )
    assert (
        m.odds_ratio(Count(5, 5), Count(4, 4)).code
        == m.odds_ratio(Count(5, 0), Count(4, 0)).code
        == "no_variation"
    )


ODDS = (
    Fault("odds_ratio", "cell + 0.5", "cell + 0.25"),
    Fault("odds_ratio", "math.log(a * d / (b * c))", "math.log(a * c / (b * d))"),
    Fault("odds_ratio", "1 / c + 1 / d", "1 / c"),
    Fault("odds_ratio", "math.sqrt(1 / a", "(1 / a"),
    Fault("odds_ratio", "z_of(level)", "z_of(0.95 if level else level)"),
    Fault("odds_ratio", "math.exp(log - half)", "log - half"),
    Fault("odds_ratio", "OddsRatio(math.exp(log)", "OddsRatio(log"),
    Fault("odds_ratio", "p_of(log / error)", "p_of(log)"),
    Fault("odds_ratio", "in (0, present.n + absent.n)", "in (0, present.n)"),
    Fault("odds_ratio", "in (0, present.n + absent.n)", "in (present.n + absent.n,)"),
    Fault("odds_ratio", "present.n == 0 or absent.n == 0", "present.n == 0"),
    Fault("OddsRatio.strength", "-math.log(self.interval.high)", "math.log(self.interval.high)"),
    Fault("OddsRatio.strength", ", 0.0)", ")"),
)

test_untouched, test_every_fault_is_caught = stories_of({"stats/odds.py": (check_odds, ODDS)})
