"""The statement of the losses, one fault at a time: the slow reading or a story by hand must notice each."""

import json
from datetime import datetime

import pytest

from analysis.losses import query
from ingest import load
from tests.analysis.losses.losses_reference import random_lines, slow_reading
from tests.journeys import store_in

FAULTS = (
    ("true_label <> label THEN 'wrong_item'", "true_label = label THEN 'wrong_item'"),
    ("WHEN shown AND delay_ms > $too_slow_ms", "WHEN shown AND delay_ms >= $too_slow_ms"),
    ("WHEN fired AND delay_ms > $too_slow_ms", "WHEN fired AND delay_ms < $too_slow_ms"),
    ("WHEN tapped THEN 'tapped'", "WHEN ending = 'tap' THEN 'tapped'"),
    ("WHEN true_label = label THEN 'nothing_to_suggest'", "WHEN true_label <> label THEN 'nothing_to_suggest'"),
    ("INTERVAL 30 MINUTE", "INTERVAL 300 MINUTE"),
    ("ending = 'expired' THEN 'ignored'", "ending = 'expired' THEN 'left'"),
    ("bool_or(event = $start) AND bool_or(event = $chance)", "bool_or(event = $start)"),
    ("OR bool_or(event = 'inference_completed')", ""),
    ("WHERE shown AND label IS NOT NULL", "WHERE label IS NOT NULL"),
    ("ORDER BY coalesce(a.inference_id = p.inference_id, FALSE) DESC, a.ts DESC", "ORDER BY a.ts"),
    ("QUALIFY row_number() OVER (PARTITION BY attempt ORDER BY ts DESC, seq DESC NULLS FIRST, event_id DESC) = 1",
     "QUALIFY row_number() OVER (PARTITION BY attempt ORDER BY ts, seq, event_id) = 1"),
    ("/ 1000.0 END AS delay_ms", "/ 1.0 END AS delay_ms"),
    ("ELSE (epoch_us(ts) - epoch_us(photo_ts)) / 1000.0 END", "END"),
)  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("losses")
    lines = list(random_lines(7, 600))
    log = folder / "log.ndjson"
    log.write_text(
        "".join(json.dumps({k: v for k, v in line.items() if v is not None}) + "\n" for line in lines)
    )
    until = max(datetime.fromisoformat(line["ts"]) for line in lines)
    with store_in(folder / "home") as store:
        load(store, [log])
        yield store, slow_reading(lines, until)


def counts(store):
    asked = dict.fromkeys(
        (
            "platform",
            "device",
            "os_version",
            "app_version",
            "model_version",
            "conversion",
            "delegate",
            "from",
            "to",
            "labels",
            "cohort",
        )
    )
    asked |= {"start": "listing_started", "chance": "photo_taken", "too_slow_ms": 50.0, "attempts": "all",
              "by": ["device", "delegate"], "without_suggestion": [], "observed_until": store.observed_until()}  # fmt: skip
    found = query.fates(store, asked).groups
    return {(group, fate): n for group, fates in found.items() for fate, n in fates.items()}


def test_the_untouched_statement_is_the_slow_reading(world):
    store, expected = world
    assert counts(store) == expected


@pytest.mark.parametrize(("old", "new"), FAULTS)
def test_every_fault_is_caught(world, monkeypatch, old, new):
    store, expected = world
    assert query.SQL.count(old) == 1
    monkeypatch.setattr(query, "SQL", query.SQL.replace(old, new))
    assert counts(store) != expected
