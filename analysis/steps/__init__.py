"""A funnel walked over the store: Funnel -> ordered rows -> the compiled walk -> one row per unit that entered."""

from analysis.steps.walking import Walked, walk_funnel

__all__ = ["Walked", "walk_funnel"]
