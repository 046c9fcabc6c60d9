"""A variant of the gallery, made up for one test."""

from analysis.copies.answers import Variant
from experiments.stats import proportions
from experiments.stats.samples import Count


def variant(n=10, taps=3, **seen):
    """A variant that so many of so many people tapped."""
    facts = {
        "arm": None,
        "copy_id": None,
        "design_id": None,
        "language": None,
        "limits": (),
        "mixed": 0,
        "wordings": (),
    }
    return Variant(n=n, taps=taps, rate=proportions.rate(Count(n, taps)), **{**facts, **seen})
