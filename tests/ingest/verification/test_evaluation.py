"""An evaluation item by item: its accuracies, its items, and what is refused with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.verification import Figure, Malformed
from ingest.verification.evaluation import Item, read, recognises

TWO = (
    "model,conversion,dataset,item,label,true_label,score\n"
    "v3,float32,shelf,a.jpg,book,book,0.9\n"
    "v3,float32,shelf,b.jpg,book,other,0.6\n"
    "v3,uint8,shelf,a.jpg,other,book,\n"
    "v3,uint8,shelf,b.jpg,other,other,0.7\n"
)


def test_each_model_and_conversion_is_a_run_with_its_share_of_right_answers():
    found = read(TWO)
    assert recognises(TWO)
    assert [(run.conversion, run.dataset, run.line) for run in found.runs] == [
        ("float32", "shelf", 2),
        ("uint8", "shelf", 4),
    ]
    assert [run.figures for run in found.runs] == [(Figure("accuracy", "top1", 0.5, 2),)] * 2
    assert found.items[2] == Item(1, "a.jpg", "other", "book", None)


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 30), st.sampled_from("xyz")),
        min_size=1,
        unique_by=lambda one: one[:2],
    )
)
def test_accuracy_is_the_count_of_a_plain_loop(rows):
    truth = {item: "xyz"[item % 3] for _, item, _ in rows}
    text = "model,item,label,true_label\n" + "".join(
        f"{model},{item},{label},{truth[item]}\n" for model, item, label in rows
    )
    found = read(text)
    for run in found.runs:
        own = [label == truth[item] for model, item, label in rows if model == run.model]
        assert run.figures == (Figure("accuracy", "top1", sum(own) / len(own), len(own)),)
    assert len(found.items) == len(rows)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (TWO.replace("0.7", "70"), 5, "from 0 to 1"),
        (TWO.replace("0.7", "sure"), 5, "from 0 to 1"),
        (TWO.replace("b.jpg,other,other", "a.jpg,other,book"), 5, "twice for one model"),
        (TWO.replace("b.jpg,other,other", "b.jpg,other,book"), 5, "must be 'other', as before"),
        (TWO.replace("a.jpg,other,book", "a.jpg,,book"), 4, "`label` is empty"),
        (TWO.replace("true_label", "truth"), 1, "`truth` is no column"),
        (TWO[:-1], 5, "has no end"),
        (TWO.split("\n", 1)[0] + "\n", 2, "`rows` is 0"),
    ],
)
def test_a_faulty_evaluation_is_refused_with_its_line(text, line, said):
    with pytest.raises(Malformed, match=f"line {line}: ") as refused:
        read(text)
    assert said in refused.value.sentence
