"""Segments of a mismatch and the stages that they point to, one fault at a time: known answers must notice each."""

import math

import numpy as np

from experiments.stats.samples import Count
from tests.faults.answers import near, refuses, stories_of
from tests.faults.planting import Fault


def evidence(units, c):
    """How much likelier units of two arms are under a split that a Beta(c/2, c/2) says than under 1:1, by factorials."""
    lg, n = math.lgamma, sum(units)
    told = lg(c) - lg(c + n) + sum(lg(c / 2 + one) - lg(c / 2) for one in units)
    return math.exp(told + n * math.log(2))


MIXED_P = 2 / (evidence((300, 210), 40.0) + evidence((300, 210), 1000.0))


def check_segments(m):
    table = {"4.1": (500, 520), "4.2": (300, 210), "4.3": (150, 160), "none": (0, 0)}
    ranked = m.segment_ratios({"app_version": table}, [1, 1])
    assert ranked[0].value == "4.2"
    found = {one.value: one for one in ranked}
    assert set(found) == {"4.1", "4.2", "4.3"}
    # scipy 1.16 power_divergence([950, 890] and [650, 680], lambda_="log-likelihood"): 1.9568686 and .6767491
    near(found["4.2"].explained, 1 - 0.676749123422713 / 1.9568686237679458, 1e-12)
    assert found["4.1"].explained < 0
    near(found["4.2"].excess, found["4.2"].explained - 510 / 1840, 1e-12)
    near(found["4.2"].p_value, MIXED_P, 1e-12)
    near(found["4.2"].adjusted_p, 3 * MIXED_P, 1e-12)
    # mpmath 1.3.0, 40 digits: 1/B of 300 : 210 with concentration 300
    near(m.segment_ratios({"app_version": table}, [1, 1], 300.0)[0].p_value, 0.0108955041585525, 1e-12)
    assert (found["4.2"].observed, found["4.2"].expected) == ((300, 210), (255.0, 255.0))
    near(m.segment_ratios({"app_version": table}, [1, 1], 1000.0)[0].p_value, 0.0837976413262608, 1e-12)
    near(m.segment_ratios({"a": {"x": (90, 10), "y": (80, 20)}}, [9, 1])[0].expected[1], 10.0, 1e-12)
    assert m.segment_ratios({"a": {"x": (900, 100), "y": (80, 20)}}, [9, 1])[1].p_value == 1.0
    both = m.segment_ratios({"app_version": table, "platform": {"ios": (700, 600)}}, [1, 1])
    near(next(one for one in both if one.value == "4.2").adjusted_p, 4 * MIXED_P, 1e-12)
    near(next(one for one in both if one.value == "ios").share, 1.0, 1e-12)
    even = m.segment_ratios({"platform": {"ios": (5, 5), "android": (7, 7)}}, [1, 1])
    assert {one.explained for one in even} == {0.0}
    assert m.segment_ratios({"platform": {}}, [1, 1]) == ()
    refuses(
        (
            lambda: m.segment_ratios({"platform": {"ios": (1, 2, 3)}}, [1, 1]),
            lambda: m.segment_ratios({"platform": {"ios": (1, -2)}}, [1, 1]),
        )
    )


SEGMENTS = (
    Fault("SegmentRatio.excess", "self.explained - self.share", "self.explained"),
    Fault("segment_ratios", "whole - table", "table"),
    Fault("segment_ratios", "1 - left / off", "left / off"),
    Fault("segment_ratios", "if off > 0", "if True"),
    Fault("segment_ratios", "if n:", "if True:"),
    Fault("segment_ratios", "n / int(whole.sum())", "1 / len(values)"),
    Fault("segment_ratios", "require_split(observed, weights)", "pass"),
    Fault("segment_ratios", "weights, concentration)", "weights)"),
    Fault("segment_ratios", "weights, concentration)", "[1.0] * len(weights), concentration)"),
    Fault("segment_ratios", "holm([one[4] for one in found])", "[one[4] for one in found]"),
    Fault("segment_ratios", "holm([one[4] for one in found])", "[one[4] * len(found) * 2 for one in found]"),
    Fault("segment_ratios", "n * part for part in shares", "n / 2 for part in shares"),
    Fault("segment_ratios", "-one.excess", "one.excess"),
    Fault("segment_ratios", "-one.excess", "one.share"),
    Fault("segment_ratios", "concentration: Concentration = MIXED", "concentration: Concentration = 300.0"),
)


def stages(found):
    return [cause.stage for cause in found]


def check_causes(m):
    alike = {
        "platform": {"ios": (1_100, 900), "android": (2_200, 1_800)},
        "device": {"a": (3_300, 2_700), "b": (3, 2)},
    }
    whole = (3_300, 2_700)
    only = m.suggested_causes(whole, [1, 1], alike)
    assert stages(only) == ["assignment"]
    assert only[0].strength == 1.0
    assert (only[0].reason.code, only[0].reason.facts) == ("ratio_cause_assignment", (("segments", 2),))
    assert (
        m.suggested_causes((3_000, 3_000), [1, 1], {"platform": {"ios": (1_500, 1_500), "b": (1_500, 1_500)}})
        == ()
    )
    assert m.suggested_causes((3_300, 2_700), [11, 9], alike) == ()
    assert (
        m.suggested_causes(whole, [1, 1], {})
        == m.suggested_causes(whole, [1, 1], {"p": {"ios": whole}})
        == ()
    )
    assert m.suggested_causes((300, 240), [1, 1], {"p": {"ios": (150, 120), "b": (150, 120)}}) == ()
    assert stages(
        m.suggested_causes((300, 240), [1, 1], {"p": {"a": (150, 120), "b": (150, 120)}}, alpha=0.9)
    ) == ["assignment"]

    one = {
        "platform": {"ios": (2_000, 2_000)} | {"android": (1_300, 700)},
        "device": {"a": (1_650, 1_350), "b": (1_650, 1_350)},
    }
    execution = m.suggested_causes(whole, [1, 1], one)
    assert stages(execution) == ["execution"]
    facts = dict(execution[0].reason.facts)
    assert (facts["dimension"], facts["value"], facts["observed"]) == ("platform", "android", "1,300 / 700")
    assert facts["expected"] == "1,000.0 / 1,000.0"
    near(facts["explained"], 1.0, 1e-12)
    near(facts["share"], 1 / 3, 1e-12)
    near(execution[0].strength, 1.0, 1e-12)
    part = {"platform": {"ios": (2_100, 1_900), "android": (1_200, 800)}}
    off, left = (2 * sum(n * math.log(2 * n / sum(c)) for n in c) for c in (whole, (2_100, 1_900)))
    near(m.suggested_causes(whole, [1, 1], part)[0].strength, (1 - left / off - 1 / 3) / (2 / 3), 1e-9)
    opposite = {"platform": {"ios": (2_300, 1_700), "android": (1_700, 2_300)}}
    assert stages(m.suggested_causes((4_000, 4_000), [1, 1], opposite)) == ["execution"]
    # chi2_contingency(correction=False) of 360 : 240 by 300 : 300 has p = .000499, two dimensions double it
    near(m._alike([(360, 240), (300, 300)], [0.5, 0.5]), 0.0004985148935752056, 1e-12)
    near(m._alike([(360, 240), (300, 300), (4, 3)], [0.5, 0.5]), 0.0004985148935752056, 1e-12)
    near(m._alike([(360, 240, 0), (300, 300, 0)], [0.5, 0.25, 0.25]), 0.0004985148935752056, 1e-12)
    assert m._alike([(360, 240), (4, 4)], [0.5, 0.5]) is None
    assert m._alike([(360, 240), (5, 5)], [0.5, 0.5]) is not None
    edge = {"platform": {"ios": (360, 240), "android": (300, 300)}}
    twice = edge | {"device": {"ios": (330, 270), "android": (330, 270)}}
    loose = {"alpha": 0.0006}
    assert stages(m.suggested_causes(whole, [1, 1], edge, **loose)) == ["execution"]
    assert stages(m.suggested_causes(whole, [1, 1], edge, alpha=0.0004)) == ["assignment"]
    assert stages(m.suggested_causes(whole, [1, 1], twice, **loose)) == ["assignment"]

    filtered = m.suggested_causes(whole, [1, 1], alike, before=(3_320, 3_250))
    assert stages(filtered) == ["analysis"]
    held = 2 * sum(n * math.log(2 * n / 6_570) for n in (3_320, 3_250))
    near(filtered[0].strength, 1 - held / off, 1e-9)
    assert stages(m.suggested_causes(whole, [1, 1], alike, before=(3_400, 2_800))) == ["assignment"]

    late = np.array([(100, 100)] * 10 + [(230, 170)] * 10)
    interference = m.suggested_causes(whole, [1, 1], alike, hours=late)
    assert stages(interference) == ["interference"]
    assert interference[0].reason.facts == (("hour", 10),)
    since = 2 * sum(n * math.log(2 * n / 4_000) for n in (2_300, 1_700))
    near(interference[0].strength, 1 - off / since, 1e-9)
    always = np.array([(330, 270)] * 10)
    assert stages(m.suggested_causes(whole, [1, 1], alike, hours=always)) == ["assignment"]
    both = m.suggested_causes(whole, [1, 1], one, hours=late)
    assert stages(both) == ["execution", "interference"]

    silent = m.suggested_causes(whole, [1, 1], alike, silent=[Count(3_300, 330), Count(2_700, 135)])
    assert stages(silent) == ["assignment", "log_processing"]
    near(silent[1].strength, 0.5, 1e-12)
    near(silent[0].strength, 0.5, 1e-12)
    assert dict(silent[1].reason.facts)["shares"] == "330 of 3,300 / 135 of 2,700"
    assert stages(
        m.suggested_causes(whole, [1, 1], alike, silent=[Count(3_300, 330), Count(2_700, 270)])
    ) == ["assignment"]
    assert stages(m.suggested_causes(whole, [1, 1], alike, silent=[Count(3_300, 0), Count(0, 0)])) == [
        "assignment"
    ]
    assert m._share(-0.5) == 0.0
    assert m._share(1.5) == 1.0
    refuses([lambda: m.suggested_causes(whole, [1, 1], {}, alpha=0.0)])


CAUSES = (
    Fault("suggested_causes", "require_alpha(alpha)", ""),
    Fault(
        "suggested_causes",
        "sample_ratio_p(observed, weights) >= alpha and",
        "sample_ratio_p(observed, weights) >= alpha or",
    ),
    Fault("suggested_causes", "sample_ratio_p(observed, weights) >= alpha and", ""),
    Fault("suggested_causes", "and not any(one.adjusted_p < alpha for one in ratios)", ""),
    Fault("suggested_causes", "one.adjusted_p < alpha", "one.adjusted_p <= 1"),
    Fault("suggested_causes", "p * len(tested) < alpha", "p < alpha"),
    Fault("suggested_causes", "p * len(tested) < alpha", "p * len(tested) < 0.0005"),
    Fault("suggested_causes", "tested and not elsewhere", "not elsewhere"),
    Fault("suggested_causes", "tested and not elsewhere", "tested"),
    Fault("suggested_causes", "tested and not elsewhere", "tested and not found"),
    Fault("suggested_causes", "1 - max(", "max("),
    Fault("suggested_causes", "(-one.strength, ", "(one.strength, "),
    Fault("suggested_causes", "len(segments[name])", "1"),
    Fault(
        "suggested_causes",
        "sample_ratio_p(observed, weights) >= alpha",
        "sample_ratio_p(observed, weights) >= 0.0005",
    ),
    Fault("_alike", ">= _LEAST_EXPECTED", "> _LEAST_EXPECTED"),
    Fault("_alike", ">= _LEAST_EXPECTED", ">= 0"),
    Fault("_alike", "/ expected).sum()", ").sum()"),
    Fault("_alike", "counts[:, counts.sum(axis=0) > 0]", "counts"),
    Fault("_alike", "(len(counts) - 1) *", "len(counts) *"),
    Fault("_alike", "len(counts) < 2", "len(counts) < 1"),
    Fault("_analysis", "sample_ratio_p(before, weights) < alpha", "sample_ratio_p(before, weights) > alpha"),
    Fault("_analysis", "sample_ratio_p(before, weights) < alpha", "False"),
    Fault("_analysis", "1 - held / off", "held / off"),
    Fault("_execution", "if one.dimension in differ", "if True"),
    Fault("_execution", "best.excess / (1 - best.share)", "best.excess"),
    Fault("_execution", "best.excess / (1 - best.share)", "best.explained"),
    Fault("_interference", "change.always_p >= _SINCE", "False"),
    Fault("_interference", "1 - whole / float", "whole / float"),
    Fault("_interference", "since + np.array(change.before)", "np.array(change.before) + 1"),
    Fault("_log_processing", "p_value >= alpha", "p_value > 1"),
    Fault("_log_processing", "1 - min(parts) / max(parts)", "min(parts) / max(parts) + 0.1"),
    Fault("_log_processing", "arm.hits / arm.n for", "arm.hits for"),
    Fault("_log_processing", "not isinstance(p_value, float) or", ""),
    Fault("_share", "max(value, 0.0)", "value"),
    Fault("_share", "min(max(value, 0.0), 1.0)", "max(value, 0.0)"),
)


SUITES = {
    "stats/srm_segments.py": (check_segments, SEGMENTS),
    "stats/srm_causes.py": (check_causes, CAUSES),
}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
