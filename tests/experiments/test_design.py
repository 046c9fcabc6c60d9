"""An experiment file: the one in the documentation loads, what breaks a rule is refused with a sentence."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from experiments import Experiment
from experiments.design import Factorial
from experiments.metrics import Incidence, Margin, Mean, Need, Window, margin_of
from experiments.stats import proportions, two_proportions
from experiments.stats.effects import NoEffect
from experiments.stats.samples import Count

DISPLAY_8S = """
key = "display-8s"
name = "Eight seconds instead of four"
hypothesis = "Half of the tappers need more than four seconds"
unit = "user"
start = 2026-04-01T00:00:00+09:00
alpha = 0.05
peeking = "sequence"         # fixed | sequence | group
planned_units = 20000
[[variants]]
key = "control"
weight = 1
payload = { display_ms = 4000, copy_id = "v1" }
[[variants]]
key = "8s"
weight = 1
payload = { display_ms = 8000, copy_id = "v1" }
[[metrics]]
key = "tapped"
role = "success"             # success | guardrail | exploratory
kind = "conversion"
event = "suggestion_tapped"
from = "impression"
within = "10s"
[[metrics]]
key = "dismissed"
role = "guardrail"
kind = "conversion"
event = "suggestion_dismissed"
direction = "down"           # the good way
margin = 0.01                # absolute; "1%" is of control's mean
"""


def replaced(old, new):
    assert DISPLAY_8S.count(old) == 1
    return DISPLAY_8S.replace(old, new)


def test_the_documented_file_loads():
    found = Experiment.from_toml(DISPLAY_8S)
    assert found.start == datetime(2026, 3, 31, 15, tzinfo=UTC)
    assert (found.alpha, found.peeking, found.planned_units) == (0.05, "sequence", 20_000)
    assert found.control.key == "control"
    assert [variant.key for variant in found.treatments] == ["8s"]
    assert found.treatments[0].payload == {"display_ms": 8000, "copy_id": "v1"}
    tapped, dismissed = found.metrics
    assert tapped.needs() == (Need("events", "suggestion_tapped", Window("impression", 10_000_000), "hit"),)
    assert dismissed.needs() == (Need("events", "suggestion_dismissed", Window("exposure", None), "hit"),)
    assert (tapped.direction, dismissed.direction, dismissed.margin) == ("up", "down", 0.01)


def test_json_says_the_same_as_the_file():
    found = Experiment.from_toml(DISPLAY_8S)
    assert Experiment.model_validate_json(found.model_dump_json()) == found


def test_the_kinds_say_what_they_need():
    text = (
        DISPLAY_8S
        + """
[[metrics]]
key = "revenue"
role = "exploratory"
kind = "mean"
event = "purchase"
property = "value"
within = "7d"
[[metrics]]
key = "purchases"
role = "exploratory"
kind = "mean"
event = "purchase"
[[metrics]]
key = "tapped-by-3s"
role = "exploratory"
kind = "incidence"
event = "suggestion_tapped"
within = "3s"
"""
    )
    revenue, purchases, by_3s = Experiment.from_toml(text).metrics[2:]
    week = 7 * 86_400 * 1_000_000
    assert isinstance(revenue, Mean)
    assert revenue.needs() == (Need("events", "purchase", Window("exposure", week), "sum", "value"),)
    assert purchases.needs() == (Need("events", "purchase", Window("exposure", None), "count"),)
    assert isinstance(by_3s, Incidence)
    assert (by_3s.cause, by_3s.at_ms) == ("tap", 3000)
    assert by_3s.needs() == (Need("impressions", "suggestion_tapped", Window("impression", None), "time_to"),)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('peeking = "sequence"', 'peaking = "sequence"', "`peaking` is not a key of an experiment; must be one of key, name,"),
        ('direction = "down"', 'direktion = "down"', "`direktion` is not a key of a metric; must be one of key, role,"),
        ("weight = 1\npayload = { display_ms = 8", "wait = 1\npayload = { display_ms = 8", "`wait` is not a key of a variant"),
        ('kind = "conversion"\nevent = "suggestion_dismissed"', 'kind = "share"\nevent = "x"',
         "`kind` is 'share' in the metric 'dismissed'; must be one of conversion, funnel, mean, "),
        ('key = "8s"', 'key = "control"', "`variants` has the key 'control' twice"),
        ('key = "dismissed"', 'key = "tapped"', "`metrics` has the key 'tapped' twice"),
        ('key = "control"', 'key = "4s"', "`variants` has 0 controls; must have exactly one"),
        ('key = "8s"', 'key = "8s"\ncontrol = true', "`variants` has 2 controls"),
        ("margin = 0.01", "", "`margin` is missing in the guardrail 'dismissed'"),
        ("margin = 0.01", "margin = -0.01", "`margin` is -0.01; must be a positive number or a percentage"),
        ("margin = 0.01", 'margin = "much"', "`margin` is 'much'; must be a positive number or a percentage"),
        ('within = "10s"', 'within = "10s"\nmargin = 0.1',
         "`margin` is 0.1 in the success metric 'tapped'; must stand on a guardrail only"),
        ('within = "10s"', 'within = "ten"', "`within` is 'ten'; must be a number and one of ms, s, m, h, d"),
        ('within = "10s"', 'within = "10s"\nstep = 4', "`step` is not a key of a metric; must be one of"),
        ("start = 2026-04-01T00:00:00+09:00", "start = 2026-04-01T00:00:00", "has no offset; must carry one"),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_refused_with_a_sentence(old, new, sentence):
    with pytest.raises(ValidationError) as refused:
        Experiment.from_toml(replaced(old, new))
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("alpha = 0.05", "alpha = 0.6", "alpha"),
        ("alpha = 0.05", 'alpha = "0.05"', "alpha"),
        ("planned_units = 20000", "planned_units = 0", "planned_units"),
        ("planned_units = 20000", "planned_units = 20000.5", "planned_units"),
        ('unit = "user"', 'unit = "team"', "unit"),
        ('peeking = "sequence"', 'peeking = "always"', "peeking"),
        ("weight = 1\npayload = { display_ms = 8000", "weight = 0\npayload = { display_ms = 8000", "variants.1.weight"),
        ("weight = 1\npayload = { display_ms = 8000", "weight = inf\npayload = { display_ms = 8000", "variants.1.weight"),
        ('role = "guardrail"', 'role = "nice"', "metrics.1.conversion.role"),
        ('direction = "down"', 'direction = "left"', "metrics.1.conversion.direction"),
    ],
)  # fmt: skip
def test_values_out_of_range_are_refused_at_their_place(old, new, place):
    with pytest.raises(ValidationError) as refused:
        Experiment.from_toml(replaced(old, new))
    assert [".".join(map(str, one["loc"])) for one in refused.value.errors()] == [place]


def test_a_single_arm_is_no_experiment():
    with pytest.raises(ValidationError, match="`variants` has 1 arms; must have two or more"):
        Experiment.model_validate({"key": "x", "variants": [{"key": "control"}]})


def test_a_text_that_is_no_toml_names_the_line():
    with pytest.raises(ValueError, match=r"`text` is no TOML \(.*line 2.*\); must be"):
        Experiment.from_toml('key = "x"\nname = \n')


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (
            'event = "listing_completed"\nwithin = "3s"',
            "must be one of suggestion_tapped, suggestion_dismissed",
        ),
        (
            'event = "suggestion_tapped"\nwithin = "3s"\nfrom = "exposure"',
            'must be "impression"; leave it out',
        ),
        ('event = "suggestion_tapped"', "`within` is missing in the incidence 'curve'"),
    ],
)
def test_an_incidence_is_read_on_an_impression_at_a_time(lines, sentence):
    text = DISPLAY_8S + f'[[metrics]]\nkey = "curve"\nrole = "exploratory"\nkind = "incidence"\n{lines}\n'
    with pytest.raises(ValidationError) as refused:
        Experiment.from_toml(text)
    assert sentence in str(refused.value)


def test_margins_as_people_write_them():
    assert margin_of(0.01) == Margin(0.01, relative=False)
    assert margin_of(2) == Margin(2.0, relative=False)
    assert margin_of("1%") == Margin(0.01, relative=True)
    assert margin_of("2.5 %") == Margin(0.025, relative=True)
    for nonsense in (
        0,
        -1,
        True,
        float("nan"),
        float("inf"),
        "",
        "%",
        "0%",
        "-1%",
        "101%",
        "0.01",
        "nan%",
        None,
    ):
        with pytest.raises(ValueError, match="`margin` is"):
            margin_of(nonsense)


def arms(*cells):
    return [{"key": key, "control": key == "none", "factors": factors} for key, factors in cells]


def test_two_tactics_make_a_factorial():
    cells = arms(
        ("ui", {"ui": True, "ml": False}),
        ("both", {"ml": True, "ui": True}),
        ("none", {"ui": False, "ml": False}),
        ("ml", {"ui": False, "ml": True}),
    )
    found = Experiment.model_validate({"key": "two-tactics", "variants": cells})
    assert found.factorial == Factorial(
        "ui", "ml", neither="none", first_only="ui", second_only="ml", both="both"
    )


def test_what_is_not_two_by_two_is_no_factorial():
    three = arms(
        ("none", {"ui": False, "ml": False}),
        ("ui", {"ui": True, "ml": False}),
        ("both", {"ui": True, "ml": True}),
    )
    assert Experiment.model_validate({"key": "x", "variants": three}).factorial is None
    assert Experiment.from_toml(DISPLAY_8S).factorial is None


def test_factors_must_be_the_same_in_every_arm():
    with pytest.raises(ValidationError, match="`factors` differs between variants"):
        Experiment.model_validate(
            {"key": "x", "variants": arms(("none", {"ui": False}), ("ml", {"ml": True}))}
        )


SCORED = """
key = "x"
{more}
[[variants]]
key = "control"
[[variants]]
key = "b"
[[metrics]]
key = "tapped"
role = "success"
kind = "conversion"
event = "suggestion_tapped"
interval = "{interval}"
"""


@pytest.mark.parametrize(
    ("more", "said"),
    [('peeking = "sequence"', "`peeking` is 'sequence'"), ("adjust = true", "`adjust` is true")],
)
def test_a_way_of_one_look_is_refused_where_one_looks_before_the_end_or_adjusts(more, said):
    with pytest.raises(ValidationError, match=said):
        Experiment.from_toml(SCORED.format(more=more, interval="exact"))
    assert Experiment.from_toml(SCORED.format(more=more, interval="newcombe"))


@pytest.mark.parametrize("interval", ["score", "exact"])
def test_two_shares_are_compared_as_the_plan_asks(interval):
    (metric,) = Experiment.from_toml(SCORED.format(more="", interval=interval)).metrics
    control, treatment = Count(60, 12), Count(50, 19)
    way = {"score": two_proportions.score, "exact": two_proportions.exact}[interval]
    assert metric.effect(control, treatment, 0.95) == way(control, treatment, 0.95)
    usual = proportions.difference(control, treatment, 0.95, 0.9)
    assert metric.effect(control, treatment, 0.95, 0.9) == usual
    relative = metric.relative_effect(control, treatment, 0.95)
    if interval == "score":
        assert relative == two_proportions.score_ratio(control, treatment, 0.95)
    else:
        assert isinstance(relative, NoEffect)
