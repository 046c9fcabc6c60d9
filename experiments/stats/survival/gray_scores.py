"""What Gray's test is made of: the scores of the groups and their covariance."""

import numpy as np
from numpy.typing import NDArray

from experiments.stats.samples import Counts

Floats = NDArray[np.float64]


def gray_scores(own: Counts, other: Counts, risk: Counts) -> tuple[Floats, Floats]:
    """The scores of k groups in one stratum and their covariance under the hypothesis that all incidences are one.

    Gray (1988), section 3: with h = R / S of a group just before t, H = Σ h, F the common incidence, Σ d / H, the score is
    Σ d₁ − d h (1 − F₁) / Σ h (1 − F₁). Its variance adds for each group k what endings by the cause, and others, would
    have moved: a_ik + (1 − (1 − F)/S) (C_ik(∞) − C_ik) and (1 − F)/S (C_ik(∞) − C_ik), a_ik = h_i (1{i = k} − h_k / H),
    dC = a dF / (1 − F). Of d tied endings the variance is that of drawing without replacement, as in R's cmprsk.

    Args:
        own: Endings by the cause, shape (groups, moments).
        other: Endings by other causes, the same shape.
        risk: Units at risk just before each moment, the same shape.

    Returns:
        (scores of shape (groups,), covariance of shape (groups, groups)).
    """
    ended = own + other
    after = np.cumprod(1 - _over(ended, risk), axis=1, dtype=np.float64)
    before = _shifted(after, 1.0)
    incidence = _shifted(np.cumsum(before * _over(own, risk), axis=1), 0.0)
    weight = _over(risk, before)
    total, hits = weight.sum(axis=0), own.sum(axis=0)
    step = _over(hits, total)
    common = np.cumsum(step, dtype=np.float64)
    fair = weight * (1 - incidence)
    score = (own - hits * _over(fair, np.broadcast_to(fair.sum(axis=0), fair.shape))).sum(axis=1)

    own_pull = weight[:, None] * (
        np.eye(len(own))[:, :, None] - _over(weight, np.broadcast_to(total, weight.shape))
    )
    gathered = np.cumsum(own_pull * _over(step, 1 - (common - step)), axis=2)
    ahead = gathered[:, :, -1:] - gathered
    apart = _over(np.broadcast_to(1 - common, after.shape), after)
    moved = own_pull + (1 - apart) * ahead  # a group that is empty has nothing ahead
    tied = 1 - _over(np.maximum(hits - 1, 0), total * before - 1)
    by_own = np.einsum("ikt,jkt,kt->ij", moved, moved, tied * _over(before * step, risk))
    tied = 1 - _over(np.maximum(other - 1, 0), risk - 1)
    by_other = np.einsum(
        "ikt,jkt,kt->ij", apart * ahead, apart * ahead, tied * _over(before**2 * other, risk**2)
    )
    return score, by_own + by_other


def _shifted(curve: Floats, first: float) -> Floats:
    """Each value just before its moment."""
    return np.concatenate([np.full((len(curve), 1), first), curve[:, :-1]], axis=1)


def _over(above: Floats | Counts, below: Floats | Counts) -> Floats:
    """above / below, and 0 where below is not above 0."""
    return np.divide(above, below, out=np.zeros(np.shape(below)), where=below > 0)
