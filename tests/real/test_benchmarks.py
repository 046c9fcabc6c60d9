"""Real output of benchmark tools: every run and row, with the figures that the notes and the files themselves give."""

import re
from pathlib import Path

import pytest

from analysis.verbs import run_verb
from analysis.verification import VerificationQuery, answer
from experiments.stats.effects import Effect
from ingest import Store
from ingest.verification import Run, figures_csv
from tests.real.desk import LOGS

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def real_data() -> Path:
    return LOGS


@pytest.fixture(scope="module")
def record(real_data: Path, tmp_path_factory: pytest.TempPathFactory):
    """Everything imported at once."""
    with Store.open(tmp_path_factory.mktemp("bench")) as store:
        folders = [str(real_data / name) for name in ("aihub", "tflite_benchmark", "mlperf_mobile")]
        told = run_verb(store, "models_import", {"paths": folders, "who": "ann"})
        assert told["errors"] == []
        assert told["passed_over"] == []
        yield store


@pytest.fixture(scope="module")
def runs(record: Store) -> list[Run]:
    return [one.run for one in answer(record, VerificationQuery()).runs]


def lines(path: Path, pattern: str) -> int:
    return len(re.findall(pattern, path.read_text("utf-8"), re.MULTILINE))


def test_every_run_and_row_is_there(runs: list[Run], real_data: Path) -> None:
    hub, bench = real_data / "aihub", real_data / "tflite_benchmark"
    perf = sum(lines(path, "job_id:") for path in hub.glob("*/perf.yaml"))
    numerics = sum(
        lines(path, "partial_metric:|partial_torch_metric:") for path in hub.glob("*/numerics.yaml")
    )
    by_tool = {tool: [run for run in runs if run.tool == tool] for tool in {run.tool for run in runs}}
    assert len(by_tool["ai_hub"]) == perf + numerics
    assert (perf, numerics) == (457, 52)
    assert (
        len(by_tool["tflite_benchmark"])
        == sum(lines(path, "Inference timings in us") for path in bench.glob("*.txt"))
        == 98
    )
    assert (
        len(by_tool["efficientdet_latency"])
        == sum(lines(path, "^Model name:") for path in bench.glob("*.txt"))
        == 48
    )
    assert len(by_tool["coco_map"]) == lines(bench / "RasPi4_64bit_coco_map.csv", "^efficientdet") == 12
    hosted = (bench / "hosted_models_pixel3.csv").read_text("utf-8").splitlines()[1:]
    assert len(by_tool["tensorflow_hosted_models"]) == sum(
        bool(cell) for row in hosted for cell in row.split(",")[4:]
    )
    assert len(by_tool["mlperf_mobile"]) == 2 * 6 + 8


def test_mobilenet_on_a_galaxy_s24(runs: list[Run]) -> None:
    found = {run.conversion: run.figure("latency_ms", "estimate") for run in runs
             if (run.model, run.device, run.runtime) == ("mobilenet_v2", "Samsung Galaxy S24", "tflite")}  # fmt: skip
    assert found == {"float": 0.593, "w8a8": 0.289}


def test_mobilenets_accuracies_are_not_clearly_apart(record: Store) -> None:
    found = answer(record, VerificationQuery(model="mobilenet_v2"))
    told = {(one.source.run.runtime, one.source.run.conversion): one for one in found.accuracies}
    assert told["torch", None].value.value == pytest.approx(0.724)
    assert told["tflite", "float"].value.value == pytest.approx(0.723)
    whole = told["tflite", "w8a8"]
    assert (whole.value.value, whole.n) == (pytest.approx(0.706), 1000)
    assert whole.against is not None
    assert whole.against.run.runtime == "torch"
    assert isinstance(whole.loss, Effect)
    assert whole.loss.value == pytest.approx(-0.018)
    assert whole.loss.interval.contains(0)


def test_hosted_models_on_a_pixel_3(runs: list[Run]) -> None:
    found = {(run.conversion, run.delegate): run for run in runs
             if (run.tool, run.model) == ("tensorflow_hosted_models", "Mobilenet_V2_1.0_224")}  # fmt: skip
    told = {
        key: (run.figure("latency_ms", "mean"), run.figure("accuracy", "top1")) for key, run in found.items()
    }
    assert told == {
        ("float32", "cpu"): (17.5, 0.718), ("float32", "gpu"): (6.2, 0.718), ("float32", "nnapi"): (11.23, 0.718),
        ("uint8", "cpu"): (12.0, 0.708), ("uint8", "nnapi"): (6.9, 0.708),
    }  # fmt: skip


def test_console_figures_are_those_of_the_timings_lines(runs: list[Run], real_data: Path) -> None:
    for path in (real_data / "tflite_benchmark").glob("*v2.18.0.txt"):
        text = path.read_text("utf-8")
        wanted = [float(one) / 1000 for one in re.findall(r"Inference \(avg\): (\S+)", text)]
        sizes = [float(one) for one in re.findall(r"file size \(MB\): (\S+)", text)]
        own = sorted((run for run in runs if run.source == path.name), key=lambda run: run.line)
        assert [run.figure("latency_ms", "mean") for run in own] == pytest.approx(wanted)
        assert [run.figure("size_mb", "value") for run in own] == sizes


def test_mlperf_as_printed_in_the_summaries(runs: list[Run], real_data: Path) -> None:
    for path in (real_data / "mlperf_mobile").glob("*/*/mlperf_log_summary.txt"):
        (run,) = [one for one in runs if (one.source, one.model) == (path.name, path.parent.name)
                  and one.figure("throughput_per_s", "value")]  # fmt: skip
        for share in ("50.00", "90.00", "99.90"):
            found = re.search(
                rf"^{share} percentile latency \(ns\) *: (\d+)", path.read_text("utf-8"), re.MULTILINE
            )
            assert found is not None
            quantity = "batch_latency_ms" if "offline" in path.parent.name else "latency_ms"
            assert run.figure(quantity, f"p{float(share):g}") == pytest.approx(int(found.group(1)) / 1e6)  # type: ignore[arg-type]


def test_what_goes_out_comes_back(record: Store, tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    assert run_verb(record, "models_export", {"path": str(first)})["runs"] == 826
    with Store.open(tmp_path / "elsewhere") as other:
        assert run_verb(other, "models_import", {"paths": [str(first)], "who": "bob"})["runs"] == 826
        run_verb(other, "models_export", {"path": str(second)})
    assert second.read_text("utf-8") == first.read_text("utf-8")
    assert len(figures_csv.read(first.read_text("utf-8"))) == 826
