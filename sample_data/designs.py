"""The experiments of the world: what each variant does, when it runs, and the files that declare it."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from string import Template

from sample_data.reading import Copy
from sample_data.truths import Popup, Truths, World


@dataclass(frozen=True, slots=True)
class Arm:
    """What a variant of a listing experiment does to the seller."""

    display_s: float | None
    copy: Copy
    ui_tactic: bool = False


@dataclass(frozen=True, slots=True)
class Fortnight:
    """One listing experiment and the day on which its two weeks begin."""

    experiment: str
    first_day: int
    arms: dict[str, Arm]


DAYS = 42
LISTING_DAYS = 13
CHECK_EXPERIMENT, CHECK_VARIANTS = "hover-scan", ("photo", "hover")
CHECK_DAYS = 41
ONBOARDING, ONBOARDING_VARIANTS = "new-onboarding", ("current", "new")
CONTROLS = {CHECK_EXPERIMENT: "photo", ONBOARDING: "current", "copy-and-button": "v1"}
"""Whom the other variants are compared with, where that is not "control"."""
_DESIGN = {"v1": "link", "v2": "button"}


def fortnights(popup: Popup) -> tuple[Fortnight, ...]:
    """The three listing experiments, one after the other.

    Args:
        popup: the display limits.

    Returns:
        display-8s, copy-and-button and two-tactics, each with what its variants do.
    """
    long, short = popup.long_s, popup.short_s
    return (
        Fortnight("display-8s", 0, {"control": Arm(short, "v1"), "8s": Arm(long, "v1")}),
        Fortnight(
            "copy-and-button", 14, {"none": Arm(None, "v1"), "v1": Arm(long, "v1"), "v2": Arm(long, "v2")}
        ),
        Fortnight(
            "two-tactics",
            28,
            {
                "control": Arm(None, "v2"),
                "ui": Arm(None, "v2", ui_tactic=True),
                "ml": Arm(long, "v2"),
                "both": Arm(long, "v2", ui_tactic=True),
            },
        ),
    )


def design_id(copy: Copy) -> str:
    """The look that goes with the words: the old one was read as a link, the new one is a button."""
    return _DESIGN[copy]


def write_experiments(truths: Truths, folder: Path) -> list[Path]:
    """Write one TOML file an experiment, in the shape `kazasu experiment add` reads.

    Args:
        truths: the start of the log, the number of users and the display limits.
        folder: where the files go.

    Returns:
        The paths written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for source in sorted((Path(__file__).parent / "designs").glob("*.toml")):
        text = Template(source.read_text(encoding="utf-8")).substitute(_values(truths))
        path = folder / source.name
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def _values(truths: Truths) -> dict[str, str]:
    world, popup = truths.world, truths.popup
    return {
        "first": world.start.isoformat(),
        "third_week": (world.start + timedelta(days=14)).isoformat(),
        "fifth_week": (world.start + timedelta(days=28)).isoformat(),
        "short_ms": f"{popup.short_s * 1000:.0f}",
        "long_ms": f"{popup.long_s * 1000:.0f}",
        "short_s": f"{popup.short_s:g}",
        "long_s": f"{popup.long_s:g}",
        "sellers": _planned(world, world.sellers * (world.active + (1 - world.active) ** 3 / 3)),
        "checkers": _planned(world, world.checkers),
        "newcomers": _planned(world, world.new_users * 0.85),
    }


def _planned(world: World, share: float) -> str:
    """Nine tenths of the units expected, in hundreds: a plan is made before the traffic is known."""
    return str(max(int(world.users * share * 0.9) // 100 * 100, 100))
