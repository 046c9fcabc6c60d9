"""Sums over persons from one pass: they equal slow loops, however the rows are cut, and refuse rows out of order."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.stats import clusters
from experiments.stats.effects import Estimate
from experiments.stats.persons import CENSORED, LEFT_OUT, MomentSums, OrderBroken, PersonSums, ShareSums
from experiments.stats.persons.order import WholePersons
from experiments.stats.samples import RiskTable
from experiments.stats.survival import influence

ARMS = 3


@dataclass(frozen=True)
class Log:
    """Units of persons, in person order; arms from 0 to ARMS, of which the last is none of theirs."""

    causes: tuple[str, ...]
    limits: tuple[int, ...]
    keys: np.ndarray
    arms: np.ndarray
    codes: np.ndarray
    ms: np.ndarray
    cut: int

    def table(self, arm):
        rows = []
        for place, code, ms in zip(self.arms, self.codes, self.ms, strict=True):
            if place == arm and code != LEFT_OUT:
                late = ms > self.limits[arm]
                rows.append(
                    (min(int(ms), self.limits[arm]), None if late or code < 0 else self.causes[code], 1)
                )
        return RiskTable.from_rows(self.causes, rows, self.limits[arm])

    def tables(self):
        return [self.table(arm) for arm in range(ARMS)]

    def feed(self, running):
        for part in (slice(0, self.cut), slice(self.cut, None)):
            running.feed(self.keys[part], self.arms[part], self.codes[part], self.ms[part])
        return running.finish()

    def totals(self, arm, cause):
        """person -> Σ of the person's influences at every ms of the arm, one unit after another."""
        table = self.table(arm)
        moved = influence(table, cause, range(table.limit_ms + 1))
        found = {}
        for key, place, code, ms in zip(self.keys, self.arms, self.codes, self.ms, strict=True):
            if place == arm and code != LEFT_OUT:
                late = ms > table.limit_ms
                own = moved.censored[min(ms, table.limit_ms)] if late or code < 0 else moved.ended[code, ms]
                found[int(key)] = found.get(int(key), 0) + own
        return found


@st.composite
def logs(draw):
    causes = ("tap", "dismiss", "leave")[: draw(st.integers(1, 3))]
    limits = tuple(draw(st.integers(0, 12)) for _ in range(ARMS))
    unit = st.tuples(
        st.integers(0, 9), st.integers(-1, ARMS), st.integers(LEFT_OUT, len(causes) - 1), st.integers(0, 14)
    )
    few = draw(st.lists(unit, max_size=40))
    many = draw(st.integers(0, 25))  # of one person, so that the long way of sorting is gone as well
    units = sorted(
        [*few, *((4, n % 2, n % len(causes), 7 * n % 13) for n in range(many))], key=lambda u: u[0]
    )
    columns = np.array(units, np.int64).reshape(-1, 4).T
    return Log(causes, limits, *columns, draw(st.integers(0, len(units))))


def check_every_moment(log, running):
    found = log.feed(running)
    for arm in range(ARMS):
        for cause in (*log.causes, None):
            totals = log.totals(arm, cause)
            assert found.persons(arm) == len(totals)
            expected = sum((one**2 for one in totals.values()), np.zeros(log.limits[arm] + 1))
            np.testing.assert_allclose(found.squares(arm, cause), expected, rtol=1e-9, atol=1e-13)


def check_one_moment(log, running, cause, ms):
    found = log.feed(running)
    totals = [log.totals(arm, cause) for arm in range(ARMS)]
    for one in range(ARMS):
        if totals[one]:
            assert found.persons(one).count == len(totals[one])
        for other in range(ARMS):
            here, there = min(ms, log.limits[one]), min(ms, log.limits[other])
            both = [
                totals[one][key][here] * totals[other][key][there]
                for key in totals[one]
                if key in totals[other]
            ]
            assert found.common(one, other) == pytest.approx(sum(both), rel=1e-9, abs=1e-13)


@settings(max_examples=60, deadline=None)
@given(logs())
def test_one_pass_tells_the_squares_of_every_moment(log):
    check_every_moment(log, PersonSums(log.tables()))


@settings(max_examples=60, deadline=None)
@given(logs(), st.integers(0, 14), st.integers(0, 2))
def test_one_pass_tells_what_two_arms_have_in_common(log, ms, which):
    cause = (*log.causes, None)[min(which, len(log.causes))]
    check_one_moment(log, MomentSums(log.tables(), cause, ms), cause, ms)


def test_late_in_a_long_table_nothing_is_lost_to_rounding():
    """Where one of 200,000 units is left, 1/Y is 200,000 times what it was, and squares are of the size of 1/n."""
    generator = np.random.default_rng(5)
    n, limit = 200_000, 4000
    keys, ms = np.arange(n) // 4, np.minimum(generator.exponential(300, n).astype(np.int64), limit)
    codes = np.where(ms == limit, CENSORED, generator.integers(0, 2, n))
    arms = np.zeros(n, np.int64)
    events = np.stack([np.bincount(ms[codes == k], minlength=limit + 1) for k in (0, 1)])
    table = RiskTable(("tap", "leave"), events, np.bincount(ms[codes < 0], minlength=limit + 1))
    running = PersonSums([table])
    running.feed(keys, arms, codes, ms)
    at = [0, 1, 700, 2500, 3900, limit]
    moved = influence(table, "tap", at)
    each = np.where(codes[:, None] >= 0, moved.ended[codes, ms], moved.censored[ms])
    expected = [(np.bincount(keys, weights=column) ** 2).sum() for column in each.T]
    np.testing.assert_allclose(running.finish().squares(0, "tap")[at], expected, rtol=1e-9)


def check_shares(rows, running):
    keys, arms, members, hits = np.array(rows, np.int64).reshape(-1, 4).T
    running.feed(keys[:7], arms[:7], members[:7], hits[:7])
    running.feed(keys[7:], arms[7:], members[7:], hits[7:])
    for arm, shares in enumerate(running.finish()):
        for bit, share in enumerate(shares):
            own = (arms == arm) & (members >> bit & 1 == 1)
            n = np.array([(own & (keys == key)).sum() for key in range(8)])
            x = np.array([(own & (keys == key) & (hits >> bit & 1 == 1)).sum() for key in range(8)])
            assert (share.count.n, share.count.hits, share.persons) == (n.sum(), x.sum(), (n > 0).sum())
            assert share.rate() == clusters.rate(clusters.Clusters(n, x)) or _close(
                share.rate(), clusters.rate(clusters.Clusters(n, x))
            )


def _close(one, other):
    assert isinstance(one, Estimate)
    assert isinstance(other, Estimate)
    assert one.method == other.method
    assert (one.interval.low, one.interval.high) == pytest.approx(
        (other.interval.low, other.interval.high), abs=1e-9
    )
    return True


UNITS = st.tuples(st.integers(0, 7), st.integers(-1, 2), st.integers(0, 3), st.integers(0, 3))


@settings(max_examples=60, deadline=None)
@given(st.lists(UNITS, max_size=40).map(lambda rows: sorted(rows, key=lambda row: row[0])))
def test_one_pass_tells_the_shares_that_lists_of_persons_tell(rows):
    check_shares(rows, ShareSums(2, 2))


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_rows_out_of_order_are_refused_wherever_they_are_cut(cut):
    check_order(WholePersons(), cut)


def check_order(running, cut):
    keys = np.array([1, 2, 2, 1])
    with pytest.raises(OrderBroken, match="must ascend"):
        [running.feed(keys[part], keys[part]) for part in (slice(0, cut), slice(cut, None))]


def test_wrong_questions_are_refused_in_words():
    table = RiskTable.from_rows(("tap",), [(1, "tap", 4)], 3)
    with pytest.raises(ValueError, match="`tables` must be one or more"):
        PersonSums([])
    with pytest.raises(ValueError, match="`cause` is 'leave'"):
        MomentSums([table], "leave", 1)
    with pytest.raises(ValueError, match="`ms` is -1"):
        MomentSums([table], "tap", -1)
    with pytest.raises(ValueError, match="`shares` is 63"):
        ShareSums(1, 63)
