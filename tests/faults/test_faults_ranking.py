"""Who is best and who is tied, one fault at a time: known answers must notice each."""

from itertools import combinations

from experiments.stats import multiplicity, proportions
from experiments.stats.samples import Count
from tests.faults.answers import near, refuses, stories_of
from tests.faults.planting import Fault


def check_ranking(m):
    counts = [
        Count(0, 0),
        Count(500, 100),
        Count(500, 180),
        Count(400, 150),
        Count(500, 130),
        Count(500, 130),
    ]
    found = m.ranking(counts)
    assert found.order == (3, 2, 4, 5, 1, 0)
    assert found.rates == tuple(proportions.rate(c) for c in counts)
    pairs = list(combinations((3, 2, 4, 5, 1), 2))
    assert [(one.better, one.worse) for one in found.comparisons] == pairs
    plain = [proportions.difference(counts[b], counts[a], 1 - 0.05 / 10) for a, b in pairs]
    for one, alone, adjusted in zip(
        found.comparisons, plain, multiplicity.holm([p.p_value for p in plain]), strict=True
    ):
        assert one.effect == alone
        near(one.adjusted_p, adjusted)
        assert one.apart == (adjusted <= 0.05)
    assert found.ties == ((3, 2), (4, 5, 1))
    assert found.best() == (3, 2)
    assert not any(one.apart for one in m.ranking(counts, alpha=1e-9).comparisons)
    assert m.ranking([Count(9, 1), Count(9, 2), Count(9, 3)]).best() == (2, 1, 0)
    assert m.ranking([Count(9, 1)]).best() == (0,)
    assert m.ranking([Count(0, 0)]).best() == m.ranking([]).best() == ()
    alone = m.ranking([Count(900, 9), Count(900, 450), Count(900, 800)])
    assert (alone.best(), alone.ties) == ((2,), ())

    edge = m.ranking([Count(200, 40), Count(200, 60)])
    assert m.ranking([Count(200, 40), Count(200, 60)], edge.comparisons[0].adjusted_p).comparisons[0].apart

    assert m.groups(4, [(0, 1), (1, 2), (2, 3)]) == ((0, 1), (1, 2), (2, 3))
    assert m.groups(4, list(combinations(range(4), 2))) == ((0, 1, 2, 3),)
    assert m.groups(5, [(3, 4), (0, 1), (0, 3), (1, 3)]) == ((0, 1, 3), (3, 4))
    assert m.groups(3, []) == ()
    # Three triangles around a fourth: the one in the middle, found first, is not needed.
    around = [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (1, 4), (2, 4), (0, 5), (2, 5)]
    assert m.groups(6, around) == ((0, 1, 3), (0, 2, 5), (1, 2, 4))
    refuses([lambda: m.groups(3, [(1, 0)]), lambda: m.groups(3, [(1, 1)])])
    refuses([lambda: m.groups(3, [(0, 3)]), lambda: m.groups(3, [(-1, 1)])])


RANKING = (
    Fault("Ranking.best", "not pair.apart", "pair.apart"),
    Fault("Ranking.best", "pair.better == first and ", ""),
    Fault("Ranking.best", "(first, *alike)", "(first,)"),
    Fault("Ranking.best", "not self.order or ", ""),
    Fault("Ranking.best", "isinstance(self.rates[self.order[0]], NoEffect)", "False"),
    Fault("ranking", "-_share(counts[place])", "_share(counts[place])"),
    Fault("ranking", "_share(counts[place]), place", "_share(counts[place]), -place"),
    Fault("ranking", "if counts[a].n and counts[b].n", "if counts[a].n"),
    Fault("ranking", "bonferroni_level(alpha, max(len(pairs), 1))", "1 - alpha"),
    Fault("ranking", "difference(counts[b], counts[a], level)", "difference(counts[a], counts[b], level)"),
    Fault(
        "ranking",
        "holm([effect.p_value for _, _, effect in tested])",
        "[effect.p_value for _, _, effect in tested]",
    ),
    Fault("ranking", "p <= alpha", "p < alpha"),
    Fault("ranking", "p <= alpha", "p <= 0.05"),
    Fault("ranking", "if not one.apart", "if one.apart"),
    Fault("ranking", "tuple(order[place] for place in group)", "group"),
    Fault("groups", "0 <= pair[0] < pair[1] < n", "0 <= pair[0] <= pair[1] < n"),
    Fault("groups", "0 <= pair[0] < pair[1] < n", "pair[0] < pair[1] < n"),
    Fault("groups", "0 <= pair[0] < pair[1] < n", "0 <= pair[0] < pair[1]"),
    Fault("groups", "if all(", "if any("),
    Fault("groups", "            continue\n", "            break\n"),
    Fault("groups", "members.add(item)", "pass"),
    Fault("groups", "covered.update(combinations(found[-1], 2))", "covered.add((first, second))"),
    Fault("groups", "key=lambda group: (group[0], group[-1], group)", "key=lambda group: group[::-1]"),
    Fault("_needed", "kept.remove(group)", "pass"),
    Fault("_needed", "in kept if one != group", "in kept"),
    Fault("_share", "-1.0", "2.0"),
)

test_untouched, test_every_fault_is_caught = stories_of({"stats/ranking.py": (check_ranking, RANKING)})
