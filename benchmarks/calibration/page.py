"""docs/calibration.md: one table a question, every figure with its Monte-Carlo error and its limit."""

import math
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Key = tuple[str, str, str, str]
"""(question, world, way, when)."""

_HEAD = """# Calibration

How often the intervals, p-values and alarms of a readout are right, in simulated experiments whose truth is known.
Every figure is one of the production code; `s.e.` is its Monte-Carlo standard error, `limit` what is demanded, and `met`
says whether it holds: `no: …` names what holds instead, or that the figure errs on the safe side (wider, or rarer, than
said). `tests/benchmarks/test_calibration.py` makes every figure again at a twentieth of the size.

A conversion, funnel step, retention or threshold is a share of units, so `binomial` speaks for all of them. `draws` are
fewer than 10,000 where one draw is slow; curves over time have pages of evidence of their own.
"""

_TOLD: Mapping[str, str] = {
    "Type I at fixed n": "The share of experiments without an effect that are called significant at 5 %, looked at once.",
    "Type I under looks": (
        "The same when the experiment is looked at again and again until it is significant: on each of 28 days, or at every "
        "+1 % of data from 100 units an arm on (shares from 25 hits and 25 misses an arm on); 10,000 units an arm in the end. "
        "Relative is what a readout draws under looks: shares by the logarithm of their ratio, others by Fieller's theorem. The "
        "first way of each world is what goes wrong otherwise: the usual interval of one look, looked at every day."
    ),
    "Sample ratio": (
        "The share of experiments in which the sample-ratio alarm is ever raised, at the same looks, before or after 2 % of "
        "the units are excluded at random (α .0005 each); and its power where an arm is short of 2 %."
    ),
    "Coverage": (
        "The share of 95 % intervals that hold the truth, the treatment adding a tenth. Shares are drawn evenly from 0.8 to "
        "1.2 times the nominal one. Demanded: 94–96 % ± 3 s.e. where every arm expects 10 events and 10 others, else 93 % "
        "with `silent` (the share without an answer) counted as right."
    ),
    "Power at fixed n": (
        "The share called significant where theory (normal estimates with the true variances) says about 80 %."
    ),
    "Power under looks": (
        "The same under looks. Theory: the chance that Brownian motion with that drift crosses the boundary at these looks, by "
        "100,000 simulated walks (confidence sequence) or by the recursion of the design (group); of the logarithm of a "
        "ratio, by 10,000 pairs of walks."
    ),
    "Adjustment": "Variance after adjustment / before: 1 − ρ², as reported and as seen over experiments.",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One figure.

    Args:
        question: The table it stands in.
        world: What was simulated.
        way: The formula or procedure.
        when: Units an arm, or looks.
        draws: How many experiments.
        figure: The figure.
        error: Its Monte-Carlo standard error.
        beside: What theory says, or the share without an answer.
        limit: What is demanded.
        met: "yes", "no", or "no: " and what holds instead.
    """

    question: str
    world: str
    way: str
    when: str
    draws: int
    figure: float
    error: float
    beside: str
    limit: str
    met: str

    @property
    def key(self) -> Key:
        """What the figure is of."""
        return self.question, self.world, self.way, self.when

    @property
    def unmet(self) -> bool:
        """Whether it ought to hold and does not."""
        return self.met == "no"


def share_error(hits: float, draws: int) -> float:
    """The standard error of a share, not 0 where all or none hit (Agresti & Coull 1998, Am. Stat. 52:119–126).

    Args:
        hits: How many of the draws.
        draws: At least 1.
    """
    share = (hits + 2) / (draws + 4)
    return math.sqrt(share * (1 - share) / (draws + 4))


def written(path: Path, rows: Sequence[Row], commit: str, command: str, seconds: float) -> None:
    """Write the page.

    Args:
        path: Where.
        rows: All figures.
        commit: Of the code that made them.
        command: What makes them.
        seconds: How long that took.
    """
    unmet = sum(row.unmet for row in rows)
    stamp = f"At commit `{commit}`: `{command}`, {seconds:.0f} s, {len(rows)} figures, {unmet} of them unmet."
    parts = [f"{_HEAD}\n{stamp}\n"]
    for question, told in _TOLD.items():
        mine = [row for row in rows if row.question == question]
        if mine:
            parts.append(f"## {question}\n\n{told}\n\n{_table(mine)}\n")
    path.write_text("\n".join(parts), encoding="utf-8")


def read(path: Path) -> dict[Key, tuple[float, float]]:
    """Every figure of a written page with its error.

    Args:
        path: Where it is.
    """
    found: dict[Key, tuple[float, float]] = {}
    question = ""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("## "):
            question = line[3:]
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and cells[0] not in ("world", "---"):
            found[question, cells[0], cells[1], cells[2]] = float(cells[4]), float(cells[5])
    return found


def _table(rows: Sequence[Row]) -> str:
    lines = ["| world | way | when | draws | figure | s.e. | beside | limit | met |", "|" + " --- |" * 9]
    for row in rows:
        cells = (
            row.world, row.way, row.when, f"{row.draws}", f"{row.figure:.5f}", f"{row.error:.6f}", row.beside, row.limit,
            row.met,
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def commit_now() -> str:
    """The commit that is checked out."""
    asked = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() or "unknown"
