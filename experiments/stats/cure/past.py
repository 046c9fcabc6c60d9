"""What the data say until the end of observation, and at what rates the other causes go on after it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats.samples import RiskTable

Floats = NDArray[np.float64]

_LAST_PART = 0.5  # of the observed time: over it the rates of the other causes are read


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """The units of a table until an end, without assuming any curve.

    Args:
        staying: S(t−), the share not ended before each ms, shape (end + 1,); the last is S at the end.
        hazards: Endings by cause over units at risk, shape (causes, end).
        risk: Units at risk at each ms, shape (end,).
        rates: Endings by cause per ms over the last half of the time, shape (causes,).
        exposure: The time watched in that half, in ms, summed over units.
        pile: Endings by cause counted at the end itself over those still there, shape (causes,): where the end is a display
            limit, those logged in the grace after it. A longer display has such a pile at its own limit.
        piled: Units still there at the end.
    """

    staying: Floats
    hazards: Floats
    risk: Floats
    rates: Floats
    exposure: float
    pile: Floats
    piled: float

    @property
    def end(self) -> int:
        """The end of observation, in ms."""
        return self.risk.size

    def middle(self) -> Floats:
        """The time of an ending counted at each ms, in ms, shape (causes, end)."""
        return np.tile(np.arange(self.end) + 0.5, (len(self.hazards), 1))

    def mean(self, gains: Floats, gain_at_end: float, slopes: Floats) -> tuple[float, float]:
        """What a unit gains on average, and the variance of that mean.

        E = Σ over t of S(t−) Σ over k of h_k(t) gain_k(t) + S(end) · gain_at_end. Changing one hazard changes E by
        S(t−) (gain_k(t) − what one still there after t gains) + S(end) · slope_k · (its part in the rate of k), and the
        hazards of different ms are uncorrelated with multinomial variance (Aalen & Johansen 1978; Andersen et al. 1993,
        Statistical Models Based on Counting Processes, §IV.4). With gain 1 for one cause and nothing else, it is the
        delta-method variance of its Aalen–Johansen incidence; without censoring that is F (1 − F) / n.

        Args:
            gains: Of ending by each cause at each ms, shape (causes, end).
            gain_at_end: Of being there at the end.
            slopes: How `gain_at_end` changes with each rate, shape (causes,).
        """
        before, after = self.staying[:-1], self.staying[1:]
        gained = np.cumsum((self.hazards * gains).sum(axis=0) * before)
        total = float(gained[-1]) + float(after[-1]) * gain_at_end
        later = np.divide(total - gained, after, out=np.zeros(self.end), where=after > 0)
        change = before * (gains - later) + self._through_rates(after[-1] * slopes)
        squares = (self.hazards * change**2).sum(axis=0) - (self.hazards * change).sum(axis=0) ** 2
        unseen = float(((after[-1] * slopes)[self.rates == 0] ** 2).sum()) / max(self.exposure, 1.0) ** 2
        return total, float((squares / np.maximum(self.risk, 1)).sum()) + unseen

    def means_if(self, row: int, hazard: Floats, gains: Floats, gain_at_end: float) -> Floats:
        """What a unit would gain on average if one cause had other hazards.

        Args:
            row: Which cause.
            hazard: Its hazard at each ms, shape (worlds, end).
            gains: As in `mean`.
            gain_at_end: As in `mean`.

        Returns:
            Shape (worlds,).
        """
        others = np.delete(self.hazards, row, axis=0)
        left = np.cumprod(1 - others.sum(axis=0) - hazard, axis=1)
        before = np.concatenate([np.ones((len(hazard), 1)), left[:, :-1]], axis=1)
        gained = hazard * gains[row] + (others * np.delete(gains, row, axis=0)).sum(axis=0)
        return np.asarray((before * gained).sum(axis=1) + left[:, -1] * gain_at_end)

    def _through_rates(self, slopes: Floats) -> Floats:
        weight = np.where(np.arange(self.end) >= _from(self.end), self.risk / max(self.exposure, 1.0), 0.0)
        return np.asarray(slopes[:, None] * weight)


def past(table: RiskTable, end: int) -> Past:
    """Read a table until an end; endings counted at the end itself come after it.

    The rates of the last half are endings / time watched: beyond the end, the other causes are taken to go on so. The
    assumption is checked by nothing, so a page should show the hazard beside it.

    Args:
        table: When the units ended and how.
        end: In ms, 1 or more; for the rates, somebody must have been at risk in the half before it.
    """
    risk = table.at_risk()[:end].astype(np.float64)
    hazards = np.divide(table.events[:, :end], risk, out=np.zeros((len(table.causes), end)), where=risk > 0)
    staying = np.concatenate([np.ones(1), np.cumprod(1 - hazards.sum(axis=0))])
    late = slice(_from(end), end)
    ended = table.events[:, late].sum(axis=1)
    exposure = float(risk[late].sum() - ended.sum() / 2)
    rates = ended / exposure if exposure > 0 else np.zeros(len(table.causes))
    pile, piled = _pile(table, end)
    return Past(staying, hazards, risk, rates, exposure, pile, piled)


def _pile(table: RiskTable, end: int) -> tuple[Floats, float]:
    """Endings at the end over those still there, where the end is a limit that others outlast; else none."""
    there = float(table.at_risk()[end]) if end <= table.limit_ms else 0.0
    if end != table.limit_ms or there == 0 or table.censored[end] == 0:
        return np.zeros(len(table.causes)), max(there, 1.0)
    return table.events[:, end] / there, there


def _from(end: int) -> int:
    return int(end * (1 - _LAST_PART))
