"""A table of counts (test, arm, n, x) read as experiments: no events are invented, only what counts can say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from experiments.stats.effects import Check, Estimate, NoEffect
from experiments.stats.multiplicity import benjamini_hochberg, holm
from experiments.stats.proportions import ChiSquare, independence, rate
from experiments.stats.samples import Count
from experiments.stats.srm import check_sample_ratio

SAMPLE_RATIO_ALPHA = 0.001
ONE_TEST = "table"

Row = Mapping[str, str | int | float]


class TableColumns(BaseModel):
    """Which column of a table says what.

    Args:
        test: the test a row belongs to; a table without it is one test.
        arm: the arm; without it the rows of a test are numbered from 1.
        n: units shown the arm (impressions, people), whole numbers.
        x: units that did it, whole numbers of at most n.
        weight: planned relative weight of the arm; without it the plan is an equal split.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    test: str = Field(default="test", min_length=1)
    arm: str = Field(default="arm", min_length=1)
    n: str = Field(default="n", min_length=1)
    x: str = Field(default="x", min_length=1)
    weight: str = Field(default="weight", min_length=1)


@dataclass(frozen=True, slots=True)
class CountedArm:
    """One arm of a counted test; `rate` is x / n."""

    arm: str
    weight: float
    count: Count
    rate: Estimate | NoEffect


@dataclass(frozen=True, slots=True)
class CountedTest:
    """One test of a table: arms, the sample ratio against the plan, and whether the arms' rates differ at all.

    `holm` and `benjamini_hochberg` are the p-value of `omnibus` adjusted over all tests of the table.
    """

    test: str
    arms: tuple[CountedArm, ...]
    sample_ratio: Check | NoEffect
    omnibus: ChiSquare | NoEffect
    holm: float | None
    benjamini_hochberg: float | None


@dataclass(frozen=True, slots=True)
class TableAnswer:
    """Every test of a table of counts.

    The counts are the caller's own, so there is no SQL behind them and nothing of the store in them.
    """

    tests: tuple[CountedTest, ...]
    alpha: float
    data_version: str
    sql: str = ""
    synthetic: bool = False


def read_table(rows: Sequence[Row], columns: TableColumns, alpha: float, data_version: str) -> TableAnswer:
    """Read a table of counts.

    Args:
        rows: one dict a row, numbers as numbers or text.
        columns: which column says what.
        alpha: the level of the omnibus test, in (0, 1).
        data_version: carried into the answer.

    Returns:
        One CountedTest a test, in the order of their first rows; p-values adjusted over those that have one.

    Raises:
        ValueError: a column is missing, a number is none, an arm stands twice, or a test has one arm only.
    """
    tests = [(name, _arms(name, group)) for name, group in _grouped(rows, columns).items()]
    omnibus = [independence([arm.count for arm in arms]) for _, arms in tests]
    tested = [place for place, found in enumerate(omnibus) if isinstance(found, ChiSquare)]
    p_values = [found.p_value for found in omnibus if isinstance(found, ChiSquare)]
    by_holm = dict(zip(tested, holm(p_values), strict=True))
    by_hochberg = dict(zip(tested, benjamini_hochberg(p_values), strict=True))
    return TableAnswer(
        tests=tuple(
            CountedTest(
                test=name,
                arms=arms,
                sample_ratio=check_sample_ratio(
                    [arm.count.n for arm in arms], [arm.weight for arm in arms], SAMPLE_RATIO_ALPHA
                ),
                omnibus=omnibus[place],
                holm=by_holm.get(place),
                benjamini_hochberg=by_hochberg.get(place),
            )
            for place, (name, arms) in enumerate(tests)
        ),
        alpha=alpha,
        data_version=data_version,
    )


_Line = tuple[str, float, int, int]


def _grouped(rows: Sequence[Row], columns: TableColumns) -> dict[str, list[_Line]]:
    if not rows:
        raise ValueError("`table` has no rows; must have at least two arms of one test; give the counts.")
    for name in ("n", "x"):
        column = getattr(columns, name)
        if column not in rows[0]:
            known = ", ".join(rows[0])
            raise ValueError(
                f"`columns.{name}` is {column!r}; must be one of {known}; name the column to read."
            )
    groups: dict[str, list[_Line]] = {}
    for place, row in enumerate(rows, start=1):
        group = groups.setdefault(str(row.get(columns.test, ONE_TEST)), [])
        n, x = (_whole(row, column, place) for column in (columns.n, columns.x))
        if x > n:
            raise ValueError(
                f"`{columns.x}` of row {place} is {x}; must be at most `{columns.n}` ({n}); correct it."
            )
        group.append((str(row.get(columns.arm, len(group) + 1)), _weight(row, columns.weight, place), n, x))
    return groups


def _arms(test: str, group: Sequence[_Line]) -> tuple[CountedArm, ...]:
    names = [name for name, *_ in group]
    if len(names) < 2:
        raise ValueError(
            f"`table` has one arm in the test {test!r}; must have two or more; give the other arms too."
        )
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated is not None:
        raise ValueError(
            f"`table` has the arm {repeated!r} twice in the test {test!r}; must be once; add the counts up."
        )
    return tuple(CountedArm(name, weight, Count(n, x), rate(Count(n, x))) for name, weight, n, x in group)


def _whole(row: Row, column: str, place: int) -> int:
    value = row.get(column)
    try:
        number = float(str(value))
    except ValueError:
        number = -1.0
    if number < 0 or not number.is_integer():
        raise ValueError(
            f"`{column}` of row {place} is {value!r}; must be a whole number of 0 or more; correct it."
        )
    return int(number)


def _weight(row: Row, column: str, place: int) -> float:
    value = row.get(column, 1)
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise ValueError(
            f"`{column}` of row {place} is {value!r}; must be a positive number; give relative weights."
        )
    return number
