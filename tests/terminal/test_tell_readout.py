"""A metric of a readout on the terminal: what is measured, how each arm reads, and what stands beside it."""

from typing import Any

import pytest

from analysis.terminal.tell.measured import measured
from analysis.terminal.tell.readout import readout

PLAN = {"key": "k", "name": "", "hypothesis": "", "unit": "user", "control": "c", "alpha": 0.01, "peeking": "group",
        "planned_units": 400, "spending": "pocock", "looks": "weekly", "tuned_to": 400}  # fmt: skip
NO_BELIEF = {"chance_better": None, "loss_shipping": None, "loss_keeping": None}


def effect(value: float | None, p: float | None, **more: Any) -> dict[str, Any]:
    absolute = {"value": value, "interval": None if value is None else [value - 0.01, value + 0.01],
                "level": 0.995, "p": p, "why": None}  # fmt: skip
    return {"absolute": absolute, "relative": {"value": None, "why": None}, "adjusted_p": None, "width": 1.25,
            "adjusted_for": None, "non_inferiority": None, "bayes": NO_BELIEF, **more}  # fmt: skip


def metric(role: str, direction: str, effects: dict[str, Any], **more: Any) -> dict[str, Any]:
    arm = {"n": 200, "value": 0.1, "interval": [0.08, 0.12], "why": None}
    return {"key": "m", "role": role, "kind": "conversion", "event": "seen", "unit": "share", "direction": direction,
            "from": "exposure", "within": "10s", "delay": None, "minimum": None, "interaction": None,
            "omnibus": {"p": None}, "pairs": [], "arms": dict.fromkeys(["c", *effects], arm), "effects": effects,
            **more}  # fmt: skip


def told(one: dict[str, Any], lang: str, capsys: pytest.CaptureFixture[str]) -> str:
    measured(one, PLAN, lang)
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("direction", "value", "p", "adjusted", "reading"),
    [
        ("up", 0.05, 0.001, None, "Better ↑"),
        ("down", 0.05, 0.001, None, "Worse ↑"),
        ("down", -0.05, 0.001, 0.002, "Better ↓"),
        ("up", 0.05, 0.001, 0.02, "Undecided"),
        ("up", 0.0, 0.001, None, "Undecided"),
        ("up", None, None, None, "Cannot say"),
    ],
)
def test_an_effect_reads_by_the_p_value_that_decides_and_the_plan_s_own_alpha(
    direction: str,
    value: float | None,
    p: float | None,
    adjusted: float | None,
    reading: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = told(metric("success", direction, {"b": effect(value, p, adjusted_p=adjusted)}), "en", capsys)
    assert out.rstrip().endswith(reading)
    assert "share of units with seen, within 10 s of the exposure" in out
    assert ("higher" if direction == "up" else "lower") + " is better" in out
    assert "value [99%]" in out


@pytest.mark.parametrize(
    ("shown", "value", "p", "en", "ja"),
    [
        (True, 0.005, 0.4, "Within margin", "許容範囲内"),
        (False, 0.005, 0.4, "Not shown to be within margin", "許容範囲内と示せず"),
        (True, 0.015, 0.001, "Worse ↑", "悪化 ↑"),
        (None, 0.005, 0.4, "Cannot say", "判定不能"),
    ],
)
def test_a_guardrail_reads_as_held_or_not_with_its_bound_and_margin(
    shown: bool | None, value: float, p: float, en: str, ja: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bound = None if shown is None else 0.018
    margin = {"shown": shown, "bound": bound, "margin": 0.02, "why": None}
    one = metric("guardrail", "down", {"b": effect(value, p, non_inferiority=margin)})
    out = told(one, "en", capsys)
    assert out.rstrip().endswith(en)
    assert ("+1.8 pp (+2.0 pp)" in out) == (bound is not None)
    assert told(one, "ja", capsys).rstrip().endswith(ja)


def test_beside_a_metric_stand_adjustment_minimum_all_arms_beliefs_and_pairs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    belief = {"chance_better": 1.0, "loss_shipping": 1e-60, "loss_keeping": 0.05}
    effects = {arm: effect(0.05, 0.001, adjusted_for=0.25, bayes=belief) for arm in ("b", "d")}
    pair = {"control": "b", "treatment": "d", "value": 0.001, "interval": [-0.01, 0.012], "adjusted_p": 0.9,
            "differs": False}  # fmt: skip
    one = metric(
        "success",
        "up",
        effects,
        minimum=0.02,
        pairs=[pair],
        omnibus={"p": 1e-9, "statistic": 41.0, "df": 2},
        interaction={
            "value": None,
            "interval": None,
            "p": None,
            "why": {"code": "x", "sentence": "For one look."},
        },
    )
    lines = [line.strip() for line in told(one, "en", capsys).split("\n")]
    for expected in (
        (
            "Adjusted by the 14 days before exposure (CUPED): they explain 25% of the variance. "
            "So a change need not equal the difference of the values above."
        ),
        "The smallest change that would matter: 2.0 pp.",
        "All variants at once: χ² = 41.000 on 2 degrees of freedom, p < 0.001.",
        "Interaction of the two tactics: For one look.",
        "d: better with a chance of > 99.9%; expected loss 0.0 pp if shipped, 5.0 pp if not. This does not decide.",
        "d against b: +0.1 pp [−1.0, +1.2], Holm's p 0.900. No difference is shown.",
    ):
        assert expected in lines


@pytest.mark.parametrize(
    ("decision", "codes", "sentence"),
    [
        ("ship", ["verdict.superior_share"], "Ship b: better where it should be"),
        ("do_not_ship", ["verdict.deteriorated_share"], "Do not ship it: it made things worse."),
        ("do_not_ship", ["verdict.futile"], "Stop and do not ship it: going on is in vain."),
        ("do_not_ship", [], "Do not ship it: not everything that was asked for has been shown."),
    ],
)
def test_the_plan_its_state_and_the_decision_come_first(
    decision: str, codes: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    reasons = [{"code": code, "sentence": "So.", "facts": {"arm": "b"}} for code in codes]
    answer = {"experiment": PLAN, "state": "running", "since": "2026-04-06", "units": 190, "units_watched": 180,
              "units_per_day": 100.0,
              "decided_at": None, "observed_until": None, "checks": [], "data_version": "1", "synthetic": False,
              "metrics": [metric("success", "up", {"b": effect(0.05, 0.001)})],
              "verdict": {"decision": decision, "reasons": reasons}}  # fmt: skip
    readout(answer, "en")
    out = capsys.readouterr().out
    lines = out.split("\n")
    assert lines[0] == "k"
    assert (
        lines[1]
        == "a unit is a person · α = 0.01 over all success metrics · looked at weekly, α spent as Pocock"
    )
    assert lines[2] == "Running · since Mon 6 Apr 2026 · 180 people watched of 400 planned"
    assert lines[3].startswith(sentence)
    assert "1.25 times as wide as for a single look" in out
    assert "102 more units, about 2 more days" in out
    assert "hold at 99.5% each, so that those of all success metrics hold together at 99%" in out
    assert "`--json`" in out
