"""Every page in every state and both languages: never an exception, always a sentence or figures with their source."""

import re
import tomllib
from functools import cache

import pytest
from streamlit.testing.v1 import AppTest

from analysis import words
from tests.desk.conftest import ROOT

ROOMS = (
    "home",
    "funnel",
    "why",
    "milestones",
    "time_to_tap",
    "display_limit",
    "copies",
    "models",
    "verification",
    "readout",
    "health",
)
DESIGNS = ROOT / "sample_data" / "experiments"
JAPANESE = re.compile(r"[぀-ヿ一-鿿]")


def page_of(room: str, lang: str, **question: str) -> AppTest:
    def show(room: str) -> None:
        import importlib

        importlib.import_module(f"analysis.{room}.page").render()

    tab = AppTest.from_function(show, kwargs={"room": room}, default_timeout=120)
    for key, value in {"lang": lang, **question}.items():
        tab.query_params[key] = value
    tab.run()
    assert not tab.exception, tab.exception[0].message
    return tab


@cache
def page_of_the_sample(room: str, lang: str) -> AppTest:
    """The page over the sample, drawn once for the tests that read it; at home first."""
    return page_of(room, lang)


def said(tab: AppTest) -> str:
    kinds = (
        tab.title,
        tab.header,
        tab.subheader,
        tab.markdown,
        tab.text,
        tab.caption,
        tab.info,
        tab.warning,
        tab.error,
        tab.success,
    )
    return "\n".join(str(one.value) for kind in kinds for one in kind)


STATES = [
    *(("sample", lang) for lang in words.LANGS),
    ("nothing", "en"),  # the browser sees it in both
    ("broken", "ja"),
    ("little", "ja"),  # figures of a state between, in one language each
    ("strange", "en"),
]


@pytest.mark.parametrize(("state", "lang"), STATES)
@pytest.mark.parametrize("room", ROOMS)
def test_a_page_bears_every_state_of_the_store(at_home, room, state, lang):
    at_home(state)
    tab = page_of_the_sample(room, lang) if state == "sample" else page_of(room, lang)
    assert tab.title[0].value == words.t(f"{room}.title", lang)
    told = said(tab)
    assert "nan" not in re.findall(r"[a-z]+", told.lower())
    assert "None" not in told
    commands = "\n".join(code.value for code in tab.code) + told
    if state == "nothing":
        assert "kazasu ingest" in commands
    if state == "broken":
        assert "kazasu rebuild" in commands
        assert tab.error
    if state == "strange":
        assert not re.search(r"(?<!\\)(?:<b onload|\[a link\]|:red\[)", told)
    if state == "sample":
        assert words.t("common.synthetic", lang) in told
        assert tab.dataframe
        assert words.t("common.download", lang) in [button.label for button in tab.get("download_button")]
        assert "SELECT" in "\n".join(code.value for code in tab.code).upper()


@pytest.mark.parametrize("room", ROOMS)
def test_the_english_page_is_english(at_home, room):
    at_home("sample")
    told = [line for line in said(page_of_the_sample(room, "en")).splitlines() if JAPANESE.search(line)]
    assert told == []


@pytest.mark.parametrize("room", ROOMS)
def test_every_sentence_of_the_japanese_page_is_japanese(at_home, room):
    at_home("sample")
    told = said(page_of_the_sample(room, "ja"))
    english = re.findall(r"[^\n]*\b(?:the|and|is|are|of|was|were|with|that|for)\b [^\n]*", told)
    named = {
        tomllib.loads(file.read_text())["name"] for file in DESIGNS.glob("*.toml")
    }  # the team's own words
    told_in_english = [line for line in english if not JAPANESE.search(line) and not line.startswith("**")]
    assert set(told_in_english) <= named


@pytest.mark.parametrize("lang", words.LANGS)
def test_the_menu_opens_on_the_home_page(at_home, lang):
    at_home("little")
    tab = AppTest.from_file(str(ROOT / "ui.py"), default_timeout=120)
    tab.query_params["lang"] = lang
    tab.run()
    assert not tab.exception
    assert tab.title[0].value == words.t("home.title", lang)
    assert tab.sidebar.segmented_control[0].value == lang
