"""What single lines and tables of benchmarks tell, one fault at a time: known answers must notice each."""

from dataclasses import replace
from pathlib import Path

import pytest

from ingest.verification import Malformed
from ingest.verification.tflite.blocks import blocks_of
from ingest.verification.tflite.series import Series
from tests.faults.planting import Fault, is_caught, load
from tests.ingest.verification.test_benchmark_tables import COCO, HOSTED, told, wanted
from tests.ingest.verification.tflite_texts import THREE, litert

HERE = Path(__file__).parents[2] / "ingest" / "verification"


def refused(line, call):
    with pytest.raises(Malformed) as wrong:
        call()
    assert wrong.value.line == line
    return wrong.value.sentence


def check_lines(m):
    def parts(name, line):
        found = m.ONCE[name].search(line)
        return None if found is None else found.groups()

    assert parts("verbose", "INFO: Log parameter values verbosely: [1]") == ("1",)
    assert parts("graph", "Graph: [/a/b c.tflite]") == ("/a/b c.tflite",)
    assert parts("graph", "#Graph: [x]") is None
    assert parts("loaded", "Loaded model a b.tflite  ") == ("a b.tflite",)
    assert parts("loaded", "[x.cc:1] Loading model from: /a.tflite") == ("/a.tflite",)
    assert parts("threads", "INFO: Num threads: [4]") == ("4",)
    assert parts("threads", "INFO: #threads used for CPU inference: [4]") is None
    assert parts("cpu_threads", "#threads used for CPU inference: [-1]") == ("-1",)
    assert parts("size", "The input model file size (MB): 1,5") == ("MB", "1,5")
    assert (
        parts("session", "Initialized session in 12.5ms.")
        == parts("session", "Initialized session in 12.5 ms")
        == ("12.5", "ms")
    )
    timings = "Inference timings in us: Init: 1, First inference: 2, Warmup (avg): 3, Inference (avg): 4,5"
    assert parts("timings", timings) == ("us", "1", "2", "3", "4,5")
    for ending in ("Inference", "no stats"):
        line = f"Average inference timings in us: Warmup: 1, Init: 2, {ending}: 3"
        assert parts("averages", line) == ("us", "1", "2", "3")
        assert (parts("timings", line), parts("plain", line)) == (None, None)
    assert parts("plain", "Average inference timings in us: 1 , Warmup: 2, ") == ("us", "1", "2")
    for head in ("Memory footprint delta from the start of the tool", "Peak memory footprint"):
        assert parts("memory", f"{head} (MB): init=1 overall=2,5") == ("MB", "1", "2,5")
    peak = "Overall peak memory footprint (MB) via periodic monitoring: 3"
    assert (parts("peak", peak), parts("memory", peak)) == (("MB", "3"), None)
    assert (
        parts("note", "Note: as the benchmark tool itself affects memory footprint, the following is") == ()
    )
    assert parts("litert_init", "Model initialization: 3.5 ms") == ("3.5", "ms")
    assert parts("litert_first", "Warmup (first):       3.5 ms") == parts(
        "litert_first", "First inference:   3.5 ms"
    )
    assert parts("litert_first", timings) is None
    assert parts("litert_mean", "Inference (avg):      3.5 ms (50 runs)") == ("3.5", "ms", "50")
    assert parts("litert_warm", "Warmup (avg):         3.5 ms (5 runs)") == ("3.5", "ms", "5")
    assert parts("litert_note", "Memory Usage:") == ()
    assert m.GLUED.sub("", "3.5Overall max") == "3.5"
    assert {"timings", "averages", "plain", "litert_init"} <= m.ENDS
    assert "memory" in m.AFTERWARDS
    assert not m.AFTERWARDS & m.ENDS
    for line in (
        "Graph: [x]",
        "Num threads: [1]",
        "Log parameter values verbosely: [0]",
        "Loading model from: x",
    ):
        assert m.BEGINS.search(line)
    assert not m.BEGINS.search("#Num threads: [1]")
    assert [m.ECHO.search(f"x --graph{given} y").group(1) for given in ("=a.b", " a.b", '="a.b"')] == [
        "a.b"
    ] * 3
    tables = ("Timings (microseconds): count=1", "Memory (bytes): count=0", "  cpu w/ 4 threads (xnnpack): count=5",
              "gpu-default: count=5", "gpu(fp16): count=5", "nnapi(w/o accel name): count=2", "coreml:  failed!")  # fmt: skip
    assert all(m.TABLE.search(line) for line in tables)
    assert not m.TABLE.search("I tflite  : count=5 curr=3")
    own = ("count=3 curr=4", timings, peak, "Memory footprint delta (MB): init=1", "file size (MB): 3",
           "Initialized session in 3",
           "Inference (std): 3", "Model initialization: 3 ms", "Init footprint:  3 MB")  # fmt: skip
    assert all(m.FIGURE.search(line) and m.OWN.search(line) for line in own)
    for line in (
        "Memory footprint check interval (ms): [50]",
        "Report the peak memory footprint: [0]",
        "discount=3",
    ):
        assert not m.FIGURE.search(line)
    assert m.OWN.search("ERROR: Failed")
    assert not m.OWN.search("pi@x:~ $ ")
    assert m.STEP.search("Running benchmark for at least 1 iterations")
    assert m.PAIR.findall("curr=70(all same) p5=3") == [("curr", "70"), ("p5", "3")]


LINES = (
    Fault("", '_LAST = r"(\\S+)"', '_LAST = r"([^\\s,]+)"'),
    Fault("", "(?<![#\\w])Graph: \\[(.+?)\\]", "Graph: \\[(.+?)\\]"),
    Fault("", "(?:Loaded model|Loading model from:)", "(?:Loaded model)"),
    Fault("", '(\\S.*?)\\s*$"', '(\\S+)"'),
    Fault("", "([^\\s]+?) ?(ms|us|s)", "([^\\s]+?)(ms|us|s)"),
    Fault("", "(?:Inference|no stats)", "(?:Inference)"),
    Fault("", "Warmup: {_NUMBER}, Init: {_NUMBER}", "Init: {_NUMBER}, Warmup: {_NUMBER}"),
    Fault("", "overall={_LAST}", "overall={_NUMBER}"),
    Fault("", ": {_NUMBER} ?, Warmup", ": {_NUMBER}, Warmup"),
    Fault("", "affects? memory", "effects? memory"),
    Fault("", "|First inference): +{_NUMBER} (\\w+)\\s*$", "|First inference): +{_NUMBER}"),
    Fault("", '"timings", "averages",', '"averages",'),
    Fault("", '{"memory", "peak", "note"}', '{"peak", "note"}'),
    Fault("", "|Log parameter values verbosely: \\[)", ")"),
    Fault("", "--graph[= ]", "--graph="),
    Fault("", "(?:Timings \\(\\w+\\)|", "(?:"),
    Fault("", "gpu[-(]", "gpu[-]"),
    Fault("", "(?:count=|failed)", "(?:count=)"),
    Fault("", ":(?! \\[)", ":"),
    Fault("", "|\\bcount=|Model", "|count=|Model"),
    Fault("", "(?:Init|Overall) footprint: ", "footprint: "),
    Fault("", "INFO:|ERROR:|Benchmarking", "INFO:|Benchmarking"),
    Fault("", "(\\w+)=([^\\s(]+)", "(\\w+)=([^\\s]+)"),
    Fault("", "Overall\\b.*$", "Overall$"),
)  # fmt: skip


def check_series(m):
    full = " first=70 curr=71 min=69 max=75 avg=70.5 std=2 p5=69 median=70 p95=74"
    found = m.series_of(3, "50", full)
    assert (found.line, found.n, found.first, found.mean, found.times["p95"]) == (3, 50, 70.0, 70.5, 74.0)
    alike = m.series_of(3, "9", " curr=70(all same)")
    assert (alike.n, alike.first, alike.mean, alike.times) == (9, 70.0, 70.0, {"curr": 70.0})
    assert m.series_of(3, "0", "").mean == m.series_of(3, "0", "").first == 0.0
    rounded = " first=1000001 curr=1000001 min=1000001 max=1000004 avg=1e+06 std=1"  # six digits of 1000002
    assert m.series_of(3, "4", rounded).mean == 1e6
    for n in ("many", "-1", "٣", "", "5.0"):
        assert "whole number" in refused(7, lambda n=n: m.series_of(7, n, full))
    for old, new, why in (
        ("curr=71 ", "", "curr"), ("first=70 ", "", "part"), ("min=69 ", "", "part"), ("std=2 ", "", "part"),
        ("first=70", "first=68", "first"), ("curr=71", "curr=76", "curr"), ("avg=70.5", "avg=68", "avg"),
        ("avg=70.5", "avg=75.1", "avg"), ("p95=74", "p95=76", "p95"), ("median=70", "median=68", "median"),
        ("p5=69", "p5=71", "rise"), ("median=70", "median=74.5", "rise"), ("avg=70.5", "avg=nan", "avg"),
        ("avg=70.5", "avg=", "part"), ("avg=70.5", "avg=70.5 avg=70.5", "avg"),
    ):  # fmt: skip
        assert why in refused(7, lambda old=old, new=new: m.series_of(7, "50", full.replace(old, new)))
    refused(7, lambda: m.series_of(7, "0", " curr=3"))
    refused(7, lambda: m.series_of(7, "3", ""))


SERIES = (
    Fault("Series.first", 'self.times.get("first", ', 'self.times.get("min", '),
    Fault("Series.mean", 'self.times.get("avg", ', 'self.times.get("curr", '),
    Fault("Series.mean", '"curr", 0.0', '"cur", 0.0'),
    Fault("series_of", "n.isascii() and", ""),
    Fault("series_of", "and n.isdigit()", ""),
    Fault("series_of", "if twice:", "if False:"),
    Fault("series_of", "if int(n) == 0", "if False"),
    Fault("series_of", "if times:", "if False:"),
    Fault("series_of", 'if "curr" not in times', "if False"),
    Fault("series_of", '("first" in times) != bool(moments)', "False"),
    Fault("series_of", "moments not in (frozenset(), _MOMENTS) or", ""),
    Fault("series_of", "_ordered(line, times)", "pass"),
    Fault("_ordered", "least <= _up(times[name]) and", ""),
    Fault("_ordered", "and times[name] <= _up(largest)", ""),
    Fault("_ordered", "shares != sorted(shares)", "False"),
    Fault("", '_BETWEEN = ("first", "curr",', '_BETWEEN = ("curr",'),
    Fault("_up", "(1 + DIGITS)", "1"),
    Fault("", "DIGITS = 1e-5", "DIGITS = 1e-1"),
)


def check_delegates(m):
    def said(*lines):
        found = m.Delegates()
        for place, line in enumerate(lines, 1):
            found.note(place, line)
        return found

    default = "Created TensorFlow Lite XNNPACK delegate for CPU."
    gpu, nnapi = "Explicitly applied GPU delegate, and", "Applied NNAPI delegate, and"
    idle = "Though {} delegate is explicitly applied, the model graph will not be executed by the delegate."
    assert said().name(must_say=True) is None
    assert (
        said(default).name(must_say=True)
        == said("XNNPACK delegate created.").name(must_say=True)
        == "xnnpack"
    )
    assert said("Use gpu: [1]", gpu, default).name(must_say=True) == "gpu"
    assert said(gpu, nnapi, gpu).name(must_say=True) == "gpu+nnapi"
    assert said("Use NNAPI: [true]", idle.format("NNAPI"), default).name(must_say=True) == "xnnpack"
    assert said("Use xnnpack: [1]", idle.format("XNNPACK"), default).name(must_say=True) == "cpu"
    for line in ("GPU acceleration is unsupported on this platform.", "GPU delegate isn't supported on the platform",
                 "Could not create GPU delegate: libraries are missing"):  # fmt: skip
        assert said("Use gpu: [1]", line, default).name(must_say=True) == "xnnpack"
    assert said("Use legacy nnapi : [1]").name(must_say=False) == "nnapi"
    assert "gpu" in refused(2, lambda: said(default, "Use gpu: [1]").name(must_say=True))
    assert said("Use gpu: [true]", "Use gpu: [1]").asked == {"gpu": 1}
    assert said("Explicitly applied XNNPACK delegate, and", gpu).name(must_say=True) == "gpu"
    assert said("Use gpu: [0]", "Use caching: [1]").asked == {}
    assert said("Use gpu: [0]").refused == {"gpu"}
    external = said("External delegate path: [/l.so]", "Explicitly applied EXTERNAL delegate, and")
    assert (external.name(must_say=True), external.library) == ("external", "/l.so")
    refused(1, lambda: said("External delegate path : [/l.so]").name(must_say=True))
    assert said("External delegate path: []").asked == {}
    own = {"TfLiteXNNPackDelegate": "xnnpack", "TfLiteGpuDelegateV2": "gpu", "LITERT_CL": "gpu", "TfLiteNnapiDelegate": "nnapi",
           "DispatchDelegate": "npu", "TfLiteHexagonDelegate": "hexagon", "TfLiteCoreMlDelegate": "coreml"}  # fmt: skip
    for name, wanted_name in own.items():
        assert (
            said(f"Replacing 3 out of 31 node(s) with delegate ({name}) node").name(must_say=True)
            == wanted_name
        )
    assert said("Replacing 3 out of 31 node(s) with delegate (Vx Delegate) node").name(must_say=True) is None
    told_of = [
        m.Delegates().note(1, line)
        for line in (default, gpu, idle.format("GPU"), "Use gpu: [1]", "INFO: bye")
    ]
    assert told_of == [True, True, True, False, False]


DELEGATES = (
    Fault("", "|legacy nnapi|", "|"),
    Fault("", "|\\bXNNPACK delegate created", ""),
    Fault("", "|Could not create (\\w+) delegate", ""),
    Fault("", "isn't supported", "is not there"),
    Fault("", "gpu|_cl\\b", "gpu"),
    Fault("Delegates.note", '.removeprefix("legacy ")', ""),
    Fault("Delegates.note", '("1", "true")', '("1",)'),
    Fault("Delegates.note", "self.refused.add(name)", "pass"),
    Fault("Delegates.note", "self.asked.setdefault(name, at)", "self.asked.setdefault(name, 1)"),
    Fault("Delegates.note", 'self.asked.setdefault("external", at)', "pass"),
    Fault("Delegates.note", "if idle is not None:", "if False:"),
    Fault("Delegates.note", "self.default = True", "pass"),
    Fault("Delegates.note", "[:1]", "[1:]"),
    Fault("Delegates.note", "else:\n            return False", "else:\n            return True"),
    Fault("Delegates.name", "if must_say and missing", "if missing"),
    Fault("Delegates.name", "if must_say and missing", "if False"),
    Fault("Delegates.name", "self.asked[missing[0]],", "1,"),
    Fault("Delegates.name", "and name not in self.idle", ""),
    Fault("Delegates.name", "dict.fromkeys([*self.ran, *missing])", "[*self.ran, *missing]"),
    Fault("Delegates.name", '"+".join(special)', "special[0]"),
    Fault("Delegates.name", 'name != "xnnpack"]', "name]"),
    Fault("Delegates.name", "or self.default:", ":"),
    Fault("Delegates.name", '"cpu" if "xnnpack" in self.idle', '"cpu" if False'),
    Fault("Delegates.name", "self.nodes[0] if self.nodes else None", "None"),
)


def check_failures(m):
    hard = ("ERROR: Node number 57 failed to prepare.", "Failed to allocate tensors!", "FATAL: x", "Benchmarking failed.",
            "ERROR: Could not open 'x'.", "Could not open 'x'.", "Segmentation fault (core dumped)", "Aborted", "Killed",
            "Bus error", "Illegal instruction", "terminate called after", "Please specify the name of your TF Lite")  # fmt: skip
    for line in hard:
        assert m.failure_of(line) == m.failure_of(f"E tflite  : {line}") == line
    assert m.failure_of("\t ERROR: x  ") == "ERROR: x"
    soft = ("Error in cpuinfo: prctl failed", "ERROR: Following operations are not supported by GPU delegate:",
            "54 operations will run on the GPU", "WARN: Failed to get the input model file size.",
            "ERROR: Attempting to use a delegate that only supports static-sized tensors",
            "ERROR: Can not open OpenCL library on this device", "Failed to load libcdsprpc.so",
            "ERROR: GATHER_ND: Operation is not supported.", "Could not create Hexagon delegate: none",
            "INFO: bye", "")  # fmt: skip
    assert [m.failure_of(line) for line in soft] == [None] * len(soft)
    ends = (
        "ERROR: Benchmarking failed.",
        "Aborted (core dumped)",
        "Segmentation fault",
        "Killed",
        "Bus error",
        "Illegal instruction",
    )
    assert all(map(m.is_end, ends))
    assert not any(map(m.is_end, ("ERROR: x", "Failed to allocate tensors!", "NotKilledYet", "")))


FAILURES = (
    Fault("", "(?:ERROR|FATAL): .+", "ERROR: .+"),
    Fault("", "|Failed to .+|", "|"),
    Fault("", "|[Cc]ould not .+", ""),
    Fault("", "|Please specify the name of your .+", ""),
    Fault("", "|terminate called .+", ""),
    Fault("", "Error in cpuinfo|only supports static|", "Error in cpuinfo|"),
    Fault("", "|not supported by GPU delegate", ""),
    Fault("", "|Failed to get the input model file size", ""),
    Fault("", "(?:lib\\w+\\.so|OpenCL)", "(?:OpenCL)"),
    Fault("", "|Operation is not supported", ""),
    Fault("", "|Could not create \\w+ delegate|", "|"),
    Fault("", 'r"Benchmarking failed|\\bAborted\\b', 'r"\\bAborted\\b'),
    Fault("", "|\\bKilled\\b|", "|Killed|"),
    Fault("failure_of", "or _SOFT.search(line)", ""),
    Fault("failure_of", ".strip()", ""),
    Fault("is_end", "is not None", "is None"),
)


def check_litert(m):
    one = replace(THREE[0], memory=(9.5, 40.25))
    warm, measured = (
        Series(3, 3, {"first": 81203.0, "avg": 64537.0}),
        Series(4, 50, {"curr": 1.0, "min": 51700.0, "max": 53010.0, "avg": 52100.4, "std": 120.0}),
    )

    def checked(text, init=12.48, series=measured, before=warm):
        (block,) = blocks_of(text)
        assert m.is_litert(block)
        m.check(block, series, before, init)
        return [(figure.quantity, figure.value) for figure in m.memory(block)]

    text = litert(one)
    assert checked(text) == [("init_memory_mb", 9.5), ("memory_mb", 40.25)]
    assert not m.is_litert(blocks_of("STARTING!\n")[0])
    quiet = "".join(
        line
        for line in text.splitlines(keepends=True)
        if "footprint:" not in line and "Memory Usage" not in line
    )
    assert checked(quiet) == []
    for part, old, new in (
        ("Model init", "12.48", "12.47"), ("Warmup (first)", "81.20", "81.19"), ("Warmup (avg)", "64.54", "64.55"),
        ("Inference (avg)", "52.10", "52.11"), ("Inference (min)", "51.70", "51.71"), ("Inference (max)", "53.01", "53.00"),
        ("Inference (std)", "0.12", "0.13"), ("Inference (avg)", "(50 runs)", "(51 runs)"),
        ("Warmup (avg)", "(3 runs)", "(4 runs)"),
    ):  # fmt: skip
        lines = text.split("\n")
        (place,) = [at for at, line in enumerate(lines) if part in line]
        lines[place] = lines[place].replace(old, new)
        assert part.split(" (")[0].split(" init")[0] in refused(
            place + 1, lambda lines=lines: checked("\n".join(lines))
        )
    assert "Warmup" not in refused(
        1, lambda: checked("\n".join(x for x in text.split("\n") if "Inference (avg)" not in x))
    )
    assert "warm-up" in refused(1, lambda: checked(text, before=None))
    usage = text[: text.index("Memory Usage")].count("\n") + 1
    for part in ("Init footprint", "Overall footprint"):
        refused(usage, lambda part=part: checked("\n".join(x for x in text.split("\n") if part not in x)))
    refused(
        text[: text.index("12.48 ms")].count("\n") + 1, lambda: checked(text.replace("12.48 ms", "12.48 us"))
    )
    alike = litert(replace(one, spread=(52100, 52100, 0)))
    assert checked(alike, series=Series(4, 50, {"curr": 52100.4}))


LITERT = (
    Fault("", "_ROUNDING_MS = 0.00501", "_ROUNDING_MS = 0.05"),
    Fault("", "_ROUNDING_MS = 0.00501", "_ROUNDING_MS = 0.0001"),
    Fault("is_litert", "any(name in block.once", "all(name in block.once"),
    Fault("is_litert", "any(name in block.once for name in _NAMES)", "True"),
    Fault("check", 'if "litert_mean" not in block.once', "if False"),
    Fault("check", '_same(block, "litert_init", init_ms)', "pass"),
    Fault("check", 'measured.mean / MS["us"], measured.n)', 'measured.mean / MS["us"])'),
    Fault("check", '_same(block, "litert_max"', '_same(block, "litert_min"'),
    Fault("check", 'measured.times.get("std", 0.0)', 'measured.times.get("std", 50.0)'),
    Fault("check", '_same(block, "litert_std", measured', '_same(block, "litert_none", measured'),
    Fault("check", "if warmup is not None:", "if False:"),
    Fault("check", 'elif "litert_warm" in block.once', "elif False"),
    Fault("check", '"litert_first", warmup.first', '"litert_first", warmup.mean'),
    Fault("memory", "if not set(names) <= set(block.once)", "if False"),
    Fault("memory", "if not told:", "if False:"),
    Fault("memory", '"Init footprint", began', '"Init footprint", overall'),
    Fault("_same", "runs and int(runs[0]) != n", "False"),
    Fault(
        "_same",
        "converted(line, _NAMES[name], given, unit, MS)",
        'converted(line, _NAMES[name], given, "ms", MS)',
    ),
)


def check_tables(m):
    for text in (HOSTED, COCO):
        assert m.recognises(text)
        assert told(m.read(text)) == wanted(text)
    assert [run.line for run in m.read(HOSTED)] == [2, 2, 3, 3, 3, 4, 4, 5]
    (*_, bare) = m.read(HOSTED + "Shelf_V4,170.7,80.1,95.1,,,\n")
    assert (bare.model, bare.delegate, len(bare.figures)) == ("Shelf_V4", None, 3)
    for text in (
        "",
        "a,b\n",
        "Model\n",
        "model,AP\nx,1\n",
        HOSTED.replace("gpu_ms", "gpu_us"),
        "Model,AP,AP\n",
        "Model,AP,x\n",
    ):
        assert not m.recognises(text)
        refused(1, lambda text=text: m.read(text))
    both = "Model,AP,ARmidium,ARmedium\nx,0.1,0.2,0.3\n"
    assert "ARmedium" in refused(1, lambda: m.read(both))
    for old, new, line in (
        ("70.0,89.0", "89.0,70.0", 2), (",13,", ",0,", 2), ("16.9,71.0,89.9,24.0,6.5,13.8", ",,,,,", 3),
        ("71.0,89.9", "71.0,189.9", 3),
        ("Shelf_V1_1.0_224,", "Shelf_V1_1.0_224_quant,", 3), ("Shelf_V1_1.0_224,", ",", 3), ("4.3", "0", 2),
    ):  # fmt: skip
        refused(line, lambda old=old, new=new: m.read(HOSTED.replace(old, new, 1)))
    for old, new, line in (
        ("0.2564636907", "0.5564", 2), ("0.2671", "0.5671", 2), ("0.225", "0.425", 2), ("0.3246", "0.4246", 2),
        ("0.067", "-0.067", 2), ("0.067", "fast", 2), ("0.4188", "-1", 2), ("0.5526", "1.5526", 2),
    ):  # fmt: skip
        refused(line, lambda old=old, new=new: m.read(COCO.replace(old, new, 1)))
    refused(2, lambda: m.read(HOSTED.split("\n")[0] + "\n"))
    refused(5, lambda: m.read(HOSTED[:-1]))


TABLES = (
    Fault("", '"cpu4_ms": ("cpu", 4)', '"cpu4_ms": ("cpu", 1)'),
    Fault("", 'HOSTED_DEVICE = "Pixel 3"', 'HOSTED_DEVICE = "Pixel 4"'),
    Fault("", '"ARmidium": "mar_medium"', '"ARmidium": "mar_small"'),
    Fault("", '("map", "map50"),', ""),
    Fault("", '("map75", "map50"),', ""),
    Fault("", '("mar1", "mar10"),', ""),
    Fault("", '("top1", "top5"),', ""),
    Fault("read", '"Model" not in header_of(text)', "True"),
    Fault("read", 'if {"ARmidium", "ARmedium"} <= set(header)', "if False"),
    Fault("read", "if not row[name]", "if False"),
    Fault("read", "if row[name] in seen", "if False"),
    Fault("read", "if not all(run.figures for run in runs)", "if False"),
    Fault("read", "if not found", "if False"),
    Fault("_hosted", "set(HOSTED) == set(header) and", "set(HOSTED) & set(header) and"),
    Fault("_coco", 'and "AP" in header', ""),
    Fault("_coco", "and len(set(header)) == len(header)", ""),
    Fault("_coco", 'and set(header) <= {"Model", *COCO}', ""),
    Fault("_hosted_runs", 'conversion or "float32"', "conversion"),
    Fault("_hosted_runs", "100.0", "1.0"),
    Fault("_hosted_runs", "if not any(row[column] for column in _DELEGATES)", "if False"),
    Fault("_hosted_runs", "figures=(told, *shared)", "figures=(told,)"),
    Fault("_coco_runs", "conversion=conversion", "conversion=None"),
    Fault("_above_zero", "if value == 0", "if False"),
    Fault("_above_zero", "if row[column]", "if True"),
    Fault("_shares", "name in _BY_AREA and", ""),
    Fault("_shares", "if found[name] > 1", "if False"),
    Fault("_shares", "found[less] > found[more]", "found[less] >= found[more] + 1"),
    Fault("_is", "float(given) == value", "float(given) <= 0"),
    Fault("_is", "return False", "return True"),
)

SUITES = {
    "tflite/lines.py": (check_lines, LINES),
    "tflite/series.py": (check_series, SERIES),
    "tflite/delegates.py": (check_delegates, DELEGATES),
    "tflite/failures.py": (check_failures, FAILURES),
    "tflite/litert.py": (check_litert, LITERT),
    "tables.py": (check_tables, TABLES),
}


@pytest.mark.parametrize("file", SUITES)
def test_the_untouched_lines_pass(file, tmp_path):
    check, faults = SUITES[file]
    assert len(faults) >= 10
    check(load(HERE / file, tmp_path))


@pytest.mark.parametrize(
    ("file", "fault"), [(file, one) for file, (_, all_) in SUITES.items() for one in all_], ids=str
)
def test_every_fault_of_a_line_is_caught(file, fault, tmp_path):
    assert is_caught(HERE / file, fault, SUITES[file][0], tmp_path)
