"""A funnel walked over the store: Funnel -> ordered rows -> the compiled walk -> one row per unit that entered."""

from analysis.steps.walking import NEVER, Walked, walk_funnel

__all__ = ["NEVER", "Walked", "walk_funnel"]
