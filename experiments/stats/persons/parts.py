"""Of what the influence of one unit on the incidences of a table is made.

A unit's influence on F(t) is, once it was last seen at s ≤ t, a(s) + R(t) b(s), where R(t) = F(limit) − F(t); before,
it is −P(t), the same for every unit still watched. The influences are those of `survival.influence` (infinitesimal
jackknife), taken apart so that sums of them are known at every ms at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.stats.persons.passes import Floats, Ints
from experiments.stats.samples import RiskTable


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The parts of k curves on the grids of one or more tables, one after another, G ms in all.

    Args:
        ended: a(s) of a unit that ended at s, without its own jump, shape (G, k).
        censored: a(s) of a unit censored at s, same shape.
        jump: What a unit that ended at s by the curve's own cause has on top, shape (G,).
        ended_slope, censored_slope: b(s), shape (G,).
        rest: R(t), shape (G, k).
        waiting: P(t), same shape.
    """

    ended: Floats
    censored: Floats
    jump: Floats
    ended_slope: Floats
    censored_slope: Floats
    rest: Floats
    waiting: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Grids:
    """The tables of several arms laid side by side.

    Args:
        causes: Their causes; curve k is the incidence of cause k, the last one that of all together.
        begin: Where each arm's grid begins, and the end of the last, shape (arms + 1,).
        parts: Of all of them.
    """

    causes: tuple[str, ...]
    begin: Ints
    parts: Parts

    @classmethod
    def of(cls, tables: Sequence[RiskTable]) -> "Grids":
        """Lay tables side by side.

        Args:
            tables: The table of each arm, all with the same causes.

        Raises:
            ValueError: No table, or different causes.
        """
        if not tables or any(table.causes != tables[0].causes for table in tables):
            raise ValueError("`tables` must be one or more tables with the same causes; name them alike.")
        parts = [parts_of(table) for table in tables]
        joined = Parts(*(np.concatenate([getattr(p, name) for p in parts]) for name in Parts.__slots__))
        begin = np.concatenate([[0], np.cumsum([table.limit_ms + 1 for table in tables])]).astype(np.int64)
        return cls(tables[0].causes, begin, joined)

    @property
    def arms(self) -> int:
        """How many tables."""
        return self.begin.size - 1

    def curve(self, cause: str | None) -> int:
        """Place of a cause's curve; None means all causes together.

        Raises:
            ValueError: If the tables have no such cause.
        """
        if cause is None:
            return len(self.causes)
        if cause not in self.causes:
            raise ValueError(f"`cause` is {cause!r}; must be one of {self.causes}; choose one of them.")
        return self.causes.index(cause)


def parts_of(table: RiskTable) -> Parts:
    """Take the influences on the incidences of a table apart: its causes in order, then all causes together.

    With Y at risk, d ended, dF(s) = S(s−) dk(s)/Y(s) and h = d/(Y(Y − d)): b = 1/(Y − d) − H for an ended unit and −H
    for a censored one, H = Σ h; a = −R/(Y − d) − Σ dF/Y + Σ R h, without the first term for a censored one; the jump is
    S(s−)/Y(s); P = Σ dF/Y − Σ R h + R H. Sums run to s, or t. From R as the anchor the terms stay small late in the
    table, where few are left and 1/Y is large.

    Args:
        table: When the units ended and how.
    """
    risk = table.at_risk().astype(np.float64)
    ended = table.events.sum(axis=0).astype(np.float64)
    each, survivors = _one_over(risk), _one_over(risk - ended)
    jump = np.concatenate([np.ones(1), np.cumprod(1 - ended * each)[:-1]]) * each
    own = np.vstack([table.events, ended]).T.astype(np.float64)
    gain = jump[:, None] * own
    rest = np.zeros_like(gain)
    rest[:-1] = np.cumsum(gain[:0:-1], axis=0)[::-1]
    weight = ended * each * survivors
    sums = np.cumsum(weight)
    past = np.cumsum(gain * each[:, None] - rest * weight[:, None], axis=0)
    waiting = past + rest * sums[:, None]
    first = -rest * survivors[:, None] - past
    return Parts(first, -past, jump, survivors - sums, -sums, rest, waiting)


def _one_over(units: Floats) -> Floats:
    ratio: Floats = np.divide(1.0, units, out=np.zeros(units.shape), where=units > 0)
    return ratio
