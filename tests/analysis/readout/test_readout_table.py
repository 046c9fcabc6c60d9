"""A table of counts read as tests: what counts can say, with no events invented."""

import pytest

from analysis.readout.table import TableColumns, read_table
from experiments.stats.effects import Check, NoEffect
from experiments.stats.proportions import ChiSquare

COLUMNS = TableColumns()


def rows(*counts: tuple[str, str, int, int]) -> list[dict[str, str | int | float]]:
    return [{"test": test, "arm": arm, "n": n, "x": x} for test, arm, n, x in counts]


def test_each_test_has_its_rates_its_sample_ratio_and_its_omnibus() -> None:
    found = read_table(
        rows(("t", "a", 100, 10), ("t", "b", 100, 30), ("u", "a", 200, 9), ("u", "b", 100, 9)),
        COLUMNS,
        0.05,
        "1",
    )

    first, second = found.tests
    # Pearson, by hand: (10-20)²·2 / (100·.2·.8) = 12.5 on 1 degree of freedom
    assert isinstance(first.omnibus, ChiSquare)
    assert (first.omnibus.statistic, first.omnibus.freedom) == (pytest.approx(12.5), 1)
    assert isinstance(first.sample_ratio, Check)
    assert first.sample_ratio.passed
    assert isinstance(second.sample_ratio, Check)
    assert not second.sample_ratio.passed  # 200 against 100 where an equal split is the plan
    assert first.holm == pytest.approx(2 * first.omnibus.p_value)
    assert first.benjamini_hochberg == pytest.approx(2 * first.omnibus.p_value)


def test_weights_are_the_plan_where_the_table_gives_them() -> None:
    table = [{"arm": "a", "n": 200, "x": 9, "weight": "2"}, {"arm": "b", "n": 100, "x": 9, "weight": "1"}]
    ratio = read_table(table, COLUMNS, 0.05, "1").tests[0].sample_ratio
    assert isinstance(ratio, Check)
    assert ratio.passed


def test_columns_may_have_other_names_and_rows_without_an_arm_are_numbered() -> None:
    table = [{"id": "t", "shown": "100", "clicks": "10"}, {"id": "t", "shown": "90", "clicks": "9"}]
    (test,) = read_table(table, TableColumns(test="id", n="shown", x="clicks"), 0.05, "1").tests
    assert [(arm.arm, arm.count.n, arm.count.hits) for arm in test.arms] == [("1", 100, 10), ("2", 90, 9)]


def test_a_test_that_cannot_be_tested_says_so_and_is_not_counted_among_the_others() -> None:
    found = read_table(
        rows(("t", "a", 100, 10), ("t", "b", 100, 30), ("u", "a", 50, 0), ("u", "b", 50, 0)),
        COLUMNS,
        0.05,
        "1",
    )
    assert isinstance(found.tests[1].omnibus, NoEffect)
    assert found.tests[1].holm is None
    assert found.tests[0].holm == pytest.approx(getattr(found.tests[0].omnibus, "p_value", None))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ([], "`table` has no rows"),
        ([{"arm": "a", "n": 1}], "`columns.x` is 'x'; must be one of arm, n"),
        (rows(("t", "a", 1, 0)), "one arm in the test 't'"),
        (rows(("t", "a", 1, 0), ("t", "a", 2, 0)), "the arm 'a' twice"),
        (rows(("t", "a", 1, 2), ("t", "b", 2, 0)), "`x` of row 1 is 2; must be at most `n`"),
        ([{"n": "many", "x": 1}, {"n": 1, "x": 1}], "`n` of row 1 is 'many'; must be a whole number"),
        ([{"n": "1.5", "x": 1}, {"n": 1, "x": 1}], "`n` of row 1 is '1.5'"),
        ([{"n": "nan", "x": 1}, {"n": 1, "x": 1}], "`n` of row 1 is 'nan'"),
        ([{"n": 2, "x": -1}, {"n": 1, "x": 1}], "`x` of row 1 is -1"),
        (
            [{"n": 2, "x": 1, "weight": 0}, {"n": 1, "x": 1}],
            "`weight` of row 1 is 0; must be a positive number",
        ),
    ],
)
def test_a_table_that_contradicts_itself_is_refused_with_its_place(
    table: list[dict[str, str | int | float]], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        read_table(table, COLUMNS, 0.05, "1")
