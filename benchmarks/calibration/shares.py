"""Worlds of yes and no: binomial arms, five impressions a user, endings over time."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.calibration.study import LEVEL, Test, Truth, Way, World, lift_for
from benchmarks.calibration.ways import FIELLER
from experiments.stats import clusters, fieller, proportions, ratios, two_proportions
from experiments.stats.clusters import Clusters
from experiments.stats.effects import Effect, NoEffect
from experiments.stats.samples import Count, Ratio

Floats = NDArray[np.float64]
Ask = Callable[..., Effect | NoEffect]
GRID: Floats = np.linspace(0.8, 1.2, 21)
"""Times the nominal share: coverage of a discrete interval is judged by its mean over shares."""
EACH, LIKENESS, SHARE = 5, 0.25, 0.2
"""Impressions a user, the correlation of two impressions of one user, the share of hits."""
MOST = 0.95


def worlds() -> tuple[World[Count], ...]:
    """Arms of independent units."""
    return tuple(_binomial(share) for share in (0.02, 0.3))


def clustered_worlds() -> tuple[World[Ratio], World[Clusters]]:
    """Five impressions a user: as a ratio of sums over users, and as users one by one."""
    delta = (
        Way("delta method over users", partial(ratios.difference, level=LEVEL)),
        Way(f"delta method over users, {FIELLER}", partial(fieller.of_ratios, level=LEVEL), relative=True),
    )
    hybrid = (
        Way("Newcombe, clustered", partial(clusters.difference, level=LEVEL)),
        Way("MOVER ratio, clustered", partial(clusters.relative_difference, level=LEVEL), relative=True),
    )
    lift = partial(lift_for, truths=clustered_truths)
    return (
        World(f"{EACH} impressions a user, share {SHARE}", clustered_truths, _ratios, delta, lift),
        World(
            f"{EACH} impressions a user, by user",
            clustered_truths,
            _clusters,
            hybrid,
            lift,
            dict.fromkeys((200, 2_000, 20_000), 0.1),
        ),
    )


def _binomial(share: float) -> World[Count]:
    def key(count: Count) -> tuple[int, int]:
        return count.n, count.hits

    def asked(
        name: str, ask: Ask, test: Test, *, relative: bool = False, instead: str, every: int = 1
    ) -> Way[Count]:
        return Way(name, partial(ask, level=LEVEL), relative, "on request", test, key, instead, every)

    few = "Newcombe, MOVER ratio"
    ways = (
        Way("Newcombe", partial(proportions.difference, level=LEVEL), test="pooled", key=key),
        Way(
            "MOVER ratio",
            partial(proportions.relative_difference, level=LEVEL),
            relative=True,
            test="pooled",
            key=key,
        ),
        asked("Wald", two_proportions.wald, "unpooled", instead=few),
        asked("score", two_proportions.score, "pooled", instead="", every=8),
        asked("score ratio", two_proportions.score_ratio, "pooled", relative=True, instead=""),
        asked("delta ratio", proportions.delta_ratio, "ratio", relative=True, instead=few),
        asked("log ratio", proportions.log_ratio, "pooled", relative=True, instead=few),
    )
    truths = partial(_binomial_truths, share)
    return World(
        f"binomial {share:g}", truths, partial(_counts, share), ways, partial(lift_for, truths=truths)
    )


def _binomial_truths(share: float, lift: float) -> Sequence[Truth]:
    found = []
    for p in share * GRID:
        q = min(p * (1 + lift), MOST)
        found.append(Truth(p, q, p * (1 - p), q * (1 - q), min(p, q, 1 - p, 1 - q)))
    return found


def _counts(
    share: float, rng: np.random.Generator, n: int, draws: int, lifts: Sequence[float]
) -> Iterator[Sequence[tuple[Count, Count]]]:
    places = np.arange(draws) % GRID.size
    hits = []
    for lift in lifts:
        truths = _binomial_truths(share, lift)
        arms = [np.array([getattr(truth, arm) for truth in truths]) for arm in ("control", "treatment")]
        hits.append([rng.binomial(n, p[places]) for p in arms])
    for turn in range(draws):
        yield [(Count(n, int(c[turn])), Count(n, int(t[turn]))) for c, t in hits]


def hits_of_user(share: float) -> Floats:
    """Probability of 0 to 5 hits of a user: beta-binomial, so that two impressions correlate by a quarter."""
    from scipy.stats import betabinom

    strength = 1 / LIKENESS - 1
    return np.asarray(betabinom.pmf(np.arange(EACH + 1), EACH, share * strength, (1 - share) * strength))


def clustered_truths(lift: float) -> Sequence[Truth]:
    """The share of impressions, whose variance is 1 + 4 · .25 times that of independent ones."""
    p, q = SHARE, min(SHARE * (1 + lift), MOST)
    one, other = (s * (1 - s) * (1 + (EACH - 1) * LIKENESS) / EACH for s in (p, q))
    return [Truth(p, q, one, other, EACH * min(p, 1 - q))]


def _users(
    rng: np.random.Generator, n: int, draws: int, lifts: Sequence[float]
) -> list[list[NDArray[np.int64]]]:
    """Users by their number of hits, (draws, 6), for both arms at every lift."""
    shares = [(SHARE, min(SHARE * (1 + lift), MOST)) for lift in lifts]
    return [[rng.multinomial(n, hits_of_user(share), draws) for share in pair] for pair in shares]


def _ratios(
    rng: np.random.Generator, n: int, draws: int, lifts: Sequence[float]
) -> Iterator[Sequence[tuple[Ratio, Ratio]]]:
    drawn = _users(rng, n, draws, lifts)
    for turn in range(draws):
        yield [(_ratio(c[turn]), _ratio(t[turn])) for c, t in drawn]


def _ratio(users: NDArray[np.int64]) -> Ratio:
    n, hits = int(users.sum()), np.arange(EACH + 1)
    mean = float(users @ hits) / n
    return Ratio(n, mean, float(EACH), float(users @ (hits - mean) ** 2), 0.0, 0.0)


def _clusters(
    rng: np.random.Generator, n: int, draws: int, lifts: Sequence[float]
) -> Iterator[Sequence[tuple[Clusters, Clusters]]]:
    drawn = _users(rng, n, draws, lifts)
    some, none = np.full(n, EACH), np.zeros(n, np.int64)
    there, elsewhere = np.concatenate([some, none]), np.concatenate([none, some])
    for turn in range(draws):
        pairs = []
        for c, t in drawn:
            hits = [np.repeat(np.arange(EACH + 1), users[turn]) for users in (c, t)]
            control = Clusters(there, np.concatenate([hits[0], none]))
            pairs.append((control, Clusters(elsewhere, np.concatenate([none, hits[1]]))))
        yield pairs
