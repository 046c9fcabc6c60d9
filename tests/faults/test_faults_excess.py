"""Excess losses and the day of change, one fault at a time: known answers must notice each."""

from experiments.stats.samples import Count
from tests.faults.answers import near, refuses, stories_of
from tests.faults.planting import Fault


def check_excess(m):
    near(m.more(Count(4, 3), Count(4, 1)), 17 / 70)  # Agresti (2013), 3.5.2
    near(m.more(Count(5, 0), Count(5, 2)), 1.0)
    near(m.more(Count(2, 2), Count(8, 1)), 3 / 45)  # both of two among three marked of ten
    found = m.excess(Count(70, 56), Count(80, 48))  # Newcombe (1998), 17:873: difference .2 (.0524, .3339)
    near(found.expected, 42)
    near(found.value, 14)
    near(found.interval.low, 70 * 0.0524, 0.01)
    near(found.interval.high, 70 * 0.3339, 0.01)
    near(found.p_value, m.more(Count(70, 56), Count(80, 48)))
    near(found.sharpness, 14 / (14 - found.interval.low))
    assert (found.lost, found.n) == (56, 70)
    assert m.excess(Count(9, 0), Count(9, 0)).sharpness == m.excess(Count(5, 0), Count(5, 5)).sharpness == 0
    wide, narrow = (m.excess(Count(70, 56), Count(80, 48), level).interval for level in (0.99, 0.8))
    assert wide.low < narrow.low
    assert m.excess(Count(0, 0), Count(5, 1)).code == m.excess(Count(5, 1), Count(0, 0)).code == "no_units"


EXCESS = (
    Fault("more", "segment.hits - 1", "segment.hits"),
    Fault("more", "n, hits, segment.n)", "n, hits, others.n)"),
    Fault("more", "segment.hits + others.hits", "others.hits"),
    Fault("excess", "difference(others, segment, level)", "difference(segment, others, level)"),
    Fault("excess", "difference(others, segment, level)", "difference(others, segment)"),
    Fault("excess", "segment.n * others.hits / others.n", "others.hits"),
    Fault("excess", "value=segment.hits - expected", "value=expected - segment.hits"),
    Fault("excess", "segment.n * apart.interval.low", "others.n * apart.interval.low"),
    Fault("excess", "segment.n * apart.interval.high", "apart.interval.high"),
    Fault("excess", "p_value=more(segment, others)", "p_value=more(others, segment)"),
    Fault("excess", "if isinstance(apart, NoEffect)", "if apart is None"),
    Fault("Excess.sharpness", "self.value - self.interval.low", "self.interval.high - self.value"),
    Fault("Excess.sharpness", "if below > 0", "if self.n"),
)


def check_change_point(m):
    found = m.worse_since([20, 19, 22, 20, 21, 41, 40, 43], [20] * 8)
    assert found.day == 5
    near(found.before, 1.02)
    near(found.after, 124 / 60)
    assert 0.001 <= found.p_value <= 0.03
    uneven = m.worse_since([10, 30, 10, 30, 20, 60, 20, 60], [10, 30, 10, 30, 10, 30, 10, 30], 1.0)
    assert uneven.day == 4
    near(uneven.before, 1)
    # 1 + the number of orders at least as sharp, of 1000: a rise that half of all orders show is none
    assert m.worse_since([20, 21, 19, 20, 20, 21, 20, 20], [20] * 8).code == "change_no_day"
    assert m.worse_since([20, 21, 19, 20, 20, 21, 20, 20], [20] * 8, 1.0).p_value > 0.3
    assert m.worse_since([40] * 4 + [20] * 4, [20] * 8).code == "change_no_day"
    steady = m.worse_since([5, 50, 5, 50, 5, 50, 8, 80, 8, 80], [5, 50] * 5, 1.0)
    assert steady.day == 6
    assert steady.p_value < 0.2  # days are shuffled together with what was expected on them
    assert m.worse_since([20] * 4 + [40] * 4, [20] * 4 + [40] * 4).code == "change_no_day"
    assert m.worse_since([0] * 5 + [9] * 5, [3] * 10).day == 5
    assert m.worse_since([1, 2, 30], [3, 3, 3]).code == "change_too_few_days"
    assert m.worse_since([0, 0, 9, 9], [3] * 4, 1.0).day == 2
    refuses([lambda: m.worse_since([1], [1, 2]), lambda: m.worse_since([1] * 4, [1, 1, 0, 1]),
             lambda: m.worse_since([-1] * 4, [1] * 4)])  # fmt: skip


CHANGE_POINT = (
    Fault("worse_since", "day = best + 1", "day = best"),
    Fault("worse_since", "scores.argmax()", "scores.argmin()"),
    Fault("worse_since", "seen.size < LEAST_DAYS", "seen.size < LEAST_DAYS - 1"),
    Fault("worse_since", "seen.size < LEAST_DAYS", "seen.size <= LEAST_DAYS"),
    Fault(
        "worse_since",
        "_scores(seen[orders], usual[orders])",
        "_scores(seen[orders], np.tile(usual, (_SHUFFLES, 1)))",
    ),
    Fault("worse_since", "scores[best] - _ROUNDING", "scores[best] + 1e9"),
    Fault("worse_since", "p_value > alpha or scores[best] <= _ROUNDING", "scores[best] <= _ROUNDING"),
    Fault("worse_since", "seen.min() < 0 or not", "not"),
    Fault("worse_since", "seen[day:].sum() / usual[day:].sum()", "seen[day:].sum() / usual.sum()"),
    Fault("worse_since", "seen.shape != usual.shape", "seen.ndim != usual.ndim"),
    Fault("_scores", "o2 * e1 > o1 * e2", "o2 * e1 < o1 * e2"),
    Fault("_scores", "_term(o1, e1) + _term(o2, e2)", "_term(o1, e1)"),
    Fault("_scores", "o - o1, e - e1", "o - o1, e"),
    Fault("_term", "np.where(lost > 0, lost / expected, 1.0)", "np.where(lost > 0, expected, 1.0)"),
    Fault("_term", "np.where(lost > 0, lost / expected, 1.0)", "lost / expected"),
)

test_untouched, test_every_fault_is_caught = stories_of(
    {"stats/excess.py": (check_excess, EXCESS), "stats/change_point.py": (check_change_point, CHANGE_POINT)}
)
