"""Simulated launches of a prompt: a tapping curve of one of five families against constant dismissing and leaving."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.stats.cure.families import Name
from experiments.stats.samples import RiskTable

CAUSES = ("tap", "dismiss", "leave")
RATES = {"dismiss": 0.10, "leave": 0.05}
"""Endings per second."""
_AWAY = sum(RATES.values()) / 1000
_CELLS = 200_000


@dataclass(frozen=True, slots=True)
class Launch:
    """A share of users would tap, after a time of a family; the others never.

    `place` and `shape` as in experiments.stats.cure.families.
    """

    family: Name
    share: float
    place: float
    shape: float

    def tapping(self) -> Any:
        """The time to tap of those who would, as a scipy distribution."""
        from scipy import stats

        scale, power = np.exp(self.place), np.exp(self.shape)
        return {
            "exponential": lambda: stats.expon(scale=scale),
            "weibull": lambda: stats.weibull_min(power, scale=scale),
            "log_normal": lambda: stats.lognorm(power, scale=scale),
            "log_logistic": lambda: stats.fisk(power, scale=scale),
            "gamma": lambda: stats.gamma(power, scale=scale / power),
        }[self.family]()

    def drawn(self, rng: np.random.Generator, n: int, limit_ms: int) -> RiskTable:
        """One arm's endings, times rounded down to ms."""
        wait = np.where(rng.random(n) < self.share, self.tapping().rvs(n, random_state=rng), np.inf)
        times = np.stack([wait, *(rng.exponential(1000 / rate, n) for rate in RATES.values())])
        cause, when = times.argmin(axis=0), times.min(axis=0)
        seen = when < limit_ms
        events, censored = _empty(limit_ms)
        np.add.at(events, (cause[seen], when[seen].astype(np.int64)), 1)
        censored[limit_ms] = n - seen.sum()
        return RiskTable(CAUSES, events, censored)

    def expected(self, n: int, limit_ms: int) -> RiskTable:
        """The endings of n units but for chance, rounded to whole ones."""
        edges = np.arange(limit_ms + 1)
        alone, stays = 1 - self.share * self.tapping().cdf(edges), np.exp(-_AWAY * edges)
        taps = -np.diff(alone) * (stays[1:] + stays[:-1]) / 2
        gone = -np.diff(alone * stays) - taps
        events, censored = _empty(limit_ms)
        events[:, :-1] = np.round([n * taps, *(n * gone * rate / 1000 / _AWAY for rate in RATES.values())])
        censored[limit_ms] = round(n * float(alone[-1] * stays[-1]))
        return RiskTable(CAUSES, events, censored)

    def truth(self, n_ms: int) -> dict[str, float]:
        """The share that taps, dismisses and leaves until N, and under "attention_s" the mean seconds on the screen."""
        edges = np.linspace(0, n_ms, _CELLS + 1)
        stays = np.exp(-_AWAY * (edges[1:] + edges[:-1]) / 2)
        tapped = self.share * self.tapping().cdf(edges)
        seconds = float(np.mean((1 - (tapped[1:] + tapped[:-1]) / 2) * stays)) * n_ms / 1000
        others = {cause: rate * seconds for cause, rate in RATES.items()}
        return {"tap": float(np.sum(stays * np.diff(tapped))), **others, "attention_s": seconds}


def _empty(limit_ms: int) -> tuple[Any, Any]:
    return np.zeros((len(CAUSES), limit_ms + 1), np.int64), np.zeros(limit_ms + 1, np.int64)


_FOUR_S = float(np.log(4000))

LAUNCHES = (
    Launch("exponential", 0.9, float(np.log(20_000)), 0.0),
    Launch("exponential", 0.6, float(np.log(4000 / np.log(2))), 0.0),
    Launch("exponential", 0.2, float(np.log(8000)), 0.0),
    Launch("weibull", 0.9, 9.073, 0.384),
    Launch("weibull", 0.6, 8.660, 0.466),
    Launch("weibull", 0.2, 9.073, 0.384),
    Launch("log_normal", 0.9, 9.622, 0.221),
    Launch("log_normal", 0.6, _FOUR_S, float(np.log(np.sqrt(np.log(2))))),
    Launch("log_normal", 0.2, 8.699, -0.084),
    Launch("log_logistic", 0.9, 9.312, 0.413),
    Launch("log_logistic", 0.6, _FOUR_S, float(np.log(np.sqrt(3)))),
    Launch("log_logistic", 0.2, 8.733, 0.547),
    Launch("gamma", 0.9, 9.187, 0.491),
    Launch("gamma", 0.6, 8.678, 0.678),
    Launch("gamma", 0.2, 9.187, 0.491),
)
"""Three launches of each family like the barcode suggestion: taps peak at 2 s (an exponential's at 0), and of those who tap
until 8 s, 35 to 40 of 100 need more than 4 s (log-normal and log-logistic with share .6: half of those who would ever tap).
With these rivals a peak at 2 s leaves at most 45 of 100 to the second four seconds, whatever the family."""

HALF_LATE = (
    Launch("weibull", 0.6, float(np.log(7000)), float(np.log(2.0))),
    Launch("log_normal", 0.6, float(np.log(5800)), float(np.log(0.6))),
    Launch("log_logistic", 0.6, float(np.log(5900)), float(np.log(2.6))),
    Launch("gamma", 0.6, float(np.log(8000)), float(np.log(2.6))),
)
"""Half of those who tap until 8 s need more than 4 s; then taps peak only at 3 to 4 s, hardly before an arm of 4 s ends."""
