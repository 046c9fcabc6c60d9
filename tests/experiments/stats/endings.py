"""Random and told endings of impressions for the tests of curves."""

from hypothesis import strategies as st

from experiments.stats.samples import RiskTable

CAUSES = ("tap", "dismiss", "leave")
ENDINGS = st.lists(st.tuples(st.integers(0, 25), st.sampled_from([*CAUSES, None])), min_size=1, max_size=80)


def table_of(endings, limit_ms=25):
    return RiskTable.from_rows(CAUSES, [(ms, cause, 1) for ms, cause in endings], limit_ms)
