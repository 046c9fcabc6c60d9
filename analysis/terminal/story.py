"""The story in the sample, chapter by chapter: which question each asks, and the figures of its answer.

Nothing here knows what was planted: a chapter picks what its sentence needs from the answers, and the sentence
(`story.<key>.<outcome>` of the catalogue) is chosen by what was found.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from analysis.terminal.files import read_question

Answer = Mapping[str, Any]
Facts = dict[str, object]
FAST_MS = 50.0


@dataclass(frozen=True, slots=True)
class Asking:
    """What chapters ask with: verbs on the store, the sample's files, and the counts of its landing."""

    ask: Callable[..., Answer]
    folder: Path
    landed: Mapping[str, object]

    def readout(self, key: str) -> Answer:
        """The readout of an experiment on record."""
        return self.ask("readout", {"experiment": key})

    def funnel(self, name: str) -> Answer:
        """A funnel of the sample."""
        return self.ask("funnel", read_question(self.folder / "funnels" / f"{name}.toml"))


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter.

    Args:
        key: its name in the catalogue.
        command: how to ask the same on the terminal.
        facts: asks, and picks the figures; `outcome` names the sentence.
    """

    key: str
    command: str
    facts: Callable[[Asking], Facts]


def losses(asking: Asking) -> Facts:
    """Where do people stop in the photo flow?"""
    steps = asking.funnel("sell-check")["steps"]
    before, after = max(pairwise(steps), key=lambda pair: pair[0]["units"] - pair[1]["units"])
    share = (before["units"] - after["units"]) / steps[0]["units"]
    return {"before": before["name"], "after": after["name"], "share": share, "result": steps[-1]["from_start"],
            "outcome": "most" if share > 0.5 else "some"}  # fmt: skip


def hover(asking: Asking) -> Facts:
    """Does holding the phone over the item show more people a result?"""
    answer = asking.readout("hover-scan")
    return {**_compared(answer, "result", "photo", "hover"), **_decided(answer)}


def model(asking: Asking) -> Facts:
    """How often is the model right, and how fast is it on the slowest phone?"""
    answer = asking.ask("models", {})
    overall = answer["precision"]["overall"]
    warm = [
        row for row in answer["latency"]["groups"] if row["temperature"] == "warm" and row["p50_ms"]["value"]
    ]
    small = [row for row in warm if row["group"]["conversion"] == "uint8"]
    slowest = max(small, key=lambda row: row["p50_ms"]["value"])
    device = slowest["group"]["device"]
    large = next(r for r in warm if r["group"]["device"] == device and r["group"]["conversion"] == "float32")
    within = next(one["within"] for one in slowest["budgets"] if one["budget_ms"] == FAST_MS)
    return {"precision": overall["precision"], "interval": overall["interval"], "verified": overall["verified"],
            "unverified": overall["unverified_share"], "device": device, "p50_ms": slowest["p50_ms"]["value"],
            "within": within, "float32_ms": large["p50_ms"]["value"], "outcome": "found"}  # fmt: skip


def display(asking: Asking) -> Facts:
    """How many of those who tap need longer than the short pop-up stands?"""
    tail = asking.ask("taps", {"experiment": "display-8s"})["after_shortest_limit"]
    answer = asking.readout("display-8s")
    said = {"late": tail["share"], "late_interval": tail["interval"], "limit_ms": tail["shortest_ms"]}
    return {**said, **_compared(answer, "tapped", "control", "8s"), **_decided(answer)}


def copy(asking: Asking) -> Facts:
    """What do the old words and the redesign bring over no suggestion at all?"""
    known = asking.ask("experiment_list", {})["experiments"]
    body = next(record["body"] for record in known if record["key"] == "copy-and-button")
    variants = [{**variant, "control": variant["key"] == "none"} for variant in body["variants"]]
    over_none = asking.ask("readout", {"experiment": {**body, "variants": variants}})
    effects = _metric(over_none, "barcode_listed")["effects"]
    old, new = (effects[arm]["absolute"] for arm in ("v1", "v2"))
    decided = _decided(asking.readout("copy-and-button"))
    return {"old": old["value"], "old_interval": old["interval"], "new": new["value"], "new_interval": new["interval"],
            "times": new["value"] / old["value"] if old["value"] > 0 else None, **decided}  # fmt: skip


def tactics(asking: Asking) -> Facts:
    """Do two tactics take listings from each other?"""
    answer = asking.readout("two-tactics")
    metric = _metric(answer, "barcode_listed")
    effects = {arm: said["absolute"]["value"] for arm, said in metric["effects"].items()}
    low, high = metric["interaction"]["interval"]
    outcome = "less" if high < 0 else "more" if low > 0 else "add"
    return {**effects, "interaction": metric["interaction"]["value"], "interval": [low, high],
            "decision": answer["verdict"]["decision"], "outcome": outcome}  # fmt: skip


def mismatch(asking: Asking) -> Facts:
    """Can the onboarding experiment be trusted?"""
    answer = asking.readout("new-onboarding")
    decision = answer["verdict"]["decision"]
    counts = ", ".join(f"{arm} {said['exposed']:,}" for arm, said in answer["exposures"].items())
    p = next(check["p"] for check in answer["checks"] if check["key"] == "sample_ratio")
    return {
        "counts": counts,
        "p": p,
        "decision": decision,
        "outcome": "bad" if decision == "cannot_trust" else "good",
    }


def quarantine(asking: Asking) -> Facts:
    """What became of every line?"""
    return {**asking.landed, "outcome": "found"}


def _compared(answer: Answer, metric: str, control: str, arm: str) -> Facts:
    said = _metric(answer, metric)
    effect = said["effects"][arm]["absolute"]
    return {"before": said["arms"][control]["value"], "after": said["arms"][arm]["value"],
            "change": effect["value"], "change_interval": effect["interval"]}  # fmt: skip


def _decided(answer: Answer) -> Facts:
    return {"decision": answer["verdict"]["decision"], "outcome": "decided"}


def _metric(answer: Answer, key: str) -> Answer:
    found: Answer = next(metric for metric in answer["metrics"] if metric["key"] == key)
    return found


CHAPTERS = (
    Chapter("quarantine", "kazasu quarantine list", quarantine),
    Chapter("model", "kazasu models", model),
    Chapter("display", "kazasu taps --experiment display-8s", display),
    Chapter("copy", "kazasu readout copy-and-button", copy),
    Chapter("tactics", "kazasu readout two-tactics", tactics),
    Chapter("losses", "kazasu funnel sample_data/funnels/sell-check.toml", losses),
    Chapter("hover", "kazasu readout hover-scan", hover),
    Chapter("mismatch", "kazasu readout new-onboarding", mismatch),
)
