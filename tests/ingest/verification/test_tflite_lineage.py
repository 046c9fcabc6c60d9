"""Of which model, in which conversion, by which delegate and with how many threads a run of benchmark_model is."""

from dataclasses import replace

import pytest

from ingest.verification import Malformed
from ingest.verification.tflite import read
from tests.ingest.verification.tflite_texts import XNNPACK, Told, console, older, same

GPU = (
    "Created TensorFlow Lite delegate for GPU.", "GPU delegate created.", "Initialized OpenCL-based API.",
    "Created 1 GPU delegate kernels.",
)  # fmt: skip
WHOLLY = "Explicitly applied {} delegate, and the model graph will be completely executed by the delegate."
PARTLY = "Explicitly applied {} delegate, and the model graph will be partially executed by the delegate w/ 3 delegate kernels."
NOT = "Though {} delegate is explicitly applied, the model graph will not be executed by the delegate."


@pytest.mark.parametrize(
    ("flags", "applied", "wanted"),
    [
        ((), (XNNPACK,), "xnnpack"),
        ((), (), "cpu"),
        (("Use xnnpack: [0]",), (), "cpu"),
        (("Use xnnpack: [1]",), (XNNPACK, "XNNPACK delegate created.", PARTLY.format("XNNPACK")), "xnnpack"),
        (("Use xnnpack: [1]",), (XNNPACK, NOT.format("XNNPACK")), "cpu"),
        (("Use gpu: [1]",), (*GPU, WHOLLY.format("GPU")), "gpu"),
        (("Use gpu: [1]",), (*GPU, PARTLY.format("GPU"), XNNPACK), "gpu"),
        (("Use gpu: [0]", "Use NNAPI: [0]"), (XNNPACK,), "xnnpack"),
        (("Use gpu: [1]", "Use xnnpack: [1]"), ("GPU acceleration is unsupported on this platform.", PARTLY.format("XNNPACK")),
         "xnnpack"),
        (("Use NNAPI: [1]",), ("Created TensorFlow Lite delegate for NNAPI.", WHOLLY.format("NNAPI")), "nnapi"),
        (("Use NNAPI: [1]",), ("NNAPI delegate created.", NOT.format("NNAPI"), XNNPACK), "xnnpack"),
        (("Use NNAPI: [1]",), ("NNAPI delegate created.", NOT.format("NNAPI")), "cpu"),
        (("Use gpu: [1]", "Use NNAPI: [1]"), (*GPU, WHOLLY.format("GPU"), NOT.format("NNAPI")), "gpu"),
        (("Use gpu: [1]", "Use NNAPI: [1]"), (PARTLY.format("GPU"), PARTLY.format("NNAPI")), "gpu+nnapi"),
        (("Use Hexagon: [1]",), ("loaded libcdsprpc.so", WHOLLY.format("Hexagon")), "hexagon"),
        (("Use Hexagon: [1]",), ("Hexagon delegate isn't supported on the platform.", XNNPACK), "xnnpack"),
        (("Use CoreML: [1]",), (WHOLLY.format("COREML"),), "coreml"),
        (("Use EdgeTPU: [1]",), (WHOLLY.format("EDGETPU"),), "edgetpu"),
        (("External delegate path: [/lib/libvx_delegate.so]",), ("EXTERNAL delegate created.", WHOLLY.format("EXTERNAL")),
         "external"),
        (("External delegate path: [/lib/libQnn.so]",), (NOT.format("EXTERNAL"), XNNPACK), "xnnpack"),
        ((), (WHOLLY.format("STABLE_DELEGATE"),), "stable_delegate"),
        (("Use caching: [1]",), (XNNPACK,), "xnnpack"),
    ],
)  # fmt: skip
def test_the_delegate_is_what_ran_the_model_not_what_was_asked_for(flags, applied, wanted) -> None:
    told = replace(Told(), delegate=wanted)
    text = console(told, flags, applied)
    assert same(read(text)[0], told)
    if "External delegate path: [/lib/libvx_delegate.so]" in flags:
        assert read(text)[0].details["external_delegate"] == "/lib/libvx_delegate.so"


def test_older_versions_put_a_space_into_their_flags() -> None:
    told = replace(Told(), delegate="gpu", memory=None)
    applied = "Applied GPU delegate, and the model graph will be completely executed w/ the delegate.\n"
    assert same(read(older(told, use="Use gpu : [1]\n", applied=applied))[0], told, without=("size_mb",))
    silent = replace(told, delegate="nnapi")
    assert same(read(older(silent, use="Use nnapi : [1]\n"))[0], silent, without=("size_mb",))


def test_a_delegate_of_which_nobody_says_what_came_is_refused() -> None:
    text = console(Told(), ("Use gpu: [1]",), GPU)
    with pytest.raises(Malformed, match="gpu") as refused:
        read(text)
    assert text.split("\n")[refused.value.line - 1] == "INFO: Use gpu: [1]"


@pytest.mark.parametrize(
    ("name", "model", "conversion"),
    [
        ("m_fp32", "m", "float32"), ("m-float32", "m", "float32"), ("m_float", "m", "float32"), ("m_fp16", "m", "float16"),
        ("m_float16", "m", "float16"), ("m_int8", "m", "int8"), ("m_quant", "m", "uint8"), ("m_uint8", "m", "uint8"),
        ("m_w8a8", "m", "w8a8"), ("m_int4", "m", "int4"), ("m_INT8", "m", "int8"), ("m_224", "m_224", None),
        ("mobilenet_v1_1.0_224", "mobilenet_v1_1.0_224", None), ("point8", "point8", None),
    ],
)  # fmt: skip
def test_the_conversion_is_what_the_name_of_the_file_ends_in(name, model, conversion) -> None:
    for path in (f"/d/{name}.tflite", f"C:\\d\\{name}.tflite", f"{name}.tflite"):
        text = console(Told()).replace(Told().path, path)
        assert (read(text)[0].model, read(text)[0].conversion) == (model, conversion)
        assert read(text)[0].details["graph"] == path


def test_threads_are_told_twice() -> None:
    for dropped in ("INFO: Num threads: [4]\n", "INFO: #threads used for CPU inference: [4]\n"):
        assert same(read(console(Told()).replace(dropped, ""))[0], Told())
    with pytest.raises(Malformed, match="threads"):
        read(console(Told()).replace("inference: [4]", "inference: [2]"))
    many = (
        console(Told())
        .replace("Num threads: [4]", "Num threads: [-1]")
        .replace("inference: [4]", "inference: [-1]")
    )
    assert read(many)[0].threads is None  # as many as the runtime likes
    mixed = read(console(Told()) + console(replace(Told(), threads=None)))
    assert [run.threads for run in mixed] == [4, None]


def test_a_model_may_be_told_by_what_was_typed_only() -> None:
    text = "\n".join(line for line in console(Told()).split("\n") if "shelf_v3" not in line)
    typed = f"~ $ ./benchmark_model --num_threads=4 --graph={Told().path}\n"
    assert same(read(typed + text)[0], Told())
    started = text.replace(
        "INFO: STARTING!\n", "INFO: STARTING!\n" + typed
    )  # the screen was quicker than the keyboard
    assert same(read(started)[0], Told())
    with pytest.raises(Malformed, match="graph") as refused:
        read(started + text)
    assert refused.value.line == started.count("\n") + 1
    with pytest.raises(Malformed, match="graph") as refused:
        read(console(Told()) + text)
    assert refused.value.line == console(Told()).count("\n") + 1


def test_the_peak_by_monitoring_is_a_detail() -> None:
    text = console(Told()) + "INFO: Overall peak memory footprint (MB) via periodic monitoring: 93.2383\n"
    assert read(text)[0].details["peak_memory_mb"] == 93.2383
    assert same(read(text)[0], Told())
