"""The readers of benchmark_model's console and of published tables, one fault at a time: known answers must notice each."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.verification import Malformed
from ingest.verification.tflite.blocks import blocks_of
from tests.faults.planting import Fault, is_caught, load
from tests.ingest.verification.tflite_texts import (
    DIED,
    OPTIONS,
    PROFILE,
    THREE,
    WHY,
    XNNPACK,
    all_same,
    console,
    litert,
    older,
    prompted,
)

HERE = Path(__file__).parents[2] / "ingest" / "verification"
ONE, SLOW = THREE[0], THREE[1]
OLD = replace(ONE, memory=None)
PERCENTILES = "count=50 first=70 curr=71 min=69 max=75 avg=70.5 std=1 p5=69 median=70 p95=74"


def refused(line, call):
    """Refused in this line (None: in any), with a sentence."""
    with pytest.raises(Malformed) as wrong:
        call()
    assert line in (None, wrong.value.line)
    return wrong.value.sentence


def without(text, part):
    assert part in text
    return "".join(line for line in text.splitlines(keepends=True) if part not in line)


def at(text, part):
    """The line in which it first stands."""
    return text[: text.index(part)].count("\n") + 1


def figures(found):
    return {(one.quantity, one.statistic): (one.value, one.n) for one in found}


def check_read(m):
    assert all_same(m.read(console(ONE) + console(SLOW)), (ONE, SLOW))
    for text in (
        console(ONE),
        older(OLD),
        litert(ONE),
        DIED,
        "STARTING!\n--graph=x\n",
        "Inference timings in us: Init",
    ):
        assert m.recognises(text)
    assert m.recognises("Log parameter values verbosely: [0]\nLoaded model x\n")
    assert m.recognises("Graph: [x]\nBenchmarking failed.\n")
    assert m.recognises("[x] Inference (avg):      0.46 ms (50 runs)\n")
    for text in (
        "",
        "STARTING!\n",
        "Loaded model x\n",
        "Benchmarking failed\n",
        "Inference (avg): 3\n",
        "Graph: [x]\n",
    ):
        assert not m.recognises(text)
    assert "no run" in refused(1, lambda: m.read("nothing\n"))
    three = console(ONE) + console(SLOW) + console(ONE)
    second = at(three[5:], "INFO: STARTING!")
    for part in ("input model file size", "Initialized session", XNNPACK, "Graph: [", "Loaded model"):
        head, tail = console(ONE), console(ONE)
        refused(
            second, lambda part=part, head=head, tail=tail: m.read(head + without(console(SLOW), part) + tail)
        )
    quiet = without(without(console(SLOW), "Note: as"), "Memory footprint")
    refused(second, lambda: m.read(console(ONE) + quiet))
    assert len(m.read(console(ONE) + older(OLD))) == 2  # another version, which has other lines
    silent = without(litert(SLOW), "Num threads")
    refused(at(litert(ONE) + "\x00", "\x00"), lambda: m.read(litert(ONE) + silent))
    mixed = m.read(console(ONE) + console(replace(ONE, threads=None)))
    assert [run.threads for run in mixed] == [4, None]
    early = without(console(replace(ONE, memory=None)), "verbosely")
    assert len(m.read(early + older(OLD))) == 2
    assert m.read(console(ONE, applied=("Explicitly applied GPU delegate, and",)))[0].delegate == "gpu"
    flags, ran = ("Use gpu: [1]",), ("Explicitly applied GPU delegate, and the model",)
    foreign = console(ONE, applied=(*ran, XNNPACK))
    refused(at(console(ONE, flags, ran) + "\x00", "\x00"), lambda: m.read(console(ONE, flags, ran) + foreign))
    assert [run.delegate for run in m.read(console(ONE, flags, ran) + console(ONE))] == ["gpu", "xnnpack"]
    assert [run.status for run in m.read(DIED + console(ONE) + DIED)] == ["failed", "ok", "failed"]
    early = DIED.split("ERROR: Node")[0]
    refused(None, lambda: m.read(early + "INFO: Initialized session in 3ms.\n"))
    assert [run.status for run in m.read(early + "INFO: goes on\n" + console(ONE))] == ["failed", "ok"]


READ = (
    Fault("", "[Ii]nference timings", "Average inference timings"),
    Fault("", "Inference \\(avg\\): .+ \\(\\d+ runs\\)", "Inference \\(avg\\): .+"),
    Fault("", "STARTING!|Log parameter", "STARTING!|LOG parameter"),
    Fault("", "|--graph=", "|--Graph="),
    Fault("recognises", 'and "Graph: [" in text', ""),
    Fault("recognises", "and _PARTS.search(text) is not None", ""),
    Fault("read", "if not blocks", "if False"),
    Fault("read", "last=block is blocks[-1]", "last=False"),
    Fault("read", "last=block is blocks[-1]", "last=True"),
    Fault("read", '"size", "session",', '"session",'),
    Fault("read", '"note", ', ""),
    Fault("read", 'if not any("cpu_threads" in block.once for block in alike)', "if True"),
    Fault("read", "_only_asked(whole)", "_only_asked([])"),
    Fault("read", "[block.delegates.default for block in alike]", "[True for block in alike]"),
    Fault("_only_asked", "if name in flags and", "if"),
    Fault("_wording", '"timings" in block.once, ', ""),
    Fault("_all_tell", "sum(tells) >= len(lacking)", "False"),
    Fault("_all_tell", "lacking[0].line", "blocks[0].line"),
)


def check_blocks(m):
    text = console(ONE) + "~ $ ls\n" + console(SLOW)
    first, second = m.blocks_of(text)
    assert (first.line, second.line, first.announced) == (1, at(text, "~ $ ls") + 1, True)
    assert [one.n for one in first.counts] == [3, 50]
    assert first.told("graph") == (4, (ONE.path,))
    assert (first.measured, first.given_up) == (at(text, "Inference timings"), None)
    assert len(m.blocks_of(prompted(ONE) + prompted(SLOW))) == 2
    (light,) = m.blocks_of(litert(ONE))
    assert light.measured == at(litert(ONE), "Model initialization")
    assert [
        len(one.counts) for one in m.blocks_of(console(ONE, after=PROFILE) + console(SLOW, after=OPTIONS))
    ] == [2, 2]
    bare = without(console(ONE), "STARTING!") + without(console(SLOW), "STARTING!")
    assert [one.announced for one in m.blocks_of(bare)] == [False, False]
    swapped = console(ONE) + console(SLOW).replace("STARTING!\nINFO: Log", "Log").replace(
        "[0]\n", "[0]\nINFO: STARTING!\n", 1
    )
    assert len(m.blocks_of(swapped)) == 2
    assert len(m.blocks_of("STARTING!\nSTARTING!\n")) == 2
    (died,) = m.blocks_of(DIED)
    assert next(why for _, why in died.failures) == WHY
    assert died.given_up == 10
    assert died.last == 6
    typed = "~ $ ./x --graph=/a/b_fp32.tflite\n"
    assert m.blocks_of(typed + "STARTING!\nERROR: no\n")[0].echo == "/a/b_fp32.tflite"
    assert m.blocks_of("STARTING!\n" + typed + "ERROR: no\n")[0].echo == "/a/b_fp32.tflite"
    assert [one.echo for one in m.blocks_of(typed + console(ONE) + console(ONE))] == [
        "/a/b_fp32.tflite",
        None,
    ]
    assert [one.echo for one in m.blocks_of("STARTING!\n" + typed + "ERROR: no\nSTARTING!\n")] == [
        "/a/b_fp32.tflite",
        None,
    ]
    image = "INFO: Loaded model ./other.tflite\nINFO: Applied GPU delegate.\n"
    assert [one.delegates.ran for one in m.blocks_of(console(ONE) + image)] == [[]]
    refused(2, lambda: m.blocks_of("\nINFO: count=3 curr=4\n"))
    end = console(ONE).count("\n") + 1
    refused(end, lambda: m.blocks_of(console(ONE) + image.split("\n")[1] + "\n"))
    refused(end, lambda: m.blocks_of(console(ONE) + "INFO: count=3 curr=4\n"))
    refused(end, lambda: m.blocks_of(console(ONE) + "INFO: Initialized session in 3ms.\n"))
    refused(end, lambda: m.blocks_of(console(ONE) + "INFO: Inference timings in us: 3\n"))
    refused(DIED.count("\n") + 1, lambda: m.blocks_of(DIED + "INFO: count=3 curr=4\n"))
    refused(DIED.count("\n") + 1, lambda: m.blocks_of(DIED + without(console(ONE), "STARTING!")))
    memory = console(ONE).splitlines()[-1]
    refused(2, lambda: m.blocks_of("STARTING!\n" + memory + "\n"))
    assert len(m.blocks_of(console(ONE) + "done")) == 1
    cut = console(OLD)
    refused(cut.count("\n") + 1, lambda: m.blocks_of(cut + "Note: as the bench"))
    assert len(m.blocks_of(cut + "pi@x:~ $ ")) == 1
    assert len(m.blocks_of(DIED + "done")) == 1
    assert m.blocks_of(console(ONE) + "ERROR: soft\n")[0].failures == []
    glued = older(OLD, "Inference").replace("Inference: 52100.4", "Inference: 52100.4Overall max = 1 MB")
    assert m.blocks_of(glued)[0].once["averages"][1][-1] == "52100.4"


BLOCKS = (
    Fault("Block.measured", "min(", "max("),
    Fault("Block.given_up", "if is_end(why)", ""),
    Fault("Block.empty", '- {"verbose"}', ""),
    Fault("blocks_of", "_whole_end(text, blocks[-1] if blocks else None)", "pass"),
    Fault("_blocks", "if TABLE.search(line):", "if False:"),
    Fault("_blocks", "block.echo = typed.group(1)", "pass"),
    Fault("_blocks", "echo = typed.group(1)\n        elif", "pass\n        elif"),
    Fault("_blocks", "Block(at, announced, echo), None", "Block(at, announced, echo), echo"),
    Fault("_blocks", "block.announced or not block.empty", "True"),
    Fault("_blocks", "block.announced or not block.empty", "not block.empty"),
    Fault("_blocks", "elif FIGURE.search(line)", "elif False"),
    Fault("_over", "block.measured is not None or", ""),
    Fault("_starts", "and (block is None or _over(block))", "and block is None"),
    Fault("_followed", "and not announced", "and False"),
    Fault("_followed", "and block.measured is None", ""),
    Fault("_is_of_another_tool", "_over(block) and", "False and"),
    Fault("_note", "block.given_up is not None and FIGURE", "False and FIGURE"),
    Fault("_note", "if block.measured is not None:", "if False:"),
    Fault("_note", "and block.measured is not None:", "and False:"),
    Fault("_note", "elif FIGURE.search(line):", "elif False:"),
    Fault("_note", "(block.measured is None or is_end(failure))", "True"),
    Fault("_note", "block.last = at", "block.last = 0"),
    Fault("_note_once", "if name in block.once:", "if False:"),
    Fault("_note_once", "and block.measured is None", "and False"),
    Fault("_note_once", 'GLUED.sub("", line)', "line"),
    Fault("_whole_end", "and not told", ""),
    Fault("_whole_end", "and block.given_up is None", ""),
    Fault("_whole_end", "and not _PROMPT.search(rest)", ""),
)


def check_figures(m):
    def found(text):
        (block,) = blocks_of(text)
        return figures(m.figures_of(block))

    for one in (ONE, SLOW, THREE[2]):
        assert found(console(one)) == one.figures()
    assert found(older(OLD)) == {key: one for key, one in OLD.figures().items() if key[0] != "size_mb"}
    small = replace(ONE, memory=(9.5, 40.25))
    assert found(litert(small)) == small.figures()
    refused(1, lambda: found(without(litert(ONE), "Initialized session")))
    refused(None, lambda: found(litert(ONE).replace("52.10 ms", "52.20 ms")))
    spread = found(console(ONE).replace(ONE.measured(), PERCENTILES).replace("(avg): 52100.4", "(avg): 70.5"))
    assert [spread["latency_ms", name][0] for name in ("p5", "p50", "p95", "max", "std")] == [
        0.069,
        0.07,
        0.074,
        0.075,
        0.001,
    ]
    alone = found(
        console(ONE).replace(ONE.measured(), "count=1 curr=70").replace("(avg): 52100.4", "(avg): 70")
    )
    assert ("latency_ms", "std") not in alone
    assert alone["latency_ms", "min"] == (0.07, 1)
    alike = found(
        console(ONE)
        .replace(ONE.measured(), "count=9 curr=70(all same)")
        .replace("(avg): 52100.4", "(avg): 70")
    )
    assert alike["latency_ms", "std"] == (0.0, 9)
    cold = console(ONE).replace(ONE.warmup(), "count=0").replace("inference: 81203", "inference: 0")
    assert ("first_latency_ms", "value") not in found(
        cold.replace(f"(avg): {ONE.warm_mean()}", "(avg): -nan")
    )
    refused(1, lambda: found(cold))
    refused(1, lambda: found(without(console(ONE), ONE.warmup())))
    refused(1, lambda: found(without(without(console(ONE), ONE.warmup()), ONE.measured())))
    third = console(ONE).replace(ONE.measured(), ONE.measured() + "\nINFO: " + ONE.measured())
    refused(1, lambda: found(third))
    refused(at(console(ONE), ONE.measured()), lambda: found(console(ONE).replace(ONE.measured(), "count=0")))
    line = at(console(ONE), "Inference timings")
    for old, new in (
        ("(avg): 52100.4", "(avg): 52100.5"),
        ("(avg): 64537", "(avg): 64538"),
        ("inference: 81203", "inference: 81204"),
    ):
        refused(line, lambda old=old, new=new: found(console(ONE).replace(old, new)))
    refused(at(console(ONE), "Initialized"), lambda: found(console(ONE).replace("12.48ms", "12.49ms")))
    refused(at(console(ONE), "Note: as"), lambda: found(without(console(ONE), "Memory footprint")))
    cut = replace(OLD, mean=52100.9, warm=(81203, 56218, 56191))
    text = older(cut).replace("no stats: 52100.9", "no stats: 52100")
    assert found(text)["latency_ms", "mean"] == (52.1009, 50)
    oldest = re.sub(r"Warmup: .*", "52100 , Warmup: 64537, ", text)
    assert found(oldest)["warmup_latency_ms", "mean"][0] == pytest.approx(64.5373, abs=5e-5)
    assert found(oldest)["init_ms", "value"] == (12.48, None)
    refused(None, lambda: found(console(ONE).replace("(avg): 52100.4", "(avg): 52100")))
    refused(None, lambda: found(text.replace("no stats: 52100", "no stats: 52101")))


FIGURES = (
    Fault("figures_of", "if init is None:\n            raise", "if False:\n            raise"),
    Fault("figures_of", "if session is not None and init is not None and", "if False and"),
    Fault("figures_of", "and warm is not None and warmup.n", "and False"),
    Fault("figures_of", 'Figure("warmup_latency_ms", "mean", warm, warmup.n)', 'Figure("warmup_latency_ms", "mean", warm)'),
    Fault("figures_of", "mean, measured.n)", "mean, 50)"),
    Fault("figures_of", "warmup.first / MS", "warmup.mean / MS"),
    Fault("figures_of", "litert.check(block, measured, warmup, init)", "pass"),
    Fault("figures_of", "if timings.init is not None else init", ""),
    Fault("figures_of", "size[1][1], size[1][0]", "size[1][0], size[1][1]"),
    Fault("_series", "1 <= len(block.counts) <= _MOST_SERIES", "1 <= len(block.counts)"),
    Fault("_series", "1 <= len(block.counts)", "0 <= len(block.counts)"),
    Fault("_series", "measured.n == 0", "False"),
    Fault("_series", "*before, measured", "measured, *before"),
    Fault("_spread", 'series.times.get("std", 0.0) / MS["us"]', 'series.times.get("std", 0.0)'),
    Fault("_spread", "not alike or series.n > 1", "True"),
    Fault("_spread", "not alike or series.n > 1", "not alike"),
    Fault("_spread", '"p50" if name == "median" else name', "name"),
    Fault("_spread", "_SHARE.fullmatch(name)", "False"),
    Fault("_timings", "(unit, warm, init, mean) = told", "(unit, init, warm, mean) = told"),
    Fault("_timings", "(unit, mean, warm) = block", "(unit, warm, mean) = block"),
    Fault("_of_warmup", "if warmed_up:", "if True:"),
    Fault("_of_warmup", '"0", "nan", "-nan"', '"0"'),
    Fault("_of_warmup", "if given not in", "if False and given not in"),
    Fault("_compared", "mean = exact if old and", "mean = exact if"),
    Fault("_compared", "mean = exact if old and _is_cut(timings.mean, exact) else", "mean ="),
    Fault("_compared", '_agree(timings.line, "Warmup (avg)", warm, exact, place)', "pass"),
    Fault("_compared", '_agree(timings.line, "Inference (avg)", mean, exact, place)', "pass"),
    Fault("_compared", "if timings.first is not None", "if False"),
    Fault("_compared", "mean=mean, warm=warm", "mean=mean"),
    Fault("_memory", "memory is None and note is not None", "False"),
    Fault("_memory", "yield from litert.memory(block)", "yield from ()"),
    Fault("_memory", '"init", began', '"init", overall'),
    Fault("_six", ":.6g", ":.4g"),
)  # fmt: skip


def check_runs(m):
    def run(text, *, last=False):
        return m.run_of(blocks_of(text)[0], last=last)

    assert all_same((run(console(ONE)), run(console(SLOW))), (ONE, SLOW))
    died = run(DIED)
    assert (died.status, died.failure, died.figures, died.model, died.conversion) == (
        "failed",
        WHY,
        (),
        "big",
        "w8a8",
    )
    assert died.details == {"graph": "/data/local/tmp/big_w8a8.tflite"}
    assert (
        run(without(console(ONE), "Graph: [")).model
        == run(without(console(ONE), "Loaded model")).model
        == "shelf_v3"
    )
    other = console(ONE).replace("Loaded model /data", "Loaded model /other")
    refused(at(other, "Loaded model"), lambda: run(other))
    bare = without(console(ONE), "shelf_v3")
    refused(1, lambda: run(bare))
    assert run("$ x --graph=/a/b_int8.tflite\n" + bare).details["graph"] == "/a/b_int8.tflite"
    node = console(ONE).replace("INFO: count=50", "ERROR: Node failed to invoke.\nINFO: count=50")
    assert run(node + "ERROR: Benchmarking failed.\n").failure == "ERROR: Node failed to invoke."
    assert run(node).status == "ok"
    refused(console(ONE).count("\n") + 1, lambda: run(console(ONE) + "ERROR: Benchmarking failed.\n"))
    head = console(ONE).split("INFO: The input")[0]
    refused(1, lambda: run(head))
    assert run(head + "ERROR: one\nERROR: two\n", last=True).failure == "ERROR: one"
    refused(1, lambda: run(head + "ERROR: one\nINFO: count=3 curr=4\n"))
    assert run(head + "INFO: count=3 curr=4\nERROR: one\nBenchmarking failed.\n").status == "failed"
    later = head + "ERROR: one\nINFO: Initialized session in 3ms.\n"
    refused(later.count("\n"), lambda: run(later, last=True))
    assert run(later).status == "failed"
    assert run(head + "ERROR: one\nBenchmarking failed.\nINFO: bye\n", last=True).status == "failed"
    assert run(console(ONE, applied=())).delegate == "cpu"
    assert run(litert(ONE, "nothing")).delegate is None
    refused(at(console(ONE, ("Use gpu: [1]",)), "Use gpu"), lambda: run(console(ONE, ("Use gpu: [1]",))))
    assert run(older(OLD, use="Use nnapi : [1]\n")).delegate == "nnapi"
    assert (
        run(head.replace("INFO: Loaded", "INFO: Use gpu: [1]\nINFO: Loaded") + "ERROR: one\n").delegate
        == "gpu"
    )
    for given in ("two", "0", "٣", "-2"):
        text = console(ONE).replace("[4]", f"[{given}]")
        refused(at(text, "Num threads"), lambda text=text: run(text))
    assert run(console(ONE).replace("[4]", "[-1]")).threads is None
    refused(
        at(console(ONE), "#threads"), lambda: run(console(ONE).replace("inference: [4]", "inference: [2]"))
    )
    assert run(console(replace(ONE, threads=None))).threads is None
    refused(1, lambda: run(without(console(replace(ONE, threads=None)), "verbosely")))
    refused(1, lambda: run(console(replace(ONE, threads=None)).replace("verbosely: [0]", "verbosely: [1]")))
    assert run(without(DIED, "verbosely")).threads is None
    peak = "INFO: Overall peak memory footprint (MB) via periodic monitoring: 93.5\n"
    assert run(console(ONE) + peak).details["peak_memory_mb"] == 93.5
    assert (
        run(litert(ONE).replace("Peak memory usage not available.", "Peak memory:   12.50 MB")).details[
            "peak_memory_mb"
        ]
        == 12.5
    )
    lib = ("External delegate path: [/l.so]",), ("Explicitly applied EXTERNAL delegate",)
    assert run(console(ONE, *lib)).details["external_delegate"] == "/l.so"


RUNS = (
    Fault("run_of", 'status="ok" if failure is None else "failed"', 'status="ok"'),
    Fault("run_of", "if failure is None else ()", ""),
    Fault("_path", "if graph and loaded and", "if False and"),
    Fault("_path", "told = graph or loaded", "told = graph"),
    Fault("_path", "told = graph or loaded", "told = loaded"),
    Fault("_path", "block.echo if told is None", "None if told is None"),
    Fault("_failure", "if given_up is not None and not before", "if False"),
    Fault("_failure", "before[0] if given_up is not None else None", "before[0] if before else None"),
    Fault("_failure", "if at < series", ""),
    Fault("_failure", "(block.counts and given_up is None)", "False"),
    Fault("_failure", "(block.counts and given_up is None)", "block.counts"),
    Fault("_failure", "if last and", "if"),
    Fault("_failure", "given_up is None and block.failures[-1]", "block.failures[-1]"),
    Fault("_failure", "block.failures[-1][0] < block.last", "False"),
    Fault("_failure", "return block.failures[0][1]", "return block.failures[-1][1]"),
    Fault("_delegate", 'must_say=ok and "timings" in block.once', "must_say=False"),
    Fault("_delegate", 'must_say=ok and "timings" in block.once', "must_say=ok"),
    Fault("_delegate", 'must_say=ok and "timings" in block.once', "must_say=True"),
    Fault("_delegate", "or litert.is_litert(block)", ""),
    Fault("_threads", "> 1", "> 2"),
    Fault("_threads", 'if ok and (verbose is None or verbose[1][0] != "0")', 'if ok and verbose is None'),
    Fault("_threads", "(verbose is None or", "(verbose is not None and"),
    Fault("_threads", "if ok and (", "if ("),
    Fault("_threads", 'given == "-1"', "False"),
    Fault("_threads", "or int(given) == 0", ""),
    Fault("_threads", "given.isascii() and", ""),
    Fault("_details", "peak[1][1], peak[1][0]", "peak[1][0], peak[1][1]"),
    Fault("_details", "if block.delegates.library is not None", "if False"),
)  # fmt: skip


SUITES = {
    "tflite/__init__.py": (check_read, READ),
    "tflite/blocks.py": (check_blocks, BLOCKS),
    "tflite/figures.py": (check_figures, FIGURES),
    "tflite/runs.py": (check_runs, RUNS),
}


@pytest.mark.parametrize("file", SUITES)
def test_the_untouched_readers_pass(file, tmp_path):
    check, faults = SUITES[file]
    assert len(faults) >= 10
    check(load(HERE / file, tmp_path))


@pytest.mark.parametrize(
    ("file", "fault"), [(file, one) for file, (_, all_) in SUITES.items() for one in all_], ids=str
)
def test_every_planted_fault_is_caught(file, fault, tmp_path):
    assert is_caught(HERE / file, fault, SUITES[file][0], tmp_path)
