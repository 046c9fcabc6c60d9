"""docs/readout.md names every key of an experiment's file and of every metric kind; its examples are experiments."""

import re
import textwrap
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from experiments import Experiment
from experiments.design import Variant
from experiments.metrics import KINDS, AnyMetric, Metric

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "readout.md").read_text("utf-8")
SECTIONS = {"The experiment": Experiment, "A variant": Variant, "A metric": Metric}
KIND_SECTIONS = {part.split('"')[1]: part for part in re.split(r"\n### `kind = ", PAGE)[1:]}
BLOCKS = [textwrap.dedent(block.strip("\n")) for block in re.findall(r"(?:^    .*\n)+", PAGE, re.MULTILINE)]
ARMS = 'key = "x"\n[[variants]]\nkey = "control"\n[[variants]]\nkey = "new"\n'


def keys_of(model):
    return {field.alias or name for name, field in model.model_fields.items()}


def kinds():
    return {get_args(one.model_fields["kind"].annotation)[0]: one for one in get_args(get_args(AnyMetric)[0])}


@pytest.mark.parametrize("title", SECTIONS)
def test_every_key_is_documented_and_no_other(title):
    section = next(part for part in PAGE.split("\n## ") if part.startswith(title)).split("\n### ")[0]
    firsts = re.findall(r"^\| ((?:`[^`]+`(?:, )?)+) \|", section, re.MULTILINE)
    named = {name for first in firsts for name in re.findall(r"`([^`]+)`", first)}
    assert named == keys_of(SECTIONS[title])


def test_every_kind_has_a_section():
    assert set(KIND_SECTIONS) == set(KINDS) == set(kinds())


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_of_a_kind_stands_in_its_section(kind):
    said = re.sub(r"`(\w+)(?: = [^`]+)`", r"`\1`", KIND_SECTIONS[kind])
    own = keys_of(kinds()[kind]) - keys_of(Metric)
    assert {key for key in own if f"`{key}`" not in said} <= (
        {"where"} if kind == "restricted_mean" else set()
    )


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("\n")[1])
def test_every_example_is_an_experiment(block):
    whole = block if "[[variants]]" in block else ARMS + block
    experiment = Experiment.from_toml(whole)
    assert len(experiment.metrics) == len(tomllib.loads(block)["metrics"]) > 0


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_an_example_of_its_own(kind):
    assert f'\n    kind = "{kind}"\n' in KIND_SECTIONS[kind]
