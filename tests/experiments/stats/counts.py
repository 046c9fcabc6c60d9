"""Random counts."""

from hypothesis import strategies as st

from experiments.stats.samples import Count


@st.composite
def counts(draw, most=5000, least=1):
    n = draw(st.integers(least, most))
    return Count(n, draw(st.integers(0, n)))
