"""What is planted in a log is found above the result, and a clean log raises nothing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from analysis.readout import ReadoutAnswer
from experiments.stats.effects import Check
from ingest import load
from tests.analysis.readout.readout_stories import conversion, decision, plan, readout
from tests.journeys import store_in

HOURS, PEOPLE = 48, 2400
MEAN = 'key = "spent"\nrole = "exploratory"\nkind = "mean"\nevent = "bought"\nproperty = "price"'
Person = dict[str, Any]
Change = Callable[[int, Person], Person | None]


def told(folder: Path, change: Change, *metrics: str, more: str = "") -> ReadoutAnswer:
    """A log of 2,400 persons over two days, each changed by `change` (None: their log is lost), read out."""
    rng = np.random.default_rng(11)
    lines = []
    for one in range(PEOPLE):
        who: Person | None = {
            "arm": ("control", "b")[one % 2],
            "hour": one * HOURS // PEOPLE,
            "taps": bool(rng.random() < 0.4),
            "price": round(float(rng.lognormal(3, 0.5)), 2),
            "before": int(rng.poisson(1)),
            "version": ("4.1", "4.2")[int(rng.random() < 0.5)],
        }
        who = change(one, who)
        if who is None:
            continue
        day, hour = divmod(who["hour"], 24)
        at = f"2026-04-{day + 20:02}T{hour:02}:{one % 50:02}"
        base = {"user_id": f"p{one}", "app_version": who["version"], "platform": "android"}
        lines += [
            {
                "event": "bought",
                "ts": f"2026-04-1{k}T10:00:00Z",
                "properties": {"price": 5},
                **base,
                "event_id": f"o{one}-{k}",
            }
            for k in range(who["before"])
        ]
        lines.append(
            {"event": "experiment_exposed", "ts": f"{at}:00Z", **base, "event_id": f"e{one}",
             "properties": {"experiment": "x", "variant": who["arm"]}}
        )  # fmt: skip
        if who["taps"]:
            lines.append({"event": "suggestion_tapped", "ts": f"{at}:30Z", **base, "event_id": f"t{one}"})
        lines.append(
            {
                "event": "bought",
                "ts": f"{at}:40Z",
                **base,
                "event_id": f"b{one}",
                "properties": {"price": who["price"]},
            }
        )
    folder.mkdir(exist_ok=True)
    path = folder / "log.ndjson"
    path.write_text(
        "".join(json.dumps({"properties": {}, **line}) + "\n" for line in lines), encoding="utf-8"
    )
    with store_in(folder / "home") as store:
        assert load(store, path).rejected == 0
        return readout(store, plan(*(metrics or (conversion(), MEAN)), more=more))


def failed(found: ReadoutAnswer) -> dict[str, Check]:
    return {check.key: check for check in found.checks if not check.passed}


def codes(found: ReadoutAnswer) -> list[str]:
    return [check.reason.code for check in found.checks]


def test_a_clean_log_raises_nothing(tmp_path: Path) -> None:
    found = told(tmp_path, lambda _, who: who)
    assert failed(found) == {}
    assert {
        "readout.segment_ratio_ok",
        "arms_alike_before",
        "readout.size_plausible",
        "readout.no_unit_decides",
    } <= set(codes(found))


def test_a_version_that_loses_one_arm_is_named_with_the_stage_to_look_at(tmp_path: Path) -> None:
    def lost(one: int, who: Person) -> Person | None:
        return None if who["version"] == "4.2" and who["arm"] == "b" and one % 3 == 0 else who

    found = told(tmp_path, lost)
    segment = failed(found)["sample_ratio_segments"]
    assert dict(segment.reason.facts)["dimension"] == "app_version"
    assert dict(segment.reason.facts)["value"] == "4.2"
    assert "ratio_cause_execution" in codes(found)
    assert decision(found) == "cannot_trust"


def test_an_arm_that_is_lost_from_an_hour_on_is_dated(tmp_path: Path) -> None:
    def lost(one: int, who: Person) -> Person | None:
        return None if who["hour"] >= 24 and who["arm"] == "b" and one % 10 < 6 else who

    found = told(tmp_path, lost)
    (since,) = [check.reason for check in found.checks if check.reason.code == "readout.first_bad_hour"]
    at = str(dict(since.facts)["at"])
    assert (
        "2026-04-21 07:00" <= at <= "2026-04-21 12:00"
    )  # 24 hours after 20 April 00:00 UTC are 09:00 in Tokyo
    assert "ratio_cause_interference" in codes(found)


def test_an_arm_that_was_different_before_is_not_believed_after(tmp_path: Path) -> None:
    found = told(tmp_path, lambda _, who: who | {"before": who["before"] + (who["arm"] == "b")})
    assert failed(found)["pre_exposure"].reason.code == "arms_differed_before"
    assert decision(found) == "cannot_trust"


def test_one_unit_that_makes_the_result_is_named(tmp_path: Path) -> None:
    def bot(one: int, who: Person) -> Person:
        return who | {"price": 4000.0 if one == 7 else who["price"] + (0.9 if who["arm"] == "b" else 0.0)}

    found = told(tmp_path, bot)
    (said,) = [check for check in found.checks if check.key == "one_unit"]
    assert said.reason.code in ("readout.one_unit_decides", "readout.one_unit_matters")
    assert dict(said.reason.facts)["value"] == 4000.0
    assert dict(said.reason.facts)["about"] == "spent · b"


def test_a_change_beyond_belief_is_doubted_and_a_striking_one_is_looked_at_twice(tmp_path: Path) -> None:
    def rare(share: float) -> Change:
        return lambda one, who: (
            who | {"taps": one % 20 < 19 if who["arm"] == "b" else one % 1000 < 1000 * share}
        )

    beyond = told(tmp_path / "beyond", rare(0.03))
    assert failed(beyond)["too_good"].reason.code == "readout.too_good_to_be_true"
    assert decision(beyond) == "cannot_trust"
    told_so = told(tmp_path / "told", rare(0.03), more="believable = 50.0")
    assert failed(told_so) == {}
    twice = told(tmp_path / "twice", rare(0.3))
    assert "readout.look_twice" in codes(twice)
    assert decision(twice) == "ship"
