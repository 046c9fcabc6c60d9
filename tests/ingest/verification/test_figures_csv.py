"""A table of figures: what people write by hand, what goes out and comes back, and what is refused with its line."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.verification import Figure, Malformed, Run
from ingest.verification.figures_csv import read, recognises, write
from ingest.verification.run import QUANTITIES

HAND = (
    "model,conversion,device,delegate,quantity,statistic,value,n\n"
    "mobilenet_v2,float32,Pixel 3,cpu,latency_ms,mean,30.5,50\n"
    "mobilenet_v2,float32,Pixel 3,cpu,size_mb,,14,\n"
    "mobilenet_v2,uint8,Pixel 3,cpu,latency_ms,p90,12,50\n"
)


def test_a_table_written_by_hand_is_one_run_a_lineage():
    floats, whole = read(HAND)
    assert recognises(HAND)
    assert (floats.model, floats.conversion, floats.line, floats.tool) == (
        "mobilenet_v2",
        "float32",
        2,
        "csv",
    )
    assert floats.figures == (Figure("latency_ms", "mean", 30.5, 50), Figure("size_mb", "value", 14.0))
    assert whole.figure("latency_ms", "p90") == 12
    assert whole.figure("size_mb", "value") is None


names = st.text(string.ascii_letters + " ,\"'é本\n", min_size=1, max_size=8).map(str.strip).filter(bool)
maybe = st.none() | names
figures = st.lists(
    st.builds(
        Figure,
        st.sampled_from(sorted(QUANTITIES - {"accuracy"})),
        names,
        st.floats(0, 1e12, allow_subnormal=False),
        st.none() | st.integers(1, 10**9),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda one: (one.quantity, one.statistic),
)
runs = st.builds(
    Run,
    line=st.integers(1, 10**6),
    tool=names,
    model=names,
    conversion=maybe,
    device=maybe,
    threads=st.none() | st.integers(1, 64),
    failure=maybe,
    figures=figures.map(tuple),
    details=st.dictionaries(names, st.none() | st.booleans() | names | st.floats(-1e6, 1e6), max_size=3),
    source=maybe,
    digest=maybe,
)


@given(st.lists(runs, max_size=5))
def test_what_goes_out_comes_back(written):
    named = [(f"r{place}", run) for place, run in enumerate(written)]
    text = write(named)
    assert list(read(text)) == written


def test_a_failed_run_goes_out_and_comes_back_without_figures():
    failed = Run(line=7, tool="ai_hub", model="m", status="failed", failure="out of memory")
    assert read(write([("x", failed)])) == (failed,)


FAULTS = [
    (HAND.replace("30.5", "fast"), 2, "`value` is 'fast'"),
    (HAND.replace("30.5", "nan"), 2, "`value` is 'nan'"),
    (HAND.replace("30.5", "-1"), 2, "at least 0"),
    (HAND.replace("latency_ms,p90", "latency_us,p90"), 4, "`quantity` is 'latency_us'"),
    (HAND.replace("size_mb,,14", "latency_ms,mean,14"), 3, "twice in one run"),
    (HAND.replace("12,50", "12,0"), 4, "`n` is '0'"),
    (HAND.replace("12,50", "12,many"), 4, "`n` is 'many'"),
    (HAND.replace("12,50\n", "12\n"), 4, "7 cells"),
    (HAND.replace("12,50\n", "12,5"), 4, "has no end"),
    (HAND.replace("quantity", "what", 1), 1, "`what` is no column"),
    (HAND.replace("device", "model", 1), 1, "`model` stands twice"),
    (HAND.replace("mobilenet_v2,uint8", ",uint8"), 4, "`model` is empty"),
    (HAND.replace("Pixel 3,cpu,latency_ms,p90", '"Pixel 3,cpu,latency_ms,p90'), 4, "no CSV"),
    (HAND + "mobilenet_v2,uint8,Pixel 3,cpu,accuracy,top1,71.8,\n", 5, "a share from 0 to 1"),
]


@pytest.mark.parametrize(("text", "line", "said"), FAULTS)
def test_a_faulty_table_is_refused_with_its_line(text, line, said):
    with pytest.raises(Malformed, match=f"line {line}: ") as refused:
        read(text)
    assert said in refused.value.sentence


def test_rows_of_one_run_tell_one_lineage():
    text = "run,model,device,quantity,value\na,m,Pixel,latency_ms,3\na,m,iPhone,size_mb,4\n"
    with pytest.raises(Malformed, match="line 3: `device` is 'iPhone'"):
        read(text)


@pytest.mark.parametrize("place", range(len(HAND)))
def test_a_table_that_is_cut_is_refused_or_tells_what_is_whole(place):
    whole = {(run.conversion, one) for run in read(HAND) for one in run.figures}
    try:
        found = read(HAND[:place])
    except Malformed:
        return
    assert {(run.conversion, one) for run in found for one in run.figures} <= whole
    assert HAND[:place].endswith("\n")
