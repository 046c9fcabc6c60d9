"""A table of counts as plain JSON."""

from collections.abc import Sequence

from analysis.readout.plain import pieces
from analysis.readout.plain.pieces import Json
from analysis.readout.table import CountedTest, TableAnswer
from experiments.stats.effects import Check
from experiments.stats.proportions import ChiSquare


def table_to_json(found: TableAnswer) -> Json:
    """A table of counts: every test of it, and how many of them differ."""
    tested = [test for test in found.tests if isinstance(test.omnibus, ChiSquare)]
    below = [
        test for test in tested if isinstance(test.omnibus, ChiSquare) and test.omnibus.p_value < found.alpha
    ]
    return {
        "tests": [_test(test) for test in found.tests],
        "summary": {
            "tests": len(found.tests),
            "arms": sum(len(test.arms) for test in found.tests),
            "n": sum(arm.count.n for test in found.tests for arm in test.arms),
            "x": sum(arm.count.hits for test in found.tests for arm in test.arms),
            "alpha": found.alpha,
            "testable": len(tested),
            "below_alpha": len(below),
            "below_alpha_holm": _at_most(found.alpha, [test.holm for test in tested]),
            "below_alpha_benjamini_hochberg": _at_most(
                found.alpha, [test.benjamini_hochberg for test in tested]
            ),
            "sample_ratio_failed": sum(
                isinstance(test.sample_ratio, Check) and not test.sample_ratio.passed for test in found.tests
            ),
        },
        "data_version": found.data_version,
        "synthetic": found.synthetic,
    }


def _test(test: CountedTest) -> Json:
    return {
        "test": test.test,
        "arms": {
            arm.arm: {
                "weight": arm.weight,
                "n": arm.count.n,
                "x": arm.count.hits,
                **pieces.estimate(arm.rate),
            }
            for arm in test.arms
        },
        "sample_ratio": pieces.check(test.sample_ratio)
        if isinstance(test.sample_ratio, Check)
        else pieces.said(test.sample_ratio),
        "omnibus": pieces.chi_square(test.omnibus)
        | {"holm": test.holm, "benjamini_hochberg": test.benjamini_hochberg},
    }


def _at_most(alpha: float, p_values: Sequence[float | None]) -> int:
    return sum(p_value is not None and p_value <= alpha for p_value in p_values)
