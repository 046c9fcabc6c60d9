"""The figures behind the page as rows of plain columns, the same in every language."""

import pandas as pd

from analysis.display_limit.answers import DisplayLimitAnswer, Said
from experiments.stats.effects import Estimate


def point_rows(found: DisplayLimitAnswer) -> pd.DataFrame:
    """One row a display time: shares that would end so, seconds on the screen, and whether it is extrapolated."""
    return pd.DataFrame(
        [
            {
                "limit_ms": one.ms,
                **_said("taps", one.taps),
                **_said("dismissals", one.dismissals),
                **_said("leaves", one.leaves),
                **_said("attention_s", one.attention_s),
                "extrapolated": one.extrapolated,
            }
            for one in found.points
        ]
    )


def _said(name: str, said: Said) -> dict[str, object]:
    if not isinstance(said, Estimate):
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    low, high = (None, None) if said.interval is None else (said.interval.low, said.interval.high)
    return {name: said.value, f"{name}_low": low, f"{name}_high": high}
