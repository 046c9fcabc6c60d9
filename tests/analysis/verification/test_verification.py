"""The record compared: by one figure of latency, against full precision on the same data, and what cannot be said."""

from pathlib import Path

import pytest

from analysis.verification import VerificationAnswer, VerificationQuery, answer, to_json
from analysis.verification.chart import accuracy_chart, latency_chart
from analysis.verification.reference import reference_rows
from analysis.verification.rows import accuracy_table, latency_table, plain_rows, reference_table
from analysis.verification.sentences import finding, loss_of
from analysis.words import LANGS, has
from experiments.stats.effects import Effect, NoEffect
from experiments.stats.proportions import difference, rate
from experiments.stats.samples import Count
from ingest import Store
from ingest.verification.importing import import_files

HEAD = "model,conversion,runtime,device,delegate,scenario,dataset,quantity,statistic,value,n\n"
BENCH = HEAD + (
    "v3,float32,tflite,Pixel 3,cpu,,,latency_ms,p90,52.5,50\n"
    "v3,uint8,tflite,Pixel 3,cpu,,,latency_ms,p90,30.5,50\n"
    "v3,uint8,tflite,Pixel 3,gpu,,,latency_ms,mean,9.5,50\n"
    "v3,uint8,tflite,Pixel 4,cpu,,,latency_ms,p90,21.25,50\n"
    "v3,uint8,tflite,Pixel 4,dsp,offline,,batch_latency_ms,p90,9000,1\n"
    "v3,,torch,,,,shelf,accuracy,top1,0.92,2000\n"
    "v3,float32,tflite,,,,shelf,accuracy,top1,0.915,2000\n"
    "v3,uint8,tflite,,,,shelf,accuracy,top1,0.85,2000\n"
    "v3,uint8,tflite,,,,street,accuracy,top1,0.80,2000\n"
    "v3,float32,tflite,,,,shelf,accuracy,map,0.41,500\n"
    "v3,uint8,tflite,,,,shelf,accuracy,map,0.39,500\n"
)
FAILED = "model,device,status,failure,quantity,value\nv9,Pixel 2,failed,out of memory,,\n"


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "home") as opened:
        (tmp_path / "bench.csv").write_text(BENCH, "utf-8")
        (tmp_path / "failed.csv").write_text(FAILED, "utf-8")
        report = import_files(opened, [str(tmp_path / "bench.csv"), str(tmp_path / "failed.csv")], {}, "ann")
        assert not report.errors
        yield opened


def loss(
    found: VerificationAnswer, runtime: str, conversion: str | None, dataset: str, statistic: str = "top1"
):
    (one,) = [one for one in found.accuracies
              if (one.source.run.runtime, one.source.run.conversion, one.source.run.dataset, one.statistic)
              == (runtime, conversion, dataset, statistic)]  # fmt: skip
    return one


def test_latencies_are_compared_by_the_figure_that_most_tell(store: Store) -> None:
    found = answer(store, VerificationQuery())
    assert found.statistic == "p90"
    assert found.statistics == ("p90", "mean")
    assert [(one.source.run.device, one.source.run.conversion, one.value) for one in found.latencies] == [
        ("Pixel 4", "uint8", 21.25), ("Pixel 3", "uint8", 30.5), ("Pixel 3", "float32", 52.5),
    ]  # fmt: skip
    assert found.untold == 1
    by_mean = answer(store, VerificationQuery(statistic="mean"))
    assert [one.value for one in by_mean.latencies] == [9.5]
    assert by_mean.untold == 3


def test_a_batch_stands_in_no_latency(store: Store) -> None:
    found = answer(store, VerificationQuery(delegate="dsp"))
    assert len(found.runs) == 1
    assert (found.statistic, found.latencies, found.untold) == (None, (), 0)


def test_a_loss_is_against_the_model_as_it_was_trained(store: Store) -> None:
    found = answer(store, VerificationQuery())
    whole = loss(found, "tflite", "uint8", "shelf")
    assert whole.against is not None
    assert whole.against.run.runtime == "torch"
    assert whole.loss == difference(Count(2000, 1840), Count(2000, 1700))
    assert whole.value.interval == rate(Count(2000, 1700)).interval  # type: ignore[union-attr]
    assert loss(found, "torch", None, "shelf").against is None
    floats = loss(found, "tflite", "float32", "shelf")
    assert isinstance(floats.loss, Effect)
    assert floats.loss.interval.contains(0)


def test_without_the_same_data_or_a_count_nothing_is_said_of_a_loss(store: Store) -> None:
    found = answer(store, VerificationQuery())
    street = loss(found, "tflite", "uint8", "street")
    assert (street.against, isinstance(street.loss, NoEffect)) == (None, True)
    averages = loss(found, "tflite", "uint8", "shelf", "map")
    assert averages.against is not None
    assert isinstance(averages.loss, NoEffect)
    assert averages.loss.code == "gate.no_count"
    assert averages.value.interval is None
    assert loss(found, "tflite", "float32", "shelf", "map").against is None


def test_another_baseline_can_be_asked_for(store: Store) -> None:
    found = answer(store, VerificationQuery(baseline="float32", conversion="uint8", dataset="shelf"))
    whole = loss(found, "tflite", "uint8", "shelf")
    assert whole.loss == difference(Count(2000, 1830), Count(2000, 1700))


def test_runs_can_be_narrowed_and_failures_are_told(store: Store) -> None:
    found = answer(store, VerificationQuery(device="Pixel 2"))
    assert [(one.run.model, one.run.failure) for one in found.failed] == [("v9", "out of memory")]
    assert found.total == 10
    assert answer(store, VerificationQuery(model="none")).runs == ()


def test_json_tables_and_words_hold_what_the_answer_holds(store: Store) -> None:
    found = answer(store, VerificationQuery())
    told = to_json(found)
    assert [one["ms"] for one in told["latencies"]] == [21.25, 30.5, 52.5]
    assert len(told["runs"]) == 10
    assert len(plain_rows(found)) == sum(len(one.run.figures) for one in found.runs)
    for lang in LANGS:
        assert len(latency_table(found, lang)) == 3
        assert len(accuracy_table(found, lang)) == len(found.accuracies) == 6
        assert "21.2" in finding(found, lang)
        assert "↓" in loss_of(loss(found, "tflite", "uint8", "shelf"), lang)
        assert latency_chart(found, lang).to_dict()["datasets"]
        assert accuracy_chart(found, lang).to_dict()["datasets"]


def test_reference_rows_carry_their_source_and_are_in_no_answer(store: Store) -> None:
    rows = reference_rows()
    assert len({row.key for row in rows}) == len(rows) == 13
    assert all(row.source and has(f"reference.{row.key}") for row in rows)
    assert [(row.device, row.delegate, row.latency_ms) for row in rows if row.key.startswith("detector")] == [
        ("Pixel 3", "cpu", 120), ("Pixel 3", "gpu", 30), ("Pixel 4", "cpu", 90), ("Pixel 4", "gpu", 13),
    ]  # fmt: skip
    assert len(reference_table("ja")) == len(rows)
    answered = str(to_json(answer(store, VerificationQuery())))
    assert "SSDLite" not in answered
    assert "Learn2Compress" not in answered
