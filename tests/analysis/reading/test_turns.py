"""Changes from the first to later impressions, over many worlds with a known law; people keep their taste."""

from collections import Counter

import numpy as np
import pytest

from analysis.reading.turns import turns_of
from experiments.stats.effects import Effect

WORLDS, PEOPLE, BY_MS = 400, 250, 4000


def world(rng, tiring):
    """Rows as SQL reduces them: everybody has a taste of their own and one to six impressions."""
    tastes, repeats = rng.beta(1.5, 4, PEOPLE), rng.integers(1, 7, PEOPLE)
    endings: Counter[tuple[int, str]] = Counter()
    persons: Counter[tuple[int, ...]] = Counter()
    for taste, n in zip(tastes, repeats, strict=True):
        row = [0] * 8
        for nth in range(1, n + 1):
            turn, tapped = min(nth, 4), rng.random() < taste * (1 if nth == 1 else tiring)
            row[2 * turn - 2] += 1
            row[2 * turn - 1] += tapped
            endings[turn, "tap" if tapped else "expired"] += 1
        persons[tuple(row)] += 1
    names = [f"{what}{turn}" for turn in (1, 2, 3, 4) for what in "nh"]
    return (
        [{"turn": turn, "limit_ms": BY_MS, "fate": fate, "ms": 1000 if fate == "tap" else BY_MS, "n": n}
         for (turn, fate), n in endings.items()],
        [dict(zip(names, row, strict=True), people=n) for row, n in persons.items()],
    )  # fmt: skip


@pytest.mark.parametrize("tiring", [1.0, 0.6])
def test_the_interval_of_a_change_holds_the_truth_as_often_as_it_says(tiring):
    """Truth: (tiring − 1) · E(taste). 400 worlds: a standard error of 1.1 points at 95 %; 91 % to 99 % is ± 3 of them."""
    rng, truth = np.random.default_rng(11), (tiring - 1) * 1.5 / 5.5
    held: Counter[int] = Counter()
    for _ in range(WORLDS):
        _, *later = turns_of(*world(rng, tiring), BY_MS)
        for one in later:
            assert isinstance(one.change, Effect)
            held[one.turn] += one.change.interval.contains(truth)
    assert set(held) == {2, 3, 4}
    for turn, n in held.items():
        assert 0.95 - 3 * 0.0109 <= n / WORLDS <= 0.95 + 3 * 0.0109, turn


def test_people_who_tire_are_found_out():
    rng = np.random.default_rng(12)
    found = [turns_of(*world(rng, 0.4), BY_MS)[1].change for _ in range(100)]
    assert sum(one.interval.high < 0 for one in found) > 80
