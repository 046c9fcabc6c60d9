"""Damaged consoles of benchmark_model: the runs that are right, or the line that is wrong; never another run, never a crash."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.verification import Malformed, Run
from ingest.verification.tflite import read
from tests.ingest.verification.tflite_texts import (
    DIED,
    PROFILE,
    THREE,
    XNNPACK,
    Told,
    console,
    figures_of,
    litert,
    older,
    prompted,
    same,
)

GPU = replace(THREE[0], delegate="gpu", threads=2)
APPLIED = (
    "GPU delegate created.",
    "Explicitly applied GPU delegate, and the model graph will be completely executed by the delegate.",
)
SLOW, FAST = THREE[1], replace(THREE[2], threads=1, memory=(2.5, 3.75))
OLD = tuple(replace(one, memory=None, delegate="cpu") for one in (THREE[0], SLOW, replace(FAST, memory=None)))
LITE = (THREE[0], replace(SLOW, init=5664360, warm=(1158890,), memory=(0, 15.34)), FAST)

TEXTS: dict[str, tuple[str, tuple[Told | None, ...]]] = {
    "runs": ("".join(map(console, (THREE[0], SLOW, FAST))), (THREE[0], SLOW, FAST)),
    "prompts": ("".join(map(prompted, (THREE[0], SLOW, FAST))), (THREE[0], SLOW, FAST)),
    "gpu": (console(GPU, ("Use gpu: [1]",), APPLIED) + console(SLOW) + console(FAST), (GPU, SLOW, FAST)),
    "failed": (console(THREE[0]) + DIED + console(FAST), (THREE[0], None, FAST)),
    "failed last": (console(THREE[0]) + console(SLOW) + DIED, (THREE[0], SLOW, None)),
    "profile": (console(THREE[0], after=PROFILE) + console(SLOW, after=PROFILE), (THREE[0], SLOW)),
    "app": ("".join(map(console, (THREE[0], SLOW))).replace("INFO: STARTING!\n", ""), (THREE[0], SLOW)),
    "bare": ("".join(map(console, (THREE[0], SLOW))).replace("INFO: ", ""), (THREE[0], SLOW)),
    "older": ("".join(map(older, OLD)), OLD),
    "litert": ("".join(map(litert, LITE)), LITE),
}  # fmt: skip
"""Text -> the runs that are right, None for the one that died."""


MEMORY = ("init_memory_mb", "memory_mb")


def died(run: Run) -> bool:
    """Is it the run that died, with one of its reasons?"""
    told = (run.model, run.conversion, run.status, run.figures) == ("big", "w8a8", "failed", ())
    return told and run.failure in DIED.split("\n")


def right(
    found: tuple[Run, ...], made: tuple[Told | None, ...], without: tuple[str, ...], *, part: bool
) -> bool:
    """Are the runs found some of those made, in their order, each whole? All of them, unless the text is only a part.

    Of a part the last run may lack its memory: where the file ends before it, nothing says that it would have come.
    """
    left = iter(made)
    for place, run in enumerate(found):
        tails = [without, (*without, *MEMORY)] if part and place == len(found) - 1 else [without]
        if not any(died(run) if one is None else any(same(run, one, tail) for tail in tails) for one in left):
            return False
    return part or len(found) == len(made)


def refused(text: str) -> Malformed | None:
    try:
        read(text)
    except Malformed as wrong:
        return wrong
    return None


def judged(name: str, text: str, how: str, *, part: bool = False) -> bool:
    """Whether a damaged text is refused; it must be, with a line of it and a reason, unless the runs are right."""
    wrong = refused(text)
    if wrong is not None:
        assert wrong.line in range(1, text.count("\n") + 2), (how, wrong)
        assert re.match("`|the last line", wrong.sentence), (how, wrong)
        assert wrong.sentence.count(";") >= 2, (how, wrong)
        return True
    found = read(text)
    without = ("size_mb",) if name == "older" else ()
    assert right(found, TEXTS[name][1], without, part=part), (
        how,
        [(run.line, run.model, figures_of(run)) for run in found],
    )
    return False


@pytest.mark.parametrize("name", TEXTS)
def test_the_whole_text_is_right(name: str) -> None:
    assert not judged(name, TEXTS[name][0], "whole")


def by_line(text: str) -> Iterator[tuple[str, str]]:
    lines = text.split("\n")[:-1]
    for place, line in enumerate(lines):
        for how, rest in (
            ("dropped", lines[:place] + lines[place + 1 :]),
            ("doubled", lines[: place + 1] + lines[place:]),
            ("swapped", lines[:place] + lines[place + 1 : place + 2] + [line] + lines[place + 2 :]),
        ):
            yield f"{how} {place + 1}: {line}", "\n".join(rest) + "\n"


@pytest.mark.parametrize("name", TEXTS)
def test_lines_dropped_doubled_and_swapped(name: str) -> None:
    text, _ = TEXTS[name]
    noticed = [judged(name, damaged, how) for how, damaged in by_line(text)]
    assert sum(noticed) > len(noticed) / 8


ONCE = re.compile(r"(?:init|overall)=[\d.]+$|ERROR: .+$")
"""What is told once, so that less of it is as good if somebody ends its line."""


@pytest.mark.parametrize("name", TEXTS)
def test_cut_anywhere(name: str) -> None:
    text, _ = TEXTS[name]
    step = max(1, len(text) // 250)
    for at in sorted({*range(0, len(text), step), *(found.end() for found in re.finditer("\n", text))}):
        how = f"cut at {at}: {text[max(0, at - 30) : at]!r}"
        judged(name, text[:at], how, part=True)
        if not ONCE.search(text[:at]):
            judged(name, text[:at] + "\n", f"ended too: {how}", part=True)


@given(data=st.data())
def test_a_line_moved_anywhere(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(TEXTS)))
    lines = TEXTS[name][0].split("\n")[:-1]
    place = data.draw(st.integers(0, len(lines) - 1))
    rest = lines[:place] + lines[place + 1 :]
    there = data.draw(st.integers(0, len(rest)))
    moved = [*rest[:there], lines[place], *rest[there:]]
    judged(name, "\n".join(moved) + "\n", f"{place + 1} to {there + 1}: {lines[place]}")


FIGURES = re.compile(
    r"count=\d+|(?:first|curr|min|max|avg|std|init|overall)=[\d.e+]+|(?:Init|inference|\(avg\)|Warmup|stats): [\d.e+]+"
    r"|\(MB\): [\d.]+|session in [\d.]+|[\d.]+ ms|[\d.]+ MB\n"
)


@pytest.mark.parametrize("name", ["runs", "older", "litert"])
@pytest.mark.parametrize("value", ["nan", "-1", "fast", "", "inf", "--5", "1,5"])
def test_what_is_no_number_is_refused_in_its_line(name: str, value: str) -> None:
    text, _ = TEXTS[name]
    first = text[: text.index("STARTING", text.index("STARTING") + 1)]
    compared = ("Inference (std)", "Throughput")  # told, but neither needed nor compared
    for found in FIGURES.finditer(first):
        at = text[: found.start()].count("\n") + 1
        if not any(word in text.split("\n")[at - 1] for word in compared):
            damaged = (
                text[: found.start()]
                + re.sub(r"[\d.][\d.e+]*", value, found.group(), count=1)
                + text[found.end() :]
            )
            assert judged(name, damaged, f"{found.group()} -> {value}"), (found.group(), value)


@pytest.mark.parametrize("name", ["runs", "older"])
def test_another_digit_is_noticed_where_it_is_told_twice(name: str) -> None:
    text, _ = TEXTS[name]
    first = text[: text.index("STARTING", 30)]
    twice = re.compile(
        r"(?:avg=|Init: |session in |\(avg\): |Warmup: |stats: |first inference: )([\d.]+)", re.IGNORECASE
    )
    for found in twice.finditer(first):
        for other in (f"1{found.group(1)}", found.group(1)[1:], found.group(1).replace(".", "")):
            if float(other) != float(found.group(1)):
                damaged = text[: found.start(1)] + other + text[found.end(1) :]
                assert judged(name, damaged, f"{found.group()} -> {other}")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("timings in us", "timings in ms"), ("timings in us", "timings in ns"), ("timings in us", "timings in s"),
        ("timings in us", "timings in parsecs"), ("timings in us", "timings in "), ("12.48ms", "12.48us"),
        ("12.48ms", "12.48s"), ("12.48ms", "12.48"), ("(MB): init", "(furlongs): init"), ("(MB): 21", "(mb): 21"),
        ("(MB): 21", ": 21"),
    ],
)  # fmt: skip
def test_another_unit_is_refused_where_it_stands(old: str, new: str) -> None:
    text, _ = TEXTS["runs"]
    assert judged("runs", text.replace(old, new, 1), f"{old} -> {new}")


def test_a_unit_with_its_number_is_converted() -> None:
    text = console(THREE[0]).replace("Initialized session in 12.48ms", "Initialized session in 12480us")
    text = text.replace("size (MB): 21.125", "size (KB): 21125")
    text = text.replace(THREE[0].summary(), "Inference timings in ms: Init: 12.48, First inference: 81.203, Warmup (avg): "
                        "64.537, Inference (avg): 52.1004")  # fmt: skip
    assert same(read(text)[0], THREE[0])


def test_two_runs_are_never_one() -> None:
    """All that parts two runs is gone: the second is refused, not added to the first."""
    for named in ("INFO: STARTING!", "INFO: Log param", "INFO: Num threads", "INFO: Graph"):
        assert named in console(SLOW)
    head = re.compile(r"(?:INFO: (?:STARTING|Log param|Num threads|Graph|Signature|#threads|Loaded).*\n)+")
    with pytest.raises(Malformed) as second:
        read(console(THREE[0]) + head.sub("", console(SLOW)))
    assert second.value.line > console(THREE[0]).count("\n")
    assert XNNPACK in console(SLOW)
