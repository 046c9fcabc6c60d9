"""Segments against scipy and leaving out by hand; stages against worlds in which the fault was planted."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.stats import srm_causes
from experiments.stats.samples import Count
from experiments.stats.split_change import deviance
from experiments.stats.srm_causes import suggested_causes
from experiments.stats.srm_segments import segment_ratios
from experiments.stats.srm_sequence import sample_ratio_p

SHARES = {"platform": {"ios": 0.4, "android": 0.6}, "app_version": {"4.1": 0.5, "4.2": 0.35, "4.3": 0.15}}


def world(rng, kept=lambda _version, _hour: 1.0, n=20_000, t=100):
    """Units of an even split over two dimensions and t hours; arm 2 keeps a share of its units."""
    platform = rng.choice(list(SHARES["platform"]), n, p=list(SHARES["platform"].values()))
    version = rng.choice(list(SHARES["app_version"]), n, p=list(SHARES["app_version"].values()))
    arm, hour = rng.integers(0, 2, n), np.sort(rng.integers(0, t, n))
    stays = (arm == 0) | (rng.random(n) < [kept(v, h) for v, h in zip(version, hour, strict=True)])
    platform, version, arm, hour = platform[stays], version[stays], arm[stays], hour[stays]

    def split(mask):
        return tuple(np.bincount(arm[mask], minlength=2).tolist())

    segments = {
        "platform": {value: split(platform == value) for value in SHARES["platform"]},
        "app_version": {value: split(version == value) for value in SHARES["app_version"]},
    }
    return (
        split(np.full(len(arm), True)),
        segments,
        np.stack([np.bincount(hour[arm == a], minlength=t) for a in (0, 1)], 1),
    )


def stages(found):
    return [cause.stage for cause in found]


# Segments


def test_what_a_segment_explains_equals_leaving_it_out():
    table = {"4.1": (500, 520), "4.2": (300, 210), "4.3": (150, 160), "none": (0, 0)}
    found = {one.value: one for one in segment_ratios({"app_version": table}, [1, 1], 300.0)}
    whole = stats.power_divergence([950, 890], lambda_="log-likelihood").statistic
    assert set(found) == {"4.1", "4.2", "4.3"}
    for value, (a, b) in list(table.items())[:3]:
        rest = stats.power_divergence([950 - a, 890 - b], lambda_="log-likelihood").statistic
        one = found[value]
        assert one.explained == pytest.approx(1 - rest / whole, rel=1e-9)
        assert one.p_value == pytest.approx(sample_ratio_p([a, b], [1, 1], 300.0), rel=1e-12)
        assert one.share == pytest.approx((a + b) / 1840)
        assert (one.observed, one.expected) == ((a, b), ((a + b) / 2, (a + b) / 2))
    ranked = [one.value for one in segment_ratios({"app_version": table}, [1, 1])]
    assert ranked[0] == "4.2"
    assert found["4.2"].adjusted_p == pytest.approx(min(1.0, 3 * found["4.2"].p_value))
    assert found["4.1"].explained < 0 < found["4.2"].explained


@given(st.lists(st.integers(0, 500), min_size=3, max_size=3).filter(any))
def test_the_deviance_is_scipy_s_g(counts):
    expected = np.array([0.2, 0.3, 0.5]) * sum(counts)
    g = stats.power_divergence(counts, expected, lambda_="log-likelihood").statistic
    assert float(deviance(np.array(counts), [0.2, 0.3, 0.5])) == pytest.approx(g, rel=1e-9, abs=1e-9)


def test_segments_off_alike_explain_as_much_as_they_are_large():
    table = {str(i): (110 * i, 90 * i) for i in (1, 2, 3, 4)}
    for one in segment_ratios({"device": table}, [1, 1]):
        assert one.explained == pytest.approx(one.share, rel=1e-9)
        assert one.excess == pytest.approx(0.0, abs=1e-9)


def test_segments_differ_as_in_a_table_of_segment_by_arm():
    table = [(500, 520), (300, 210), (150, 160)]
    expected = stats.chi2_contingency(table, correction=False).pvalue
    assert srm_causes._alike([*table, (4, 3)], [0.5, 0.5]) == pytest.approx(expected, rel=1e-9)
    assert srm_causes._alike([(500, 500), (4, 4)], [0.5, 0.5]) is None
    assert srm_causes._alike([(500, 0), (300, 0)], [0.5, 0.5]) == 1.0


def test_naming_any_of_forty_segments_by_chance_is_rare():
    # 200 worlds with the split as planned (9:1): at alpha = .05 at most .05 + 3 · .0154
    rng = np.random.default_rng(1)
    named = 0
    for _ in range(200):
        table = {str(i): tuple(rng.multinomial(400, [0.9, 0.1]).tolist()) for i in range(40)}
        named += min(one.adjusted_p for one in segment_ratios({"device": table}, [9, 1])) < 0.05
    assert named / 200 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 200)


# Stages


def test_a_split_as_planned_suggests_nothing():
    rng = np.random.default_rng(2)
    for _ in range(60):
        observed, segments, hours = world(rng, n=4_000)
        assert suggested_causes(observed, [1, 1], segments, observed, hours) == ()


WORLDS = {
    "assignment": lambda _version, _hour: 0.85,
    "execution": lambda version, _hour: 0.5 if version == "4.3" else 1.0,
    "interference": lambda _version, hour: 1.0 if hour < 50 else 0.75,
}


@pytest.mark.parametrize("stage", WORLDS)
def test_the_planted_stage_comes_first(stage):
    # 40 worlds of 20,000 units: at least 37 (measured in 200 worlds: 199, 200, 200)
    rng = np.random.default_rng(3)
    found = []
    for _ in range(40):
        observed, segments, hours = world(rng, WORLDS[stage])
        causes = suggested_causes(observed, [1, 1], segments, hours=hours)
        found.append(causes[0].stage if causes else None)
        if stage == "execution" and causes:
            assert dict(causes[0].reason.facts)["value"] == "4.3"
        if stage == "interference" and causes and causes[0].stage == stage:
            assert abs(int(dict(causes[0].reason.facts)["hour"]) - 50) <= 15
    assert found.count(stage) >= 37


def test_exclusions_of_one_arm_point_to_the_analysis():
    rng = np.random.default_rng(4)
    for _ in range(20):
        before, _, _ = world(rng)
        observed, segments, hours = world(rng, lambda _version, _hour: 0.85)
        found = suggested_causes(observed, [1, 1], segments, before, hours)
        assert stages(found)[0] == "analysis"
        assert found[0].strength > 0.8
        assert "assignment" not in stages(found)


def test_silent_units_of_one_arm_point_to_the_logs():
    observed, segments, hours = world(np.random.default_rng(5), WORLDS["assignment"])
    silent = [Count(observed[0], 900), Count(observed[1], 300)]
    found = suggested_causes(observed, [1, 1], segments, hours=hours, silent=silent)
    assert stages(found) == ["log_processing", "assignment"]
    assert found[0].strength == pytest.approx(1 - 300 / observed[1] / (900 / observed[0]))
    assert found[1].strength == pytest.approx(1 - found[0].strength)
    alike = suggested_causes(observed, [1, 1], segments, silent=[Count(one, one // 10) for one in observed])
    assert stages(alike) == ["assignment"]
    assert alike[0].strength == 1.0


def test_segments_that_make_up_for_each_other_are_found_without_an_alarm_of_the_whole():
    segments = {"platform": {"ios": (2_300, 1_700), "android": (1_700, 2_300)}}
    assert sample_ratio_p([4_000, 4_000], [1, 1]) == 1.0
    assert stages(suggested_causes([4_000, 4_000], [1, 1], segments)) == ["execution"]


def test_without_segments_to_compare_nothing_is_claimed():
    assert suggested_causes([3_000, 2_000], [1, 1], {}) == ()
    assert suggested_causes([3_000, 2_000], [1, 1], {"platform": {"ios": (3_000, 2_000)}}) == ()
    assert suggested_causes([3_000, 2_000], [1, 1], {"platform": {}}) == ()
    assert (
        suggested_causes([0, 0], [1, 1], {"platform": {"ios": (0, 0)}}, hours=np.zeros((2, 2), np.int64))
        == ()
    )
    with pytest.raises(ValueError, match=r"^`alpha`"):
        suggested_causes([3_000, 2_000], [1, 1], {}, alpha=0.0)
    with pytest.raises(ValueError, match=r"^`observed`"):
        segment_ratios({"platform": {"ios": (1, 2, 3)}}, [1, 1])
