"""Ways to compare two shares on request, beside Newcombe's and MOVER's of `proportions`."""

from experiments.stats.two_proportions.exact import barnard, exact, fisher
from experiments.stats.two_proportions.score import score, score_ratio
from experiments.stats.two_proportions.wald import wald

__all__ = ["barnard", "exact", "fisher", "score", "score_ratio", "wald"]
