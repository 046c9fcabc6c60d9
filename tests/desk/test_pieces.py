"""The pieces of every page on their own: language, question in the address, guards, footer."""

import pandas as pd
import pytest
from pydantic import BaseModel, ConfigDict
from streamlit.testing.v1 import AppTest

from analysis import words
from analysis.page import link_text, plain


def drawn(script, *, address: dict[str, object] | None = None, **kwargs: object) -> AppTest:
    tab = AppTest.from_function(script, kwargs=kwargs, default_timeout=60)
    for key, value in (address or {}).items():
        tab.query_params[key] = value
    tab.run()
    assert not tab.exception
    return tab


def greeting():
    import streamlit as st

    from analysis import page

    page.switch_language()
    st.text(page.t("nav.look"))


@pytest.mark.parametrize(
    ("address", "said"),
    [({}, "見る"), ({"lang": "en"}, "Explore"), ({"lang": "ja"}, "見る"), ({"lang": "xx"}, "見る")],
)
def test_the_address_chooses_the_language_and_an_unknown_one_is_japanese(address, said):
    assert drawn(greeting, address=address).text[0].value == said


def test_the_browsers_language_greets_a_reader_who_has_not_chosen():
    tab = AppTest.from_function(greeting)
    tab.context = {"locale": "en-GB"}
    assert tab.run().text[0].value == "Explore"


def test_switching_writes_the_language_into_the_address_and_keeps_it_on_the_next_page():
    tab = drawn(greeting)
    tab.segmented_control[0].set_value("en").run()
    assert tab.query_params["lang"] == "en"
    assert tab.text[0].value == "Explore"
    del tab.query_params["lang"]  # what the menu does on a page change
    tab.run()
    assert tab.text[0].value == "Explore"
    assert tab.query_params["lang"] == "en"


def asking():
    import streamlit as st

    from analysis import page

    names = {"old": "古い端末", "new": "新しい端末"}.get
    device = page.choice("device", "端末", [page.ALL, "old", "new"], show=names)
    steps = page.choices("step", "手順", ["shown", "tapped", "listed"], default=["shown"])
    length = page.amount("seconds", "秒", 1.0, 10.0, default=4.0, step=0.5)
    st.text(f"{device} {','.join(steps)} {length:g}")


def test_the_usual_question_leaves_the_address_clean():
    tab = drawn(asking)
    assert tab.text[0].value == "all shown 4"
    assert dict(tab.query_params) == {}


def test_a_link_sets_every_filter_by_its_untranslated_value():
    tab = drawn(asking, address={"device": "old", "step": ["listed", "tapped"], "seconds": "8"})
    assert tab.text[0].value == "old tapped,listed 8"
    assert tab.selectbox[0].value == "old"
    assert not tab.warning


def test_a_changed_filter_is_in_the_address_and_the_usual_one_leaves_it():
    tab = drawn(asking)
    tab.selectbox[0].set_value("new").run()
    tab.multiselect[0].set_value(["shown", "listed"]).run()
    tab.slider[0].set_value(8.0).run()
    assert tab.text[0].value == "new shown,listed 8"
    assert tab.query_params["device"] == "new"
    assert tab.query_params["step"] == ["shown", "listed"]
    assert tab.query_params["seconds"] == "8.0"
    tab.selectbox[0].set_value("all").run()
    assert "device" not in tab.query_params


def test_the_address_wins_over_the_widget_when_the_reader_goes_back():
    tab = drawn(asking)
    tab.selectbox[0].set_value("new").run()
    tab.query_params["device"] = "old"
    tab.run()
    assert tab.text[0].value == "old shown 4"
    assert tab.selectbox[0].value == "old"


@pytest.mark.parametrize(
    "address", [{"device": "<script>"}, {"step": ["nowhere"]}, {"seconds": "soon"}, {"seconds": "nan"}]
)
def test_a_link_that_asks_nonsense_says_so_and_shows_the_usual_view(address):
    tab = drawn(asking, address=address)
    assert tab.text[0].value == "all shown 4"
    assert len(tab.warning) == 1


def test_a_number_beyond_the_scale_is_brought_to_its_end():
    assert drawn(asking, address={"seconds": "1e9"}).text[0].value == "all shown 10"


class Whole(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str = "表示"
    within: int = 3


def whole_question():
    import streamlit as st

    from analysis import page
    from tests.desk.test_pieces import Whole

    found = page.linked(Whole)
    st.text(found.model_dump_json() if found else "none")


def test_a_whole_question_travels_in_one_word_of_the_address():
    asked = Whole(name="売れるかチェック", within=30)
    tab = drawn(whole_question, address={"q": link_text(asked)})
    assert Whole.model_validate_json(tab.text[0].value) == asked


@pytest.mark.parametrize("q", ["%%%", "bm90IGpzb24", link_text(Whole()) + "A", "eyJ1bmtub3duIjoxfQ", "あ"])
def test_an_illegible_question_is_said_to_be_one(q):
    tab = drawn(whole_question, address={"q": q})
    assert tab.text[0].value == "none"
    assert tab.warning


def failing(kind: str):
    from analysis import page
    from analysis.ask import TookTooLong
    from ingest.store import StoreUnavailable

    def ask() -> int:
        if kind == "slow":
            raise TookTooLong("`time_limit_s` is 120; narrow it.")
        if kind == "refused":
            raise ValueError("`within` is 0; must be at least 1 ms.")
        if kind == "broken":
            raise StoreUnavailable("`kazasu.duckdb` cannot be read")
        return 3

    import streamlit as st

    st.text(str(page.answered(ask)))


@pytest.mark.parametrize(("kind", "key"), [("slow", "common.slow"), ("refused", "common.failed")])
def test_a_question_that_fails_is_answered_with_a_sentence_and_ends_the_page(kind, key):
    tab = drawn(failing, kind=kind)
    assert words.t(key, "ja") in tab.warning[0].proto.title
    assert not tab.text


def test_a_store_that_breaks_under_a_question_says_how_to_mend_it():
    tab = drawn(failing, kind="broken")
    assert tab.error
    assert "kazasu rebuild" in tab.code[0].value


def test_a_question_that_succeeds_is_answered():
    assert drawn(failing, kind="fine").text[0].value == "3"


def footed(n: int):
    from dataclasses import dataclass
    from datetime import UTC, datetime

    import pandas as pd

    from analysis import page

    @dataclass
    class Found:
        data_version: str = "3.12-1"
        synthetic: bool = True
        observed_until: datetime = datetime(2026, 5, 16, 15, 1, tzinfo=UTC)

    page.synthetic_banner(Found())
    page.footer(pd.DataFrame({"step": ["表示"] * n, "rate": [0.5] * n}), "SELECT 1", "funnel", Found())


@pytest.mark.parametrize("n", [0, 1, 200])
def test_every_page_ends_with_its_rows_its_sql_and_where_they_come_from(n):
    tab = drawn(footed, n=n)
    assert words.t("common.synthetic", "ja") == tab.warning[0].value
    assert tab.code[0].value == "SELECT 1"
    assert "2026年5月17日(日) 00:01 JST" in tab.text[0].value
    assert "3.12-1" in tab.text[0].value
    assert len(tab.dataframe) == (n > 0)
    if n:
        assert isinstance(tab.dataframe[0].value, pd.DataFrame)
        assert len(tab.dataframe[0].value) == n


def test_a_name_cannot_turn_the_sentence_around_it():
    turned = "v1 \u202eback\u202c \u2066apart\u2069"
    assert plain(turned) == "v1 back apart"
    assert plain("שלום سلام *x*") == "שלום سلام \\*x\\*"
