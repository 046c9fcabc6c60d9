"""Precision and latency, worked by hand on logs small enough to count on one's fingers."""

import json

import pytest

from analysis.models import ModelsQuery, answer, to_json
from tests.analysis.suggestions import at, event, landed, much_later


def inference(key, *, after_s=0.0, shown=True, truth=None, person="ann", device=None, **facts):
    """An inference, whether it was suggested, and what a person confirmed (None = nobody did)."""
    facts = {"label": "book", "latency_ms": 30.0} | facts
    lines = [event("inference_completed", person, after_s, device=device, inference_id=key, **facts)]
    if shown:
        lines.append(event("suggestion_shown", person, after_s, impression_id=f"i-{key}", inference_id=key))
    if truth is not None:
        lines.append(event("label_confirmed", person, after_s + 1, inference_id=key, true_label=truth))
    return lines


def test_precision_is_the_share_of_confirmed_suggestions_that_were_right(tmp_path):
    # shown: 9 confirmed right, 1 wrong, 10 unconfirmed; not shown: a wrong one that nobody was told
    store = landed(
        tmp_path, *(inference(f"r{n}", truth="book") for n in range(9)), inference("w", truth="dvd"),
        *(inference(f"u{n}") for n in range(10)), inference("quiet", shown=False, label="other", truth="book"),
        much_later(),
    )  # fmt: skip
    found = answer(store, ModelsQuery()).precision_overall
    assert found.n == 20
    said = found.precision
    assert (said.estimate.value, said.verified, said.unverified_share) == (0.9, 10, 0.5)
    # Wilson 95 % for 9 of 10: (0.5958, 0.9821), e.g. Brown, Cai & DasGupta (2001)
    assert (said.estimate.interval.low, said.estimate.interval.high) == pytest.approx(
        (0.5958, 0.9821), abs=5e-4
    )
    assert (said.lowest, said.highest) == (9 / 20, 19 / 20)
    among_all = answer(store, ModelsQuery(among="all")).precision_overall
    assert (among_all.n, among_all.precision.estimate.value) == (21, pytest.approx(9 / 11))


def test_precision_by_model_version_and_a_version_that_nobody_checked(tmp_path):
    store = landed(
        tmp_path, inference("a", model_version="1", truth="book"), inference("b", model_version="1", truth="dvd"),
        inference("c", model_version="2"), much_later(),
    )  # fmt: skip
    found = answer(store, ModelsQuery())
    one, two = found.precision
    assert (found.precision_by, one.group, one.precision.estimate.value) == (("model_version",), ("1",), 0.5)
    assert (two.group, two.precision.estimate.code, two.precision.unverified_share) == (
        ("2",),
        "nothing_verified",
        1.0,
    )


def test_latency_keeps_cold_and_warm_apart_and_says_the_share_within_each_budget(tmp_path):
    # warm 10, 20, ..., 100 ms; cold 120 and 130; one without a temperature; one broken, one missing
    store = landed(
        tmp_path,
        *(inference(f"w{ms}", latency_ms=float(ms), cold=False) for ms in range(10, 101, 10)),
        *(inference(f"c{ms}", latency_ms=float(ms), cold=True) for ms in (120, 130)),
        inference("x", latency_ms=44.0), inference("broken", latency_ms=-3.0), inference("none", latency_ms=None),
        much_later(),
    )  # fmt: skip
    found = answer(store, ModelsQuery())
    cold, warm, unknown = found.latency_overall
    assert [row.temperature for row in found.latency_overall] == ["cold", "warm", None]
    # type 7: position 9 * 0.5 = 4.5 -> 55; 9 * 0.9 = 8.1 -> 91; 9 * 0.95 = 8.55 -> 95.5; 9 * 0.99 = 8.91 -> 99.1
    assert [warm.quantile(p).value for p in (0.5, 0.9, 0.95, 0.99)] == pytest.approx([55.0, 91.0, 95.5, 99.1])
    # median of ten: the 2nd and the 9th value, B(10, 1/2) <= 1 has p = .0107
    assert (warm.quantile(0.5).interval.low, warm.quantile(0.5).interval.high) == (20.0, 90.0)
    assert warm.quantile(0.99).interval is None
    assert [(b.ms, b.within.value) for b in warm.budgets] == [
        (33.0, 0.3),
        (50.0, 0.5),
        (100.0, 1.0),
        (1000.0, 1.0),
    ]
    assert warm.budget.ms == 50.0
    assert [b.within.value for b in cold.budgets] == [0.0, 0.0, 0.0, 1.0]
    assert (unknown.n, unknown.quantile(0.5).value) == (1, 44.0)
    assert (found.inferences, found.without_latency) == (15, 2)


def test_groups_stand_by_size_and_a_missing_value_is_a_group_of_its_own(tmp_path):
    store = landed(
        tmp_path, inference("a", device="old", delegate="cpu", conversion="FLOAT32", latency_ms=50.0, cold=False),
        inference("b", device="new", delegate="gpu", conversion="UINT8", latency_ms=9.0, cold=False),
        inference("c", device="new", delegate="gpu", conversion="UINT8", latency_ms=11.0, cold=True),
        inference("d", latency_ms=70.0), much_later(),
    )  # fmt: skip
    found = answer(store, ModelsQuery(budgets_ms=(10,)))
    assert [(row.group, row.temperature, row.quantile(0.5).value) for row in found.latency] == [
        (("new", "gpu", "UINT8"), "cold", 11.0), (("new", "gpu", "UINT8"), "warm", 9.0),
        (("old", "cpu", "FLOAT32"), "warm", 50.0), ((None, None, None), None, 70.0),
    ]  # fmt: skip
    by_device = answer(store, ModelsQuery(by=("device",)))
    assert [row.group for row in by_device.precision] == [("new",), ("old",), (None,)]
    assert [row.group for row in by_device.latency] == [("new",), ("new",), ("old",), (None,)]


def test_filters_and_period_narrow_the_inferences(tmp_path):
    store = landed(
        tmp_path, inference("a", device="old", model="m1", delegate="cpu"),
        inference("b", device="new", after_s=60, model="m2"), much_later(),
    )  # fmt: skip
    for query in (
        {"device": "old"},
        {"model": "m1"},
        {"delegate": "cpu"},
        {"to": at(60)},
        {"observed_until": at(59)},
    ):
        assert answer(store, ModelsQuery(**query)).inferences == 1, query
    assert answer(store, ModelsQuery(observed_until=at(60))).inferences == 2  # the end itself is observed
    assert answer(store, ModelsQuery(**{"from": at(60)})).inferences == 1
    assert answer(store, ModelsQuery(**{"from": at(61)})).inferences == 0


def test_a_log_without_inferences_gets_reasons_not_zeros(tmp_path):
    found = answer(landed(tmp_path, much_later()), ModelsQuery())
    assert (found.inferences, found.latency, found.latency_overall, found.precision) == (0, (), (), ())
    assert found.precision_overall.precision.code == "no_answers"
    assert (
        json.loads(json.dumps(to_json(found), allow_nan=False))["precision"]["overall"]["precision"] is None
    )


def test_the_json_is_plain(tmp_path):
    store = landed(
        tmp_path, inference("a", model_version="1", truth="book", cold=False, device="old"),
        inference("b", model_version="1"), much_later(),
    )  # fmt: skip
    body = json.loads(json.dumps(to_json(answer(store, ModelsQuery())), allow_nan=False))
    (group,) = body["precision"]["groups"]
    assert (group["group"], group["precision"], group["unverified_share"]) == (
        {"model_version": "1"},
        1.0,
        0.5,
    )
    first = body["latency"]["groups"][0]
    assert first["group"] == {"device": "old", "delegate": None, "conversion": None}
    assert (first["temperature"], first["p50_ms"]["value"], first["budgets"][0]["within"]) == (
        "warm",
        30.0,
        1.0,
    )


@pytest.mark.parametrize(
    "query", [{"by": ("colour",)}, {"budgets_ms": ()}, {"budgets_ms": (0,)}, {"colour": "red"}]
)
def test_an_impossible_question_is_refused(query):
    with pytest.raises(ValueError, match=r"by|budgets_ms|colour"):
        ModelsQuery(**query)
