"""What may be spent by when: against R's rpact, and the laws of any spending function."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from experiments.stats.sequential.spending import spent
from tests.experiments.rscript import numbers_from_r

SHARES, ALPHAS = st.floats(1e-6, 1.5), st.floats(1e-9, 0.999)
FAMILIES = st.sampled_from(["obrien_fleming", "pocock"])


@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.99])
@pytest.mark.parametrize("alpha", [0.025, 0.05, 0.3])
def test_the_two_families_as_lan_and_demets_write_them(share, alpha):
    flat = alpha * math.log(1 + (math.e - 1) * share)
    steep = 2 - 2 * norm.cdf(norm.ppf(1 - alpha / 2) / math.sqrt(share))
    assert spent(share, alpha, "pocock") == pytest.approx(flat, rel=1e-12)
    assert spent(share, alpha, "obrien_fleming") == pytest.approx(steep, rel=1e-9, abs=1e-15)


@pytest.mark.r
def test_what_rpact_spends():
    said = numbers_from_r(
        """
        t <- c(.1, .25, .4, .7, 1)
        for (type in c("asOF", "asP")) say(type, rpact::getDesignGroupSequential(typeOfDesign = type, sided = 1, alpha = .025,
            informationRates = t)$alphaSpent)
        """
    )
    for name, family in (("asOF", "obrien_fleming"), ("asP", "pocock")):
        found = [spent(t, 0.025, family) for t in (0.1, 0.25, 0.4, 0.7, 1)]
        assert found == pytest.approx(said[name], abs=1e-9)


@given(SHARES, SHARES, ALPHAS, FAMILIES)
def test_spending_never_falls_and_ends_at_alpha(one, other, alpha, family):
    low, high = sorted((one, other))
    assert 0 <= spent(low, alpha, family) <= spent(high, alpha, family) <= alpha
    assert spent(1.0, alpha, family) == spent(1 + high, alpha, family) == alpha


@given(SHARES, ALPHAS, ALPHAS, FAMILIES)
def test_more_error_in_all_is_more_by_every_look(share, one, other, family):
    low, high = sorted((one, other))
    assert spent(share, low, family) <= spent(share, high, family)


def test_early_looks_cost_next_to_nothing_or_their_share():
    # 2 − 2 Φ(2.2414 / √0.1) = 1.4e-12; 0.025 · log(1.17183) = 0.00396
    assert spent(0.1, 0.025, "obrien_fleming") == pytest.approx(1.36e-12, rel=0.01)
    assert spent(0.1, 0.025, "pocock") == pytest.approx(0.0039643, abs=1e-6)
    assert spent(1e-12, 0.025, "obrien_fleming") == 0.0


@pytest.mark.parametrize(
    ("share", "alpha", "family", "sentence"),
    [
        (0.0, 0.05, "pocock", r"`share` is 0\.0; must be finite and above 0"),
        (math.inf, 0.05, "pocock", "`share` is inf"),
        (math.nan, 0.05, "pocock", "`share` is nan"),
        (0.5, 0.0, "pocock", r"`alpha` is 0\.0; must be in \(0, 1\)"),
        (0.5, 1.0, "pocock", r"`alpha` is 1\.0"),
        (0.5, 0.05, "haybittle", "`spending` is 'haybittle'; must be obrien_fleming or pocock"),
    ],
)
def test_nonsense_is_refused(share, alpha, family, sentence):
    with pytest.raises(ValueError, match=sentence):
        spent(share, alpha, family)
