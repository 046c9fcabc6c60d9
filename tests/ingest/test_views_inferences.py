"""What is known of each on-device inference (the view `inferences`)."""

import random

import pytest
from event_table import at, rows_of
from hypothesis import given, settings
from hypothesis import strategies as st


def completed(ms=0, **fields):
    return {"event": "inference_completed", "event_id": f"c{ms}", "ts": at(ms), "person": "ann",
            "inference_id": "f1", "label": "book", "latency_ms": 31.0} | fields  # fmt: skip


def confirmed(ms, label, **fields):
    return {"event": "label_confirmed", "event_id": f"l{ms}", "ts": at(ms), "person": "ann",
            "inference_id": "f1", "true_label": label} | fields  # fmt: skip


def suggested(**fields):
    return {"event": "suggestion_shown", "event_id": "s", "ts": at(5), "inference_id": "f1"} | fields


def only(*events):
    (row,) = rows_of("inferences", events)
    return row


def test_an_inference_takes_its_facts_from_its_first_event():
    row = only(completed(9, label="dvd"),
               completed(3, model="m", model_version="2", conversion="FLOAT32", delegate="gpu", platform="android",
                         device="Pixel 3", os_version="12", app_version="4", cold=True, score=0.9))  # fmt: skip
    assert row == {
        "inference_id": "f1", "person": "ann", "ts": at(3), "model": "m", "model_version": "2",
        "conversion": "FLOAT32", "delegate": "gpu", "platform": "android", "device": "Pixel 3", "os_version": "12",
        "app_version": "4", "latency_ms": 31.0, "cold": True, "label": "book", "score": 0.9, "true_label": None,
        "shown": False,
    }  # fmt: skip


def test_inferences_tied_in_time_go_by_seq_then_event_id_and_a_missing_seq_goes_last():
    tied = [completed(event_id="a", label="no seq"), completed(event_id="z", seq=1, label="z"),
            completed(event_id="y", seq=1, label="y")]  # fmt: skip
    assert only(*tied)["label"] == "y"


def test_unverified_is_null_and_a_later_confirmation_replaces_an_earlier_one():
    assert only(completed())["true_label"] is None
    assert (
        only(completed(), confirmed(5, "book"), confirmed(9, "other"), confirmed(7, "dvd"))["true_label"]
        == "other"
    )
    assert only(completed(), confirmed(5, "book"), confirmed(9, None))["true_label"] == "book"


def test_confirmations_tied_in_time_go_by_seq_then_event_id_the_last_one_holds():
    tied = [
        confirmed(5, "a", event_id="z"),
        confirmed(5, "b", event_id="x", seq=1),
        confirmed(5, "c", event_id="y", seq=1),
    ]
    assert only(completed(), *tied[1:])["true_label"] == "c"
    assert only(completed(), *tied)["true_label"] == "a"  # a missing seq stands last in (ts, seq, event_id)


def test_shown_says_whether_a_suggestion_named_the_inference():
    assert only(completed(), suggested())["shown"] is True
    assert only(completed(), suggested(inference_id="f2"))["shown"] is False


def test_inferences_without_an_id_stay_rows_of_their_own_and_nothing_can_name_them():
    rows = rows_of("inferences", [completed(1, inference_id=None), completed(2, inference_id=None),
                                  confirmed(5, "book", inference_id=None), suggested(inference_id=None)])  # fmt: skip
    assert [(row["true_label"], row["shown"], row["latency_ms"]) for row in rows] == [(None, None, 31.0)] * 2


_EVENTS = st.lists(
    st.fixed_dictionaries({
        "event": st.sampled_from(["inference_completed", "label_confirmed", "suggestion_shown"]),
        "ts": st.sampled_from([0, 1, 2]).map(at),
        "seq": st.one_of(st.none(), st.integers(0, 1)),
        "inference_id": st.sampled_from(["f1", "f2", None]),
        "label": st.sampled_from(["book", "other"]),
        "true_label": st.sampled_from(["book", "other", None]),
    }),
    max_size=12,
).map(lambda events: [event | {"event_id": f"e{place}"} for place, event in enumerate(events)])  # fmt: skip


def _told_in_python(events):
    ordered = sorted(events, key=lambda e: (e["ts"], (e["seq"] is None, e["seq"] or 0), e["event_id"]))
    told, nameless = {}, []
    for event in ordered:
        if event["event"] == "inference_completed" and event["inference_id"] is None:
            nameless.append((event["label"], None, None))
        elif event["event"] == "inference_completed":
            told.setdefault(event["inference_id"], [event["label"], None, False])
    for event in ordered:
        row = told.get(event["inference_id"])
        if row is not None and event["event"] == "label_confirmed" and event["true_label"] is not None:
            row[1] = event["true_label"]
        elif row is not None and event["event"] == "suggestion_shown":
            row[2] = True
    return sorted(map(str, [*(tuple(row) for row in told.values()), *nameless]))


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(events=_EVENTS, seed=st.integers(0, 9))
def test_the_view_says_what_the_rules_say_whatever_the_order_of_the_rows(events, seed):
    random.Random(seed).shuffle(events)
    rows = rows_of("inferences", events)
    assert sorted(str((row["label"], row["true_label"], row["shown"])) for row in rows) == _told_in_python(
        events
    )
