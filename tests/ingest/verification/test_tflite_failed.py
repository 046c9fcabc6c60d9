"""Runs of benchmark_model that came to nothing, what only sounds like it, and what others print between runs."""

from dataclasses import replace

import pytest

from ingest.verification import Malformed
from ingest.verification.tflite import read, recognises
from tests.ingest.verification.tflite_texts import (
    DIED,
    THREE,
    WHY,
    Told,
    all_same,
    console,
    litert,
    older,
    same,
)


def test_a_run_that_failed_says_why_and_has_no_figures() -> None:
    first, died, last = read(console(THREE[0]) + DIED + console(THREE[1]))
    assert same(first, THREE[0])
    assert same(last, THREE[1])
    assert (died.model, died.conversion, died.status, died.failure, died.figures) == (
        "big",
        "w8a8",
        "failed",
        WHY,
        (),
    )
    assert read(console(THREE[0]) + DIED)[-1] == replace(died)
    assert [run.status for run in read(DIED + DIED)] == ["failed"] * 2


@pytest.mark.parametrize(
    "why",
    [
        "ERROR: Failed to allocate tensors!\n",
        "Failed to apply XNNPACK delegate.\nBenchmarking failed.\n",
        "ERROR: Could not open '/x/y.tflite'.\nERROR: Failed to load model\nERROR: Benchmarking failed.\n",
        "Benchmarking failed.\n",
        "Segmentation fault (core dumped)\n",
        "Aborted\n",
        "Killed\n",
        "FATAL: no such type\n",
        "terminate called after throwing an instance of 'std::bad_alloc'\nAborted (core dumped)\n",
        "Bus error\n",
    ],
)
def test_every_way_to_fail(why: str) -> None:
    cut = console(Told()).split("INFO: The input model")[0]
    for text in (cut + why, cut + why + "~/tf $ ", cut + why + console(Told())):
        assert (read(text)[0].status, read(text)[0].failure) == ("failed", why.split("\n")[0])
    assert len(read(cut + why + console(Told()))) == 2


def test_an_inference_that_failed_spoils_its_run() -> None:
    node = "ERROR: Node number 3 (CONV_2D) failed to invoke.\n"
    count = f"INFO: {Told().measured()}"
    text = console(Told()).replace(count, node + count) + "ERROR: Benchmarking failed.\n"
    (run,) = read(text)
    assert (run.status, run.failure, run.figures) == ("failed", node.strip(), ())
    with pytest.raises(Malformed, match="failed"):
        read(console(Told()) + "ERROR: Benchmarking failed.\n")


def test_what_only_sounds_like_a_failure_is_none() -> None:
    soft = (
        "ERROR: Following operations are not supported by GPU delegate:\n"
        "GATHER_ND: Operation is not supported.\n54 operations will run on the GPU, and the remaining 505 operations will run on "
        "the CPU.\nWARN: Failed to get the input model file size.\nERROR: Can not open OpenCL library on this device\n"
    )
    head = console(Told()).split("INFO: The input model")
    text = f"{head[0]}{soft}INFO: Init{head[1].split('INFO: Init')[1]}"
    assert same(read(text)[0], Told(), without=("size_mb",))
    with pytest.raises(Malformed, match="timings"):
        read(head[0] + soft)


def test_another_tool_between_two_runs_is_passed_over() -> None:
    image = (
        "INFO: Loaded model ./other.tflite\nINFO: resolved reporter\nINFO: Created TensorFlow Lite delegate for GPU.\n"
        "INFO: Applied GPU delegate.\nINFO: invoked\nINFO: average time: 31.488 ms\nINFO: 0.698039: 458 bow tie\n"
    )
    found = read(image + console(THREE[0]) + image + console(THREE[1]) + image)
    assert all_same(found, THREE[:2])


def test_only_its_own_output_is_recognised() -> None:
    texts = [console(Told()), older(Told()), litert(Told()), DIED, console(Told()).replace("INFO: ", "")]
    assert all(map(recognises, texts))
    others = [
        "",
        "a,b\n1,2\n",
        '{"count": 1}',
        "STARTING!\n",
        "Loaded model x\n",
        "Model name: x, param num_threads: 1\n",
    ]
    assert not any(map(recognises, others))
    for text in others:
        with pytest.raises(Malformed):
            read(text)
