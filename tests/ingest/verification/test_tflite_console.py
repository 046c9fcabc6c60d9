"""benchmark_model's console in every wording that it has had: every run with every figure."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.verification import Malformed
from ingest.verification.tflite import read
from tests.ingest.verification.tflite_texts import (
    OPTIONS,
    PROFILE,
    THREE,
    Told,
    all_same,
    console,
    litert,
    older,
    same,
    six,
)


def test_every_run_of_a_file_with_its_figures() -> None:
    with_memory = (THREE[0], THREE[1])
    assert all_same(read("".join(map(console, with_memory))), with_memory)
    assert same(read(console(THREE[2]))[0], THREE[2])


def test_the_line_of_a_run_is_where_it_starts() -> None:
    text = "pi@raspberrypi:~ $ ls\n" + console(THREE[0]) + "\n" + console(THREE[1])
    lines = text.split("\n")
    assert [lines[run.line - 1] for run in read(text)] == ["INFO: STARTING!"] * 2


@given(
    n=st.integers(2, 10**6),
    warm=st.lists(st.integers(1, 10**8), min_size=1, max_size=4).filter(
        lambda x: len(x) == 1 or min(x) < max(x)
    ),
    least=st.integers(1, 10**8),
    share=st.floats(0, 1),
    spread=st.integers(1, 10**6),
    init=st.integers(1, 10**8),
)
def test_what_was_printed_with_six_digits_is_read_whatever_its_size(
    n, warm, least, share, spread, init
) -> None:
    told = Told(
        n=n,
        warm=tuple(warm),
        mean=least + share * spread,
        spread=(least, least + spread, spread // 3),
        init=init,
    )
    # the summary's Init is whole us; six digits of it are printed in ms beside it
    assert same(read(console(told))[0], told)


def prefixed(prefix: str) -> Callable[[str], str]:
    return lambda text: text.replace("INFO: ", prefix)


@pytest.mark.parametrize(
    "surround",
    [
        prefixed(""),
        prefixed("07-08 15:40:34.274  6794  6794 I tflite  : "),
        prefixed("07-08 15:40:34.274 I/tflite  ( 6794): "),
        prefixed("I tflite  : "),
        prefixed("\x1b[32mINFO\x1b[0m: "),
        prefixed("    INFO: "),
        prefixed("\tINFO: "),
        prefixed("[2026-02-03T10:00:00Z] INFO: "),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: (
            "~/tf $ ./benchmark_model --graph=/data/local/tmp/shelf_v3_fp32.tflite --num_threads=4\n"
            + text
            + "~/tf $ "
        ),
        lambda text: (
            "+ echo 'on the processor'\non the processor\n+ ./benchmark_model --graph=shelf.tflite\n" + text
        ),
        lambda text: (
            "$ adb shell /data/local/tmp/benchmark_model \\\n   --graph=/x/shelf.tflite \\\n   --num_threads=4\n"
            + text
        ),
        lambda text: (
            "~ $ ./benchmark_model --graph=./models/sh\nshelf_v3_fp32.tflite  shelf_v3_int8.tflite\n" + text
        ),
        lambda text: text.replace(
            "INFO: Loaded", "WARN: Unconsumed cmdline flags: --allow_fp16\nINFO: Loaded"
        ),
        lambda text: text.replace("INFO: Loaded", "INFO: Initialized TensorFlow Lite runtime.\nINFO: Loaded"),
        lambda text: text.replace(
            "INFO: Created", "Error in cpuinfo: prctl(PR_SVE_GET_VL) failed\nINFO: Created"
        ),
        lambda text: text.replace(
            "INFO: Created",
            "VERBOSE: Replacing 49 out of 49 node(s) with delegate (TfLiteXNNPackDelegate) node, yielding 1 "
            "partitions for subgraph 0.\nINFO: Created",
        ),
        lambda text: text + PROFILE,
        lambda text: text + OPTIONS,
        lambda text: text + "Benchmark has been finished\n",
        lambda text: text.replace(
            "INFO: Initialized session in 12.48ms.", "INFO: Initialized session in 12.48 ms."
        ),
    ],
)
def test_a_run_tells_the_same_in_other_surroundings(surround: Callable[[str], str]) -> None:
    (run,) = read(surround(console(Told())))
    assert same(run, Told())
    one, other = read(
        surround(console(Told())).removesuffix("~/tf $ ")
        + "\n"
        + surround(console(replace(Told(), threads=2)))
    )
    assert (one.threads, other.threads) == (4, 2)


@pytest.mark.parametrize("ending", ["no stats", "Inference"])
def test_older_versions_tell_the_same_without_memory(ending: str) -> None:
    made = tuple(replace(one, memory=None, threads=one.threads or 1, delegate="cpu") for one in THREE)
    found = read("".join(older(one, ending) for one in made))
    assert all(same(run, one, without=("size_mb",)) for run, one in zip(found, made, strict=True))


def test_the_oldest_versions_cut_averages_to_whole_us_and_the_series_tell_them_whole() -> None:
    told = replace(Told(), memory=None, mean=52100.9, delegate="cpu")
    text = older(told).replace(f"no stats: {six(told.mean)}", "no stats: 52100")
    assert same(read(text)[0], told, without=("size_mb",))
    text = text.replace(
        f"Warmup: {told.warm_mean()}, Init: 12480, no stats: 52100", "52100 , Warmup: 64537, "
    )
    assert same(read(text)[0], told, without=("size_mb",))
    for other in ("52099", "52101", "5210"):
        with pytest.raises(Malformed, match="Inference"):
            read(text.replace("52100 , Warmup", f"{other} , Warmup"))


def test_the_first_app_glued_memory_to_the_average() -> None:
    told = replace(Told(), memory=None, delegate="cpu")
    glued = older(told, "Inference").replace(
        f"Inference: {six(told.mean)}",
        f"Inference: {six(told.mean)}Overall max resident set size = 12.5 MB, total",
    )
    assert same(read(glued)[0], told, without=("size_mb",))


def test_versions_before_the_delta_call_memory_a_peak() -> None:
    text = console(Told()).replace(
        "Memory footprint delta from the start of the tool", "Peak memory footprint"
    )
    assert same(read(text)[0], Told())


def test_litert_tells_its_results_in_two_decimals() -> None:
    big = replace(THREE[1], init=5664360, warm=(1158890,), memory=(0, 15.34))  # as far as lines tell them
    made = (THREE[0], big, replace(THREE[2], threads=1, memory=(4.0, 7.5)))
    assert all_same(read("".join(map(litert, made))), made)
    gpu = litert(
        Told(), "Replacing 31 out of 31 node(s) with delegate (LITERT_CL) node, yielding 1 partitions."
    )
    assert read(gpu)[0].delegate == "gpu"
    npu = litert(
        Told(), "Replacing 31 out of 31 node(s) with delegate (DispatchDelegate) node, yielding 1 partitions."
    )
    assert read(npu)[0].delegate == "npu"
    assert read(litert(Told(), "nothing of delegates"))[0].delegate is None


def test_a_log_of_the_app_has_no_starting() -> None:
    text = "".join(map(console, THREE[:2])).replace("INFO: STARTING!\n", "")
    found = read(text.replace("INFO: ", "02-03 10:00:00.000  99  99 I tflite  : "))
    assert all_same(found, THREE[:2])


def test_where_all_parameters_are_told_they_are_no_figures() -> None:
    told = (
        "INFO: Log parameter values verbosely: [1]\nINFO: Min runs duration (seconds): [1]\nINFO: Use caching: [0]\n"
        "INFO: Report the peak memory footprint: [0]\nINFO: Memory footprint check interval (ms): [50]\n"
        "INFO: External delegate path: []\nINFO: Use gpu: [0]\nINFO: Use Hexagon: [0]\nINFO: Hexagon lib path: [/data]\n"
    )
    text = console(Told()).replace("INFO: Log parameter values verbosely: [0]\n", told)
    assert same(read(text)[0], Told())
    silent = text.replace("INFO: Num threads: [4]\n", "").replace(
        "INFO: #threads used for CPU inference: [4]\n", ""
    )
    with pytest.raises(Malformed, match="Num threads"):
        read(silent)


def test_percentiles_of_newer_versions() -> None:
    text = console(Told()).replace("std=120", "std=120 p5=51710 median=52050 p95=52900")
    (run,) = read(text)
    assert [run.figure("latency_ms", name) for name in ("p5", "p50", "p95")] == [51.71, 52.05, 52.9]
    assert {one.n for one in run.figures if one.quantity == "latency_ms"} == {50}
    one = replace(Told(), warm=(56190,))
    text = console(one).replace("curr=56190", "curr=56190 p5=56190 median=56190 p95=56190")
    assert same(read(text)[0], one)


def test_where_all_took_as_long_only_the_latest_is_told() -> None:
    told = replace(Told(), mean=52100, spread=(52100, 52100, 0))
    text = console(told).replace(told.measured(), "count=50 curr=52100(all same)")
    assert same(read(text)[0], told)
    (run,) = read(console(told).replace(told.measured(), "count=1 curr=52100"))
    assert run.figure("latency_ms", "std") is None  # one alone has no deviation
    assert run.figure("latency_ms", "max") == 52.1


def test_without_a_warm_up_nothing_is_told_of_it() -> None:
    told = Told()
    for average in ("0", "nan", "-nan"):
        text = console(told).replace(told.warmup(), "count=0")
        text = text.replace("First inference: 81203", "First inference: 0")
        (run,) = read(text.replace(f"(avg): {told.warm_mean()}", f"(avg): {average}"))
        assert run.figure("latency_ms", "mean") == 52.1004
        assert {"first_latency_ms", "warmup_latency_ms"} & {one.quantity for one in run.figures} == set()
    with pytest.raises(Malformed, match=r"First inference|Warmup"):
        read(console(told).replace(told.warmup(), "count=0"))


def test_a_dry_run_has_measured_nothing() -> None:
    with pytest.raises(Malformed, match="dry_run"):
        read(console(Told()).replace(Told().measured(), "count=0"))
