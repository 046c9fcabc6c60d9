"""Random and told endings of impressions for the tests of curves."""

import numpy as np
from hypothesis import strategies as st

from experiments.stats.samples import RiskTable

CAUSES = ("tap", "dismiss", "leave")
ENDINGS = st.lists(st.tuples(st.integers(0, 25), st.sampled_from([*CAUSES, None])), min_size=1, max_size=80)


def drawn(seed, n, censored_before, spread):
    """Endings with many ties (small spread) or heavy censoring (early censored_before)."""
    rng = np.random.default_rng(seed)
    ms = rng.integers(1, spread, n)
    cause = rng.choice([0, 1, 2], n, p=[0.5, 0.3, 0.2])
    limit = rng.integers(1, censored_before, n)
    seen = ms <= limit
    return [
        (int(m if s else c), CAUSES[k] if s else None)
        for m, c, k, s in zip(ms, limit, cause, seen, strict=True)
    ]


DATA = {
    "a story": [(1, "tap"), (2, "dismiss"), (2, None), (3, "tap"), (4, None)],
    "many ties": drawn(1, 300, 40, 8),
    "heavy censoring": drawn(2, 400, 12, 60),
    "a display limit": [(ms, cause) if ms <= 20 else (20, None) for ms, cause in drawn(3, 500, 200, 60)],
    "one ending": [(3, "tap"), *[(k, None) for k in range(1, 30)]],
    "all end": [(ms, cause or "leave") for ms, cause in drawn(4, 200, 30, 30)],
    "ends with the last one": [(5, None), (7, "tap"), (7, "dismiss"), (9, "tap")],
    "one unit": [(6, "dismiss")],
    "endings tied with censorings": [(k // 9, (*CAUSES, None)[k % 4]) for k in range(9, 130)],
    "most end at once": [*[(5, "tap")] * 40, *[(5, "dismiss")] * 30, (5, None), (6, "leave"), (9, None)],
}
"""What can go wrong with times, each with an ending."""

SILENT = {"nothing ends": [(k, None) for k in range(1, 12)], "all censored at once": [(20, None)] * 7}
"""Without any ending."""


def table_of(endings, limit_ms=25):
    return RiskTable.from_rows(CAUSES, [(ms, cause, 1) for ms, cause in endings], limit_ms)
