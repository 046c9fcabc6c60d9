"""The figures of the gallery as rows of plain columns, the same in every language."""

import pandas as pd

from analysis.copies.answers import CopiesAnswer
from analysis.copies.sentences import letters
from experiments.stats.effects import Estimate

_COLUMNS = (
    "arm", "copy_id", "design_id", "language", "n", "taps", "rate", "low", "high", "brackets", "display_ms"
)  # fmt: skip


def variant_rows(found: CopiesAnswer) -> pd.DataFrame:
    """One row per variant, best first: what it was, its rate with interval, its brackets, its usual display limit."""
    rows = []
    for place, one in enumerate(found.variants):
        interval = one.rate.interval if isinstance(one.rate, Estimate) else None
        low, high = (None, None) if interval is None else (interval.low, interval.high)
        limit = one.limits[0][0] if one.limits else None
        rows.append(
            (one.arm, one.copy_id, one.design_id, one.language, one.n, one.taps, one.taps / one.n,
             low, high, letters(found, place), limit)
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(_COLUMNS))
