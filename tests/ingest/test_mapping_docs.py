"""docs/mapping.md is run: each example gives the events it shows, and every key and code is told."""

import json
import re
from pathlib import Path

import pytest

from ingest.formats.mapping.model import EventRule, FieldRule, Mapping, Source, Time, read_mapping
from ingest.formats.mapping.values import Condition, Shift
from ingest.formats.tabular.sentences import CODES
from tests.ingest.mapped import mapped, written

PAGE = (Path(__file__).parents[2] / "docs" / "mapping.md").read_text("utf-8")
BLOCKS = re.findall(r"```(csv|toml|json)\n(.*?)```", PAGE, flags=re.DOTALL)
SHOWN = [
    (csv, toml, json_)
    for (a, csv), (b, toml), (c, json_) in zip(BLOCKS, BLOCKS[1:], BLOCKS[2:], strict=False)
    if (a, b, c) == ("csv", "toml", "json")
]


@pytest.mark.parametrize(("csv", "toml", "told"), SHOWN)
def test_an_example_gives_the_events_it_shows(tmp_path, csv, toml, told):
    expected = [json.loads(line) for line in told.splitlines()]
    events = mapped(written(tmp_path, csv), toml).events
    assert [
        {name: event[name] for name in shown} for event, shown in zip(events, expected, strict=True)
    ] == expected


def test_every_mapping_on_the_page_can_be_read(tmp_path):
    mappings = [text for kind, text in BLOCKS if kind == "toml"]
    assert len(mappings) == 5
    for text in mappings:
        path = tmp_path / "log.toml"
        path.write_text(text, "utf-8")
        read_mapping(path)


@pytest.mark.parametrize("model", [Mapping, Source, Time, FieldRule, EventRule, Condition, Shift])
def test_every_key_is_told(model):
    keys = {field.alias or name for name, field in model.model_fields.items()}
    assert {key for key in keys if not re.search(rf"\b{key}\b", PAGE)} == set()


def test_every_code_of_a_rejected_row_is_told():
    assert {code for code in CODES if f"`{code}`" not in PAGE} == set()
