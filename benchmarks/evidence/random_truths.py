"""Truths drawn at random: other readers, other effects, another mismatch, within what a world can be."""

import json
from pathlib import Path
from typing import Any

import numpy as np

_BASE = Path(__file__).resolve().parents[2] / "sample_data" / "truths.toml"
_ARMS = {
    "display-8s": ("control", "8s"),
    "copy-and-button": ("none", "v1", "v2"),
    "two-tactics": ("control", "ui", "ml", "both"),
    "hover-scan": ("photo", "hover"),
    "new-onboarding": ("current", "new"),
}


def write_random_truths(seed: int, users: int, path: Path) -> None:
    """Draw a world's truths and write them as a file that extends the sample's.

    Args:
        seed: which world.
        users: how many people.
        path: the TOML file to write.
    """
    rng = np.random.default_rng(seed)
    drawn = {"world": {"users": users}, **_behaviour(rng), **_models(rng), **_mismatch(rng)}
    lines = [f"extends = {json.dumps(str(_BASE))}"]
    for table, values in drawn.items():
        lines += [f"[{table}]", *(f"{name} = {json.dumps(value)}" for name, value in values.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _behaviour(rng: np.random.Generator) -> dict[str, dict[str, Any]]:
    old = rng.uniform(0.06, 0.18)
    dismiss = rng.uniform(0.3, 2.0)
    leave = rng.uniform(0.0, 0.05)
    return {
        "popup": {
            "tap_median_s": rng.uniform(2.6, 4.6),
            "tapped_v1": old,
            "tapped_v2": old * rng.uniform(1.0, 2.2),
            "dismiss_per_s": [rate * dismiss for rate in (0.004, 0.012, 0.009, 0.0004)],
            "leave_per_s": [leave] * 4,
            "lasting_taste": rng.uniform(0.0, 0.8),
        },
        "listing": {
            "organic": rng.uniform(0.04, 0.12),
            "ui_tactic": rng.uniform(0.0, 0.08),
            "scanned_after_tap": rng.uniform(0.2, 0.8),
            "manual": rng.uniform(0.4, 0.8),
        },
        "sell_check.photo": {
            "photo_taken": rng.uniform(0.3, 0.6),
            "object_tapped": rng.uniform(0.6, 0.95),
            "sell_started": rng.uniform(0.05, 0.2),
        },
        "sell_check.hover": {
            "object_focused": rng.uniform(0.5, 0.95),
            "sell_started": rng.uniform(0.05, 0.2),
        },
    }


def _models(rng: np.random.Generator) -> dict[str, dict[str, Any]]:
    return {
        "model": {
            "precision": rng.uniform(0.82, 0.97),
            "verified": rng.uniform(0.15, 0.6),
            "float32": rng.uniform(0.2, 0.6),
            "spread": rng.uniform(0.12, 0.35),
            "cold_times": rng.uniform(1.5, 3.5),
        }
    }


def _mismatch(rng: np.random.Generator) -> dict[str, dict[str, Any]]:
    experiment = str(rng.choice(list(_ARMS)))
    variant = str(rng.choice(_ARMS[experiment]))
    lost = rng.uniform(0.6, 0.95)
    return {"mismatch": {"experiment": experiment, "variant": variant, "lost_on_old_phones": lost}}
