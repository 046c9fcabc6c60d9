"""docs/funnel.md names every key of a funnel's file and no other, and its example is a funnel."""

import re
import textwrap
import tomllib
from pathlib import Path

import pytest

from experiments.breakdown import Breakdown, ByVariant
from experiments.funnel import Exclusion, Funnel, Step

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "funnel.md").read_text("utf-8")
SECTIONS = {
    "The funnel": Funnel,
    "A step": Step,
    "An exclusion": Exclusion,
    "The breakdown": Breakdown,
    "The arms": ByVariant,
}


@pytest.mark.parametrize("title", SECTIONS)
def test_every_key_is_documented_and_no_other(title):
    section = next(part for part in PAGE.split("\n## ") if part.startswith(title))
    firsts = re.findall(r"^\| ((?:`[^`]+`(?:, )?)+) \|", section, re.MULTILINE)
    named = {name for first in firsts for name in re.findall(r"`([^`]+)`", first)}
    keys = {field.alias or name for name, field in SECTIONS[title].model_fields.items()}
    assert named == keys - {"steps", "exclusions", "breakdown", "variant"}


def test_the_example_is_a_funnel():
    lines = [line for line in PAGE.splitlines() if line.startswith("    ")]
    funnel = Funnel.model_validate(tomllib.loads(textwrap.dedent("\n".join(lines))))
    assert not funnel.plain
    assert len(funnel.exclusions) == 1
