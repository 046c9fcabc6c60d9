"""The truths file as frozen values: what a world is made from."""

import tomllib
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

Span = tuple[float, float]
T = TypeVar("T")


class BadTruths(ValueError):
    """The truths file cannot make a world."""


@dataclass(frozen=True, slots=True)
class World:
    """Who there is and when the log starts."""

    start: datetime
    users: int
    sellers: float
    checkers: float
    active: float
    new_users: float


@dataclass(frozen=True, slots=True)
class Popup:
    """When people tap, dismiss and leave a suggestion; times in seconds, hazards per second."""

    long_s: float
    short_s: float
    tap_median_s: float
    tapped_v1: float
    tapped_v2: float
    edges_s: tuple[float, ...]
    quick: tuple[float, ...]
    slow: tuple[float, ...]
    hazard_edges_s: tuple[float, ...]
    dismiss_per_s: tuple[float, ...]
    leave_per_s: tuple[float, ...]
    ending_missing: float
    lasting_taste: float


@dataclass(frozen=True, slots=True)
class Listing:
    """How listings are completed, as shares."""

    attempts: tuple[float, ...]
    other_items: float
    organic: float
    ui_tactic: float
    scanned_after_tap: float
    manual: float


@dataclass(frozen=True, slots=True)
class Phone:
    """A device with the way it runs the model; latencies are medians of warm runs in ms."""

    device: str
    platform: str
    os_version: str
    old: bool
    delegate: str
    share: float
    uint8_ms: float
    float32_ms: float


@dataclass(frozen=True, slots=True)
class Model:
    """The on-device model: how often it is right and how fast."""

    precision: float
    verified: float
    float32: float
    spread: float
    cold: float
    cold_times: float
    phones: tuple[Phone, ...]


@dataclass(frozen=True, slots=True)
class PhotoFlow:
    """Sell-check by photo: the share that takes each step and the seconds it takes (from, to)."""

    photo_taken: float
    objects_detected: float
    object_tapped: float
    result_shown: float
    sell_started: float
    photo_s: Span
    detect_s: Span
    tap_s: Span
    search_s: Span


@dataclass(frozen=True, slots=True)
class HoverFlow:
    """The hover-scan: the share that takes each step and the seconds it takes (from, to)."""

    object_focused: float
    result_shown: float
    object_switched: float
    sell_started: float
    focus_s: Span
    search_s: Span


@dataclass(frozen=True, slots=True)
class SellCheck:
    """Both ways to learn a price."""

    attempts: tuple[float, ...]
    photo: PhotoFlow
    hover: HoverFlow


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One experiment whose exposures are lost on old phones in one variant."""

    experiment: str
    variant: str
    lost_on_old_phones: float


@dataclass(frozen=True, slots=True)
class Log:
    """What goes wrong between the phone and the file."""

    repeated: float
    late: float
    skewed: float
    stamped: float
    anonymous_first: float
    anonymous_always: float
    no_ids: float
    no_elapsed: float
    two_variants: float
    bad_values: float
    broken: int


@dataclass(frozen=True, slots=True)
class Truths:
    """Everything that is planted."""

    world: World
    popup: Popup
    listing: Listing
    model: Model
    sell_check: SellCheck
    mismatch: Mismatch
    log: Log


def read_truths(path: Path) -> Truths:
    """Read a truths file.

    Args:
        path: a TOML file with the tables world, popup, listing, model, sell_check, mismatch and log; with
            `extends = "FILE"` (relative to it) it states only what differs from that file.

    Returns:
        The truths, every value present.

    Raises:
        BadTruths: a name is missing or unknown.
    """
    raw = _tables(path)
    missing = {field.name for field in fields(Truths)} - set(raw)
    if missing:
        raise BadTruths(f"`{path}` lacks [{'], ['.join(sorted(missing))}]; must have every table; add them")
    model, check = dict(raw.pop("model")), dict(raw.pop("sell_check"))
    phones = tuple(_made(Phone, phone, "model.phones") for phone in model.pop("phones"))
    photo = _made(PhotoFlow, check.pop("photo"), "sell_check.photo")
    hover = _made(HoverFlow, check.pop("hover"), "sell_check.hover")
    return Truths(
        world=_made(World, raw.pop("world"), "world"),
        popup=_made(Popup, raw.pop("popup"), "popup"),
        listing=_made(Listing, raw.pop("listing"), "listing"),
        model=_made(Model, {**model, "phones": phones}, "model"),
        sell_check=_made(SellCheck, {**check, "photo": photo, "hover": hover}, "sell_check"),
        mismatch=_made(Mismatch, raw.pop("mismatch"), "mismatch"),
        log=_made(Log, raw.pop("log"), "log"),
    )


def _tables(path: Path) -> dict[str, Any]:
    try:
        own = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as broken:
        raise BadTruths(f"`{path}` is no TOML ({broken}); must be a truths file; mend that line") from broken
    base = own.pop("extends", None)
    return own if base is None else _over(_tables(path.parent / base), own)


def _over(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """The base with our own values in place of its; tables are merged, lists are replaced."""
    merged = dict(base)
    for name, value in own.items():
        inner = merged.get(name)
        merged[name] = _over(inner, value) if isinstance(value, dict) and isinstance(inner, dict) else value
    return merged


def _made(kind: type[T], table: dict[str, Any], where: str) -> T:
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    wrong = names ^ set(table)
    if wrong:
        raise BadTruths(
            f"`{where}` differs in {', '.join(sorted(wrong))}; must name {', '.join(sorted(names))}; "
            "add or drop those names"
        )
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in table.items()}
    return kind(**values)
