"""A funnel walked over the store: Funnel -> ordered rows -> the compiled walk -> one row per unit that entered."""

from analysis.steps.walked import NEVER, Walked
from analysis.steps.walking import walk_funnel

__all__ = ["NEVER", "Walked", "walk_funnel"]
