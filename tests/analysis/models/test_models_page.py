"""The page of the models in states that the sample does not have, and its pictures."""

import pytest
from streamlit.testing.v1 import AppTest

from analysis import words
from analysis.models import ModelsQuery, answer
from analysis.models.chart import latency_chart, precision_chart
from analysis.models.rows import latency_table, plain_rows, precision_table
from ingest import close_current
from tests.analysis.suggestions import event, landed, much_later


@pytest.fixture
def at_home(tmp_path, monkeypatch):
    """Land stories in the store that the page opens."""

    def land(*stories):
        landed(tmp_path, *stories).close()
        monkeypatch.setenv("KAZASU_HOME", str(tmp_path / "home"))

    yield land
    close_current()


def read(lang="en", **question):
    """What a reader of the page sees."""

    def show():
        from analysis.models.page import render

        render()

    tab = AppTest.from_function(show, default_timeout=60)
    for key, value in {"lang": lang, **question}.items():
        tab.query_params[key] = value
    tab.run()
    assert not tab.exception, tab.exception[0].message
    kinds = (tab.header, tab.subheader, tab.markdown, tab.info, tab.warning, tab.metric)
    return "\n".join(f"{getattr(one, 'label', '')} {one.value}" for kind in kinds for one in kind).replace(
        "\\", ""
    )


def ran(key, *, truth=None, shown=True, **facts):
    lines = [event("inference_completed", "ann", 0, inference_id=key, label="book", **facts)]
    if shown:
        lines.append(event("suggestion_shown", "ann", 0, impression_id=f"i{key}", inference_id=key))
    if truth is not None:
        lines.append(event("label_confirmed", "ann", 1, inference_id=key, true_label=truth))
    return lines


@pytest.mark.parametrize("lang", words.LANGS)
def test_without_confirmations_precision_is_said_to_be_unknown(at_home, lang):
    at_home(ran("a", latency_ms=20.0, cold=False), ran("b", latency_ms=60.0, cold=False), much_later())
    said = read(lang)
    assert words.t("reason.nothing_verified", lang, unverified=2) in said
    assert words.t("models.temperature.warm", lang) in said


def test_a_benchmark_log_without_suggestions_is_read_among_all_predictions(at_home):
    at_home(*(ran(f"r{n}", truth="book", shown=False) for n in range(4)), much_later())
    assert "100.0% of the confirmed predictions are right" in read(among="all")
    assert words.t("models.finding.no_latency", "en") in read(among="all")
    assert words.t("reason.no_answers", "en") in read()


def test_filters_that_leave_nothing_say_so_kindly(at_home):
    at_home(ran("a", delegate="cpu", conversion="f"), ran("b", delegate="gpu", conversion="q"), much_later())
    assert words.t("models.empty", "en") in read(delegate="cpu", conversion="q")


def test_latencies_without_a_temperature_are_shown_as_not_logged(at_home):
    at_home(*(ran(f"r{n}", latency_ms=10.0 + n) for n in range(20)), much_later())
    assert "Latency (not logged): median 20 ms" in read()


@pytest.mark.parametrize("lang", words.LANGS)
def test_pictures_and_tables_hold_what_the_answer_holds(tmp_path, lang):
    store = landed(
        tmp_path, *(ran(f"a{n}", truth="book", model_version="1", latency_ms=20.0 + n, cold=n % 2 == 0) for n in range(30)),
        *(ran(f"b{n}", model_version="2", latency_ms=50.0, cold=False) for n in range(3)), much_later(),
    )  # fmt: skip
    found = answer(store, ModelsQuery(by=("model_version",)))
    (checked,) = [
        rows for rows in precision_chart(found, lang).to_dict()["datasets"].values() if "low" in rows[0]
    ]
    assert [(row["group"], row["value"]) for row in checked] == [("1", 1.0)]
    points = max(latency_chart(found, "warm", lang).to_dict()["datasets"].values(), key=len)
    assert [(row["group"], row["quantile"]) for row in points] == [
        (g, q) for g in "12" for q in ("p50", "p90", "p99")
    ]
    assert len(precision_table(found, lang)) == 2
    assert len(latency_table(found, lang)) == len(found.latency) == 3
    plain = plain_rows(found)
    assert list(plain["measure"]) == ["precision"] * 2 + ["latency"] * 3
    assert plain["within_50_ms"].dropna().tolist() == [1.0, 1.0, 1.0]
