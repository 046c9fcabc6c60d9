"""Faults planted in hazard ratios, in the agreement of two arms and in what a stretch of time brings."""

from pathlib import Path

import numpy as np
import pytest

import experiments.stats.survival.gain
import experiments.stats.survival.hazard_agreement
import experiments.stats.survival.hazard_ratio
from experiments.stats.samples import RiskTable
from tests.experiments.stats.endings import table_of
from tests.faults.planting import Fault, is_caught, load

RATIO = Path(experiments.stats.survival.hazard_ratio.__file__)
AGREE = Path(experiments.stats.survival.hazard_agreement.__file__)
GAIN = Path(experiments.stats.survival.gain.__file__)

RATIO_FAULTS = (
    Fault("_Moments.share", "self.control + weighted", "self.control + self.treatment"),
    Fault("_Moments.share", "math.exp(log_ratio)", "math.exp(-log_ratio)"),
    Fault("hazard_ratio", "min(control.limit_ms, treatment.limit_ms)", "control.limit_ms"),
    Fault("hazard_ratio", "min(to_ms, last + 1)", "last + 1"),
    Fault("hazard_ratio", "slice(from_ms, end)", "slice(0, end)"),
    Fault("hazard_ratio", "& (risk[0] > 0)", ""),
    Fault("hazard_ratio", "& (risk[1] > 0)", ""),
    Fault("hazard_ratio", "table.at_risk()[when]", "table.at_risk()[when][::-1]"),
    Fault("hazard_ratio", "int(events[0].sum()), int(events[1].sum())", "int(events[1].sum()), int(events[0].sum())"),
    Fault("_estimate", "if d0 == 0:", "if d0 == -1:"),
    Fault("_estimate", "betaincinv(d1, d0 + 1, tail)", "betaincinv(d1 + 1, d0 + 1, tail)"),
    Fault("_estimate", "betaincinv(d1 + 1, d0, 1 - tail)", "betaincinv(d1, d0, 1 - tail)"),
    Fault("_estimate", "(1 - level) / 2", "1 - level"),
    Fault("_estimate", "if d1 else 0.0", "if d1 > 1 else 0.0"),
    Fault("_p_value", "2 * min(", "min("),
    Fault("_p_value", "bdtrc(d1 - 1", "bdtrc(d1"),
    Fault("_p_value", "share(0.0)", "share(0.1)"),
)  # fmt: skip
AGREE_FAULTS = (
    Fault("hazards_agree", "2 * overall.p_value", "overall.p_value"),
    Fault("hazards_agree", "2 * len(pieces) *", "2 *"),
    Fault("hazards_agree", "2 * len(pieces) * min(one.p_value for one in pieces)", "1.0"),
    Fault("hazards_agree", "holm([p for *_, p in found])", "[p for *_, p in found]"),
    Fault("hazards_agree", "(end + 1) * k // parts for", "end * k // (2 * parts) for"),
    Fault("hazards_agree", "treatment.shortened", "control.shortened"),
    Fault("hazards_agree", "1 <= parts <= MOST_PARTS", "parts <= MOST_PARTS"),
    Fault("_differs", "one.adjusted < ALPHA", "one.p_value < ALPHA"),
    Fault("_differs", "and not _within(one.sharpest())", ""),
    Fault("_differs", "one.sharpest()", "one.overall"),
    Fault("_state", "_within(one.overall) for one", "_within(one.sharpest()) for one"),
    Fault("_state", "if all(", "if any("),
    Fault("_worst", "one.p_value).sharpest()", "-one.p_value).sharpest()"),
    Fault("_worst", "if _differs(one)", "if not _differs(one)"),
    Fault("_worst", ".sharpest()", ".overall"),
    Fault("_within", "BAND[0] <= said.interval.low and", ""),
    Fault("_within", "and said.interval.high <= BAND[1]", ""),
    Fault("_distance", "max(1 / said.interval.low, said.interval.high)", "said.interval.high"),
    Fault("CauseAgreement.sharpest", "len(self.parts) * part.p_value", "part.p_value"),
    Fault("CauseAgreement.sharpest", "min(self.parts", "max(self.parts"),
)
GAIN_FAULTS = (
    Fault("gained", "events[-1, after_ms + 1 :] = ", "events[-1, after_ms:] = "),
    Fault("gained", "events[place, after_ms + 1 :] = 0", "pass"),
    Fault("gained", "curve.at(until_ms)", "curve.at(until_ms - 1)"),
    Fault("gained", "late, level)", "cause, level)"),
    Fault("gained", "-1 <= after_ms < until_ms", "-1 <= after_ms"),
    Fault("gained", "while late in table.causes", "while False"),
)


def check_ratio(m) -> None:
    control = table_of([(2, "tap")] * 10 + [(8, "tap")] * 10 + [(12, None)] * 80)
    treatment = table_of([(2, "tap")] * 10 + [(8, "tap")] * 30 + [(12, None)] * 60)
    parts = [m.hazard_ratio(control, treatment, "tap", *part) for part in ((0, 5), (5, 10), (0, None))]
    assert [one.ratio.value for one in parts[:2]] == pytest.approx([1, 3])
    assert [(one.control, one.treatment) for one in parts] == [(10, 10), (10, 30), (20, 40)]
    # score equation of Cox: 40 = 20 r 100 / (100 + 100 r) + 40 r 90 / (90 + 90 r) has r = 2
    assert parts[2].ratio.value == pytest.approx(2)
    third = m.hazard_ratio(
        RiskTable.from_rows(["tap"], [(5, "tap", 70), (9, None, 930)], 9),
        RiskTable.from_rows(["tap"], [(5, "tap", 30), (30, None, 470)], 30),
        "tap",
    )
    # R: 2 * pbinom(30, 100, 1/3) = 0.553107703; binom.test's exact limits 0.2124064 to 0.3998147 as odds over those of 1/3
    assert third.p_value == pytest.approx(0.553107703, abs=1e-8)
    assert third.ratio.interval.low == pytest.approx(0.2124064 / (1 - 0.2124064) * 2, rel=1e-5)
    assert third.ratio.interval.high == pytest.approx(0.3998147 / (1 - 0.3998147) * 2, rel=1e-5)
    assert third.to_ms == 10
    longer = RiskTable.from_rows(["tap"], [(5, "tap", 70), (30, None, 930)], 30)
    assert m.hazard_ratio(longer, RiskTable.from_rows(["tap"], [(5, "tap", 3)], 9), "tap").to_ms == 10
    one = m.hazard_ratio(table_of([(5, "tap")] * 9 + [(9, None)]), table_of([(5, "tap"), (9, None)]), "tap")
    assert one.ratio.interval.low > 0
    alone = m.hazard_ratio(
        table_of([(5, "tap"), (6, None)]), table_of([(5, "tap"), (6, None), (9, "tap"), (9, None)]), "tap"
    )
    other = m.hazard_ratio(
        table_of([(5, "tap"), (6, None), (9, "tap"), (9, None)]), table_of([(5, "tap"), (6, None)]), "tap"
    )
    assert alone.ratio.value == pytest.approx(1 / other.ratio.value)
    assert alone.p_value == other.p_value == 1
    assert alone.treatment == 2
    nobody = table_of([(5, None)])
    assert m.hazard_ratio(nobody, nobody, "tap").p_value == 1
    assert m.hazard_ratio(nobody, nobody, "tap").ratio.code == "no_endings"
    assert m.hazard_ratio(nobody, table_of([(5, "tap")]), "tap").ratio.code == "ratio_without_hits"


def table(*rows, causes=("tap", "dismiss")):
    return RiskTable.from_rows(causes, rows, max(row[0] for row in rows))


def spread(taps, dismissals, n=100_000, limit=40):
    """Endings (early, late) of each cause in the first and last fifth of the time."""
    rows = [
        (4, "tap", taps[0]),
        (36, "tap", taps[1]),
        (4, "dismiss", dismissals[0]),
        (36, "dismiss", dismissals[1]),
    ]
    return table(*rows, (limit, None, n - sum(count for *_, count in rows)))  # fmt: skip


def check_agree(m) -> None:
    even = spread((2000, 2000), (2000, 2000))
    assert m.hazards_agree(even, even, 40).state == "agree"
    late = m.hazards_agree(even, spread((2000, 2500), (2000, 2000)), 40)
    assert (late.state, late.worst.cause, late.worst.from_ms, late.worst.to_ms) == ("differ", "tap", 30, 41)
    whole = m.hazards_agree(even, spread((2000, 2000), (2600, 2600)), 40)
    assert (whole.state, whole.worst.cause, whole.worst.from_ms, whole.worst.to_ms) == (
        "differ",
        "dismiss",
        0,
        41,
    )
    little = m.hazards_agree(even, spread((2160, 2160), (2000, 2000)), 40)
    assert little.causes[0].adjusted < m.ALPHA
    assert little.state == "agree"
    assert m.hazards_agree(spread((20, 20), (9, 9)), spread((20, 20), (9, 9)), 40).state == "unclear"
    low = m.hazards_agree(even, spread((2000, 2000), (150, 150)), 40)
    assert low.state == "differ"
    few = m.hazards_agree(even, spread((2000, 2000), (1640, 1640)), 40)
    assert few.worst.cause == "dismiss"
    rare = spread((2000, 2000), (60, 60))
    unclear = m.hazards_agree(rare, spread((2000, 2000), (50, 50)), 40)
    assert (unclear.state, unclear.worst.cause) == ("unclear", "dismiss")
    many = spread((2000, 2000), (300, 300))
    quarter = m.hazards_agree(many, spread((2000, 2000), (300, 388)), 40).causes[1]
    parts = min(one.p_value for one in quarter.parts)
    assert 4 * parts < quarter.overall.p_value
    assert quarter.p_value == pytest.approx(2 * 4 * parts)
    assert quarter.adjusted == pytest.approx(2 * quarter.p_value)
    assert quarter.p_value < m.ALPHA < quarter.adjusted
    assert m.hazards_agree(many, spread((2000, 2000), (300, 388)), 40).state == "unclear"
    assert quarter.sharpest().from_ms == 30
    middling = m.hazards_agree(many, spread((2000, 2000), (330, 330)), 40).causes[1]
    assert middling.p_value == pytest.approx(2 * middling.overall.p_value)
    assert middling.overall.p_value > min(one.p_value for one in middling.parts) / 4
    nearly = m.hazards_agree(many, spread((2000, 2000), (300, 340)), 40).causes[1]
    assert min(one.p_value for one in nearly.parts) < nearly.overall.p_value
    assert nearly.sharpest() == nearly.overall
    both = m.hazards_agree(even, spread((2000, 2700), (2000, 2900)), 40)
    assert (both.worst.cause, both.worst.from_ms) == ("dismiss", 30)
    beside = m.hazards_agree(even, spread((2160, 2160), (2000, 2500)), 40)
    assert (beside.state, beside.worst.cause) == ("differ", "dismiss")
    whole_time = m.hazards_agree(even, spread((2000, 2000), (2150, 2150)), 40).causes[1]
    assert whole_time.sharpest() == whole_time.overall
    near = m.hazards_agree(even, spread((2000, 2000), (1000, 1000), limit=60), 40)
    assert near.worst.treatment == 2000
    fewer = m.hazards_agree(spread((300, 300), (100, 100)), spread((330, 330), (75, 75)), 40)
    assert (fewer.state, fewer.worst.cause) == ("unclear", "dismiss")
    most = m.hazards_agree(spread((2000, 2000), (600, 600)), spread((2000, 2000), (600, 690)), 40)
    assert most.causes[1].sharpest().from_ms == 30
    assert most.state == "agree"
    small = spread((2000, 2000), (150, 150))
    assert (
        m.hazards_agree(small, small, 40).state == "agree"
    )  # though its parts alone are too small to say so
    with pytest.raises(ValueError, match="must be 1 to 8"):
        m.hazards_agree(even, even, 40, parts=0)


def check_gain(m) -> None:
    told = table_of([(5, "tap")] * 40 + [(15, "tap")] * 30 + [(20, "tap")] * 10 + [(25, None)] * 120)
    assert m.gained(told, "tap", 5, 20).value == pytest.approx(40 / 200)
    assert m.gained(told, "tap", 14, 15).value == pytest.approx(30 / 200)
    assert m.gained(told, "tap", -1, 20).value == pytest.approx(80 / 200)
    assert m.gained(told, "tap", 15, 19).value == 0
    named = RiskTable(("tap", "tap later"), np.array([[0, 2, 1], [0, 1, 0]]), np.array([0, 0, 6]))
    assert m.gained(named, "tap", 1, 2).value == pytest.approx(1 / 10)
    with pytest.raises(ValueError, match="`after_ms` is 7"):
        m.gained(told, "tap", 7, 7)


PLANTED = (
    *((RATIO, fault, check_ratio) for fault in RATIO_FAULTS),
    *((AGREE, fault, check_agree) for fault in AGREE_FAULTS),
    *((GAIN, fault, check_gain) for fault in GAIN_FAULTS),
)


@pytest.mark.parametrize(
    ("source", "fault", "check"), PLANTED, ids=[f"{source.stem}-{fault}" for source, fault, _ in PLANTED]
)
def test_every_fault_is_caught(source, fault, check, tmp_path):
    assert is_caught(source, fault, check, tmp_path)


@pytest.mark.parametrize(
    ("source", "check"), [(RATIO, check_ratio), (AGREE, check_agree), (GAIN, check_gain)]
)
def test_the_untouched_modules_pass(source, check, tmp_path):
    check(load(source, tmp_path))
