"""Chart colours that keep WCAG's 3:1 on both pages and stay apart for a colour-blind reader."""

import tomllib
from itertools import combinations
from pathlib import Path

from analysis import palette

LOOKS = tomllib.loads((Path(__file__).parents[2] / ".streamlit/config.toml").read_text(encoding="utf-8"))[
    "theme"
]


def channels(colour: str) -> list[float]:
    raw = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in raw]


def luminance(colour: str) -> float:
    red, green, blue = channels(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def without_green_cones(colour: str) -> tuple[float, float, float]:
    """Deuteranopia, severity 1: Machado, Oliveira and Fernandes (2009), table of matrices."""
    red, green, blue = channels(colour)
    return (
        0.367322 * red + 0.860646 * green - 0.227968 * blue,
        0.280085 * red + 0.672501 * green + 0.047413 * blue,
        -0.011820 * red + 0.042940 * green + 0.968881 * blue,
    )


def test_every_mark_keeps_three_to_one_on_the_light_and_the_dark_page():
    for colour in palette.SERIES:
        for page in (LOOKS["light"]["backgroundColor"], LOOKS["dark"]["backgroundColor"]):
            assert contrast(colour, page) >= 3, (colour, page)


def test_text_and_links_keep_four_and_a_half_to_one():
    for mode in ("light", "dark"):
        looks = LOOKS[mode]
        for name in ("textColor", "linkColor", "grayTextColor", "blueTextColor"):
            assert contrast(looks[name], looks["backgroundColor"]) >= 4.5, (mode, name)
        for hue in ("blue", "green", "orange", "yellow", "red", "gray"):
            pair = looks[f"{hue}TextColor"], looks[f"{hue}BackgroundColor"]
            assert contrast(*pair) >= 4.5, (mode, hue)


def test_the_first_four_groups_differ_for_a_reader_without_green_cones():
    for one, other in combinations(palette.SERIES[:4], 2):
        seen, too = without_green_cones(one), without_green_cones(other)
        assert sum((a - b) ** 2 for a, b in zip(seen, too, strict=True)) ** 0.5 > 0.08, (one, other)


def test_the_charts_theme_is_the_palette():
    assert tuple(LOOKS["chartCategoricalColors"]) == palette.SERIES
