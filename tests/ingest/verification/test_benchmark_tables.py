"""Published tables of models: every row with its figures, and of damaged ones the right rows or the line that is wrong."""

import csv
from collections.abc import Iterator
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.verification import Malformed, Run
from ingest.verification.tables import read, recognises

HOSTED = (
    "model,size_mb,top1_pct,top5_pct,cpu4_ms,gpu_ms,nnapi_ms\n"
    "Shelf_V1_1.0_224_quant,4.3,70.0,89.0,13,,6.0\n"
    "Shelf_V1_1.0_224,16.9,71.0,89.9,24.0,6.5,13.8\n"
    '"Shelf, mobile",21.4,73.9,91.5,56,,102\n'
    "Shelf_V2_float16,8.5,70.9,89.8,,5.25,\n"
)
COCO = (
    "Model,AP,AP50,AP75,APsmall,APmedium,APlarge,ARmax=1,ARmax=10,ARmax=100,ARsmall,ARmidium,ARlarge\n"
    "shelf-lite0_int8,0.2564636907,0.4188,0.2671,0.067,0.287,0.4329,0.225,0.3246,0.3332,0.0871,0.3759,0.5526\n"
    "shelf-lite0_fp32,0.2603079200,0.4216,0.2692,-1,0.290,0.4394,0.228,0.3292,0.3379,-1.0,0.3807,0.5577\n"
    "shelf-lite1,0.3016136559,0.4728,0.3154,,0.336,0.4773,0.254,0.3744,0.3838,0.1387,0.4289,0.5954\n"
)
PHONE = {"cpu4_ms": ("cpu", 4), "gpu_ms": ("gpu", None), "nnapi_ms": ("nnapi", None)}
MODELS = {"Shelf_V1_1.0_224_quant": ("Shelf_V1_1.0_224", "uint8"), "Shelf_V1_1.0_224": ("Shelf_V1_1.0_224", "float32"),
          "Shelf, mobile": ("Shelf, mobile", "float32"), "Shelf_V2_float16": ("Shelf_V2", "float16"),
          "shelf-lite0_int8": ("shelf-lite0", "int8"), "shelf-lite0_fp32": ("shelf-lite0", "float32"),
          "shelf-lite1": ("shelf-lite1", None)}  # fmt: skip
STATISTICS = {"AP": "map", "AP50": "map50", "AP75": "map75", "APsmall": "map_small", "APmedium": "map_medium",
              "APlarge": "map_large", "ARmax=1": "mar1", "ARmax=10": "mar10", "ARmax=100": "mar100", "ARsmall": "mar_small",
              "ARmidium": "mar_medium", "ARlarge": "mar_large"}  # fmt: skip

Told = tuple[object, ...]


def wanted(text: str) -> list[Told]:
    """The runs of a table, by the csv module and the rules of the page alone."""
    found: list[Told] = []
    for row in csv.DictReader(StringIO(text)):
        if "model" in row:
            shares = {("accuracy", name, float(row[f"{name}_pct"]) / 100) for name in ("top1", "top5")}
            for column, (delegate, threads) in PHONE.items():
                if row[column]:
                    times = {
                        ("latency_ms", "mean", float(row[column])),
                        ("size_mb", "value", float(row["size_mb"])),
                    }
                    lineage = (*MODELS[row["model"]], delegate, threads, "Pixel 3", "imagenet")
                    found.append((*lineage, frozenset(times | shares)))
        else:
            told = {("accuracy", STATISTICS[name], float(row[name])) for name in STATISTICS if row[name]}
            lineage = (*MODELS[row["Model"]], None, None, None, "coco")
            found.append((*lineage, frozenset(one for one in told if one[2] != -1)))
    return found


def told(runs: tuple[Run, ...]) -> list[Told]:
    return [
        (run.model, run.conversion, run.delegate, run.threads, run.device, run.dataset,
         frozenset((one.quantity, one.statistic, one.value) for one in run.figures))
        for run in runs
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "count"), [(HOSTED, 8), (COCO, 3)])
def test_every_row_is_a_run_and_every_cell_a_figure(text: str, count: int) -> None:
    assert recognises(text)
    assert told(read(text)) == wanted(text)
    assert len(read(text)) == count


def test_a_run_of_a_hosted_model_for_each_latency() -> None:
    quantised, _, *_ = read(HOSTED)
    assert (quantised.line, quantised.tool, quantised.runtime) == (2, "tensorflow_hosted_models", "tflite")
    assert quantised.figure("latency_ms", "mean") == 13.0
    assert quantised.figure("size_mb", "value") == 4.3
    assert quantised.figure("accuracy", "top1") == 0.7
    assert [(run.line, run.delegate) for run in read(HOSTED)] == [
        (2, "cpu"), (2, "nnapi"), (3, "cpu"), (3, "gpu"), (3, "nnapi"), (4, "cpu"), (4, "nnapi"), (5, "gpu"),
    ]  # fmt: skip


def test_a_model_without_a_latency_keeps_its_accuracies() -> None:
    (*_, last) = read(HOSTED + "Shelf_V4,170.7,80.1,95.1,,,\n")
    assert (last.model, last.delegate, last.figure("accuracy", "top5")) == ("Shelf_V4", None, 0.951)
    assert last.figure("latency_ms", "mean") is None


def test_sizes_of_which_there_is_no_object_are_left_out() -> None:
    without = read(COCO)[1]
    assert without.figure("accuracy", "map") == 0.26030792
    assert without.figure("accuracy", "map_small") is None
    assert without.figure("accuracy", "mar_small") is None
    with pytest.raises(Malformed, match="map50"):
        read(COCO.replace("0.4188", "-1"))


def test_columns_may_stand_in_any_order() -> None:
    for text in (HOSTED, COCO):
        rows = [list(reversed(row)) for row in csv.reader(StringIO(text))]
        out = StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        assert recognises(out.getvalue())
        assert told(read(out.getvalue())) == wanted(text)


@pytest.mark.parametrize("surround", ["crlf", "bom"])
def test_other_line_ends_and_a_mark_of_order(surround: str) -> None:
    for text in (HOSTED, COCO):
        other = text.replace("\n", "\r\n") if surround == "crlf" else "\ufeff" + text
        assert recognises(other)
        assert told(read(other)) == wanted(text)


@given(
    latency=st.floats(0.001, 1e6),
    shares=st.lists(st.floats(0, 100), min_size=2, max_size=2).map(sorted),
    column=st.sampled_from(sorted(PHONE)),
)
def test_a_figure_is_what_its_cell_says(latency: float, shares: list[float], column: str) -> None:
    cells = {
        "model": "m",
        "size_mb": "1.5",
        "top1_pct": repr(shares[0]),
        "top5_pct": repr(shares[1]),
        column: repr(latency),
    }
    header = HOSTED.split("\n")[0]
    (run,) = read(f"{header}\n{','.join(cells.get(name, '') for name in header.split(','))}\n")
    assert (run.delegate, run.figure("latency_ms", "mean")) == (PHONE[column][0], latency)
    assert [run.figure("accuracy", name) for name in ("top1", "top5")] == [share / 100 for share in shares]


def damaged(text: str) -> Iterator[str]:
    lines = text.split("\n")[:-1]
    for place, line in enumerate(lines):
        yield "\n".join(lines[:place] + lines[place + 1 :]) + "\n"
        yield "\n".join(lines[: place + 1] + lines[place:]) + "\n"
        yield "\n".join(lines[:place] + lines[place + 1 : place + 2] + [line] + lines[place + 2 :]) + "\n"
    for at in range(len(text)):
        yield text[:at]
    for place, line in enumerate(lines[1:], 1):
        cells = next(csv.reader([line]))
        for column in range(1, len(cells)):
            for value in ("nan", "inf", "-3", "fast", "1;2", "1e999", "0x1"):
                out = StringIO()
                csv.writer(out, lineterminator="").writerow([*cells[:column], value, *cells[column + 1 :]])
                yield "\n".join([*lines[:place], out.getvalue(), *lines[place + 1 :]]) + "\n"


@pytest.mark.parametrize("text", [HOSTED, COCO])
def test_a_damaged_table_tells_right_rows_or_the_line_that_is_wrong(text: str) -> None:
    right, refused, read_all = wanted(text), 0, 0
    for other in damaged(text):
        try:
            found = read(other)
        except Malformed as wrong:
            refused += wrong.line in range(1, other.count("\n") + 3)
            continue
        read_all += 1
        assert all(one in right for one in told(found)), other
        assert len(set(told(found))) == len(found), other
    assert read_all > 3
    assert refused > 20 * read_all


@pytest.mark.parametrize(
    ("old", "new", "line", "why"),
    [
        ("cpu4_ms", "cpu4_us", 1, "cpu4_us"), ("size_mb", "size_kb", 1, "size_kb"), ("top1_pct", "top1", 1, "top1"),
        ("gpu_ms", "cpu4_ms", 1, "cpu4_ms"), (",nnapi_ms", "", 1, "nnapi_ms"), ("13,,", "13,", 2, "cells"),
        ("70.0,89.0", "170.0,189.0", 2, "top1"), ("70.0,89.0", "89.0,70.0", 2, "top5"), (",13,", ",0,", 2, "cpu4_ms"),
        ("4.3,", "0,", 2, "size_mb"), (",13,", ",-13,", 2, "cpu4_ms"), (",6.5,", ",fast,", 3, "gpu_ms"),
        ("Shelf_V1_1.0_224,", "Shelf_V1_1.0_224_quant,", 3, "as in line 2"), ("Shelf_V1_1.0_224,", ",", 3, "empty"),
        ("16.9,71.0,89.9,24.0,6.5,13.8", ",,,,,", 3, "no figure"),
    ],
)  # fmt: skip
def test_a_wrong_cell_of_hosted_models_is_refused_in_its_line(
    old: str, new: str, line: int, why: str
) -> None:
    with pytest.raises(Malformed, match=why) as refused:
        read(HOSTED.replace(old, new, 1))
    assert refused.value.line == line
    assert refused.value.sentence.startswith("`")


@pytest.mark.parametrize(
    ("old", "new", "line", "why"),
    [
        ("AP75", "AP76", 1, "AP76"), ("AP50", "AP75", 1, "AP75"), (",AP,", ",", 1, "AP"), ("ARlarge", "ARmedium", 1, "ARmedium"),
        ("0.2564636907", "25.64", 2, "map"), ("0.2564636907", "0.5564", 2, "map50"), ("0.2671", "0.5671", 2, "map50"),
        ("0.225", "0.425", 2, "mar10"), ("0.3246", "0.4246", 2, "mar100"), ("0.067", "-0.067", 2, "map_small"),
        ("shelf-lite0_fp32", "shelf-lite0_int8", 3, "as in line 2"), ("0.2603079200", "-1", 3, "map"),
    ],
)  # fmt: skip
def test_a_wrong_cell_of_precisions_is_refused_in_its_line(old: str, new: str, line: int, why: str) -> None:
    with pytest.raises(Malformed, match=why) as refused:
        read(COCO.replace(old, new, 1))
    assert refused.value.line == line
    assert refused.value.sentence.startswith("`")


@pytest.mark.parametrize("text", ["", "\n", "a,b\n1,2\n", "Model\nx\n", "model,AP\nx,0.1\n", "not a table\n"])
def test_another_file_is_neither_recognised_nor_read(text: str) -> None:
    assert not recognises(text)
    with pytest.raises(Malformed) as refused:
        read(text)
    assert refused.value.line == 1


@pytest.mark.parametrize("text", [HOSTED, COCO])
def test_a_header_alone_is_no_table(text: str) -> None:
    with pytest.raises(Malformed, match="rows") as refused:
        read(text.split("\n", 1)[0] + "\n")
    assert refused.value.line == 2
