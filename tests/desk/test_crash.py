"""A page that fails unexpectedly apologises, tells nothing of its insides, and leaves the trace in the log."""

import logging

import pytest
from streamlit.testing.v1 import AppTest

from analysis import words


def crashed() -> None:
    import app

    assert app.apologise(RuntimeError("secret figure 42"))


@pytest.mark.parametrize("lang", words.LANGS)
def test_the_reader_gets_an_apology_and_the_log_the_trace(lang, caplog):
    tab = AppTest.from_function(crashed, default_timeout=60)
    tab.query_params["lang"] = lang
    with caplog.at_level(logging.ERROR, logger="kazasu"):
        tab.run()
    assert not tab.exception
    assert tab.error[0].value == words.t("common.crashed.body", lang)
    assert "secret" not in tab.error[0].value
    assert "secret figure 42" in caplog.text
