"""Items with scores, for tests of quality: random cells, and worlds whose truth is known."""

import numpy as np
from hypothesis import strategies as st

from experiments.stats.quality.cells import Cells

GRID = (np.arange(100) + 0.5) / 100


@st.composite
def cells(draw, most=40, least=1):
    """A few cells on a grid of probabilities that has ties, edges and both ends."""
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, 20), st.integers(1, most), st.floats(0, 1)), min_size=least, max_size=12
        )
    )
    scores = np.array([score / 20 for score, _, _ in rows])
    n = np.array([many for _, many, _ in rows])
    return Cells.from_rows(scores, n, np.array([round(many * share) for _, many, share in rows]))


def rows_of(found):
    """(scores, truths) item by item."""
    scores = np.repeat(found.scores, found.n)
    truths = np.concatenate(
        [np.repeat([1, 0], [hits, n - hits]) for n, hits in zip(found.n, found.hits, strict=True)]
    )
    return scores, truths


def drawn(rng, items, rates, weights=None, scores=GRID):
    """Cells of a world: so many items, their scores by weight, each true at the rate of its score."""
    share = np.full(scores.size, 1 / scores.size) if weights is None else weights
    n = rng.multinomial(items, share)
    hits = rng.binomial(n, rates)
    return Cells(scores[n > 0], n[n > 0], hits[n > 0])


def misses(flags):
    """How often it was so, and the Monte Carlo standard error of that share."""
    share = float(np.mean(flags))
    return share, (max(share * (1 - share), 1e-4) / len(flags)) ** 0.5
