"""Arms in order of their share, and which of them cannot be told apart: all pairs at once, ties as groups."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations

from experiments.stats.effects import Effect, Estimate, NoEffect
from experiments.stats.multiplicity import bonferroni_level, holm
from experiments.stats.proportions import difference, rate
from experiments.stats.samples import Count

Pairs = Collection[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two arms of a ranking.

    Args:
        better, worse: Their places in the order given; `better` has the larger share, or stands first at a tie.
        effect: `better`'s share minus `worse`'s; the intervals of all pairs cover together (Bonferroni).
        adjusted_p: Holm's p-value among all pairs.
        apart: Whether the two are told apart: adjusted_p is at most alpha.
    """

    better: int
    worse: int
    effect: Effect
    adjusted_p: float
    apart: bool


@dataclass(frozen=True, slots=True)
class Ranking:
    """Arms from the largest share to the smallest.

    Args:
        order: Places in the order given, largest share first; equal shares in the order given.
        rates: The share of each arm in the order given, with Wilson's interval; NoEffect without units.
        comparisons: Every pair of arms with units, in the order of `order`.
        ties: Groups of two or more that cannot be told apart, each in the order of `order`, the best first.
    """

    order: tuple[int, ...]
    rates: tuple[Estimate | NoEffect, ...]
    comparisons: tuple[Comparison, ...]
    ties: tuple[tuple[int, ...], ...]

    def best(self) -> tuple[int, ...]:
        """The first arm and every arm that cannot be told from it; nothing without an arm that has units."""
        if not self.order or isinstance(self.rates[self.order[0]], NoEffect):
            return ()
        first = self.order[0]
        alike = [pair.worse for pair in self.comparisons if pair.better == first and not pair.apart]
        return (first, *alike)


def ranking(counts: Sequence[Count], alpha: float = 0.05) -> Ranking:
    """Order arms by their share of hits and group those whose pairwise differences could be chance.

    Every pair is compared by Newcombe's difference and all p-values together by Holm (1979), so that with no real
    difference the chance of telling any two arms apart is at most alpha.

    Args:
        counts: Units and hits of each arm; one unit a person, and nobody in two arms.
        alpha: Chance of any false "told apart", in (0, 1).

    Returns:
        The ranking; arms without units stand last and are compared with nothing.
    """
    rates = tuple(rate(count) for count in counts)
    order = tuple(sorted(range(len(counts)), key=lambda place: (-_share(counts[place]), place)))
    pairs = [(a, b) for a, b in combinations(order, 2) if counts[a].n and counts[b].n]
    level = bonferroni_level(alpha, max(len(pairs), 1))
    tested = [
        (a, b, effect)
        for a, b in pairs
        if isinstance(effect := difference(counts[b], counts[a], level), Effect)
    ]
    adjusted = holm([effect.p_value for _, _, effect in tested])
    comparisons = tuple(
        Comparison(a, b, effect, p, p <= alpha) for (a, b, effect), p in zip(tested, adjusted, strict=True)
    )
    places = {arm: place for place, arm in enumerate(order)}
    alike = [(places[one.better], places[one.worse]) for one in comparisons if not one.apart]
    ties = tuple(tuple(order[place] for place in group) for group in groups(len(order), alike))
    return Ranking(order, rates, comparisons, ties)


def groups(n: int, alike: Pairs) -> tuple[tuple[int, ...], ...]:
    """Groups such that two items share one exactly if they are a pair of `alike`: the brackets of a ranking.

    The compact letter display of Piepho (2004, J. Comput. Graph. Stat. 13:456–466), as the covering of a graph's edges
    by cliques that it amounts to (Gramm et al. 2007, Comput. Stat. Data Anal. 52:725–736): every pair that no group has
    yet begins one, which takes in whoever is alike all of its members; groups whose pairs all stand in others go. The
    number of groups is small, not always the smallest.

    Args:
        n: Items, named 0 to n − 1 in the order of their ranks.
        alike: Pairs that cannot be told apart, each (a, b) with a < b.

    Returns:
        Groups of two or more items, each ascending; in the order of their first items, then of their last.

    Raises:
        ValueError: If a pair is not two different items, the lower one first.
    """
    for pair in alike:
        if not 0 <= pair[0] < pair[1] < n:
            raise ValueError(f"`alike` has {pair}; must be two of 0 to {n - 1}, the lower first; swap them.")
    edges = set(alike)
    found: list[tuple[int, ...]] = []
    covered: set[tuple[int, int]] = set()
    for first, second in sorted(edges):
        if (first, second) in covered:
            continue
        members = {first, second}
        for item in range(n):
            if all((min(item, one), max(item, one)) in edges for one in members - {item}):
                members.add(item)
        found.append(tuple(sorted(members)))
        covered.update(combinations(found[-1], 2))
    return tuple(sorted(_needed(found), key=lambda group: (group[0], group[-1], group)))


def _needed(found: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """The groups without those whose every pair stands in another one that is kept; the smallest go first."""
    kept = list(found)
    for group in sorted(found, key=len):
        others = {pair for one in kept if one != group for pair in combinations(one, 2)}
        if all(pair in others for pair in combinations(group, 2)):
            kept.remove(group)
    return kept


def _share(count: Count) -> float:
    return count.hits / count.n if count.n else -1.0
