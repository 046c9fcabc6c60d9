"""A changed filter is in the address; the address reproduces the view; the rows come as a CSV Excel can read."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright import sync_api
from playwright.sync_api import Locator, Page, expect

from analysis import words
from tests.browser.readers import Reader, drawn

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ASKING = ("funnel", "milestones", "taps", "models", "readout")


def downloaded(tab: Page, lang: str) -> bytes:
    with tab.expect_download() as arriving:
        tab.get_by_role("button", name=words.t("common.download", lang)).first.click()
    assert arriving.value.suggested_filename.endswith(".csv")
    return Path(arriving.value.path()).read_bytes()


def figures(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def first_filter(tab: Page) -> Locator:
    return tab.locator("[data-testid=stMain] [data-testid=stSelectbox]").first.locator("input")


def change_the_first_filter(tab: Page) -> None:
    """Choose the next option of the page's first drop-down, by keyboard."""
    before = urlsplit(tab.url).query
    box = first_filter(tab)
    box.scroll_into_view_if_needed()
    box.focus()
    _opened(tab, box)
    box.press("ArrowDown")
    box.press("Enter")
    tab.wait_for_function("before => location.search.slice(1) !== before", arg=before)
    drawn(tab)


def _opened(tab: Page, box: Locator) -> None:
    """Open the list; a page that is still scrolling to the box closes it again."""
    for _ in range(5):
        box.press("ArrowDown")
        try:
            tab.get_by_role("option").first.wait_for(timeout=3000)
        except sync_api.TimeoutError:
            continue
        return
    pytest.fail("the list of the first filter does not open")


@dataclass(frozen=True)
class Asked:
    """A page at which Ann, who reads Japanese, has changed the first filter."""

    page: str
    ann: Reader
    tab: Page
    title: str
    chosen: str
    usual: bytes
    query: str
    changed: bytes


@pytest.fixture(scope="module", params=ASKING)
def asked(request, service, seats):
    with seats.taken() as reader:
        ann = reader(service, lang="ja")
        tab = ann.open(request.param)
        title, chosen = tab.locator("h1").inner_text(), first_filter(tab).input_value()
        usual = downloaded(tab, "ja")
        change_the_first_filter(tab)
        query = urlsplit(tab.url).query
        yield Asked(request.param, ann, tab, title, chosen, usual, query, downloaded(tab, "ja"))


def opens_in_excel(body: bytes) -> None:
    assert body.startswith(b"\xef\xbb\xbf")
    header, *rows = figures(body)
    assert len(header) >= 2
    assert rows


def test_a_download_opens_in_excel_with_its_rows(asked):
    opens_in_excel(asked.usual)


def test_a_download_of_the_health_opens_in_excel_with_its_rows(service, reader):
    opens_in_excel(downloaded(reader(service, lang="ja").open("health"), "ja"))


def test_a_link_opens_the_same_question_for_a_reader_of_the_other_language(service, reader, asked):
    said = parse_qs(asked.query)
    assert said
    assert all(value.isascii() for values in said.values() for value in values)
    assert figures(asked.changed) != figures(asked.usual)

    bob = reader(service, lang="en")
    followed = bob.open(f"{asked.page}?{asked.query}")
    assert followed.locator("h1").inner_text() != asked.title
    assert figures(downloaded(followed, "en")) == figures(asked.changed)
    assert asked.ann.trouble == bob.trouble == []


def test_a_link_that_asks_nonsense_says_so_and_shows_the_usual_view(service, reader, asked):
    key = next(iter(parse_qs(asked.query)))
    bob = reader(service, lang="en")
    strange = bob.open(f"{asked.page}?{key}=%3Cscript%3Ealert(1)%3C/script%3E")
    assert strange.get_by_text(words.t("common.bad_link", "en")).is_visible()
    assert figures(downloaded(strange, "en")) == figures(asked.usual)
    assert bob.trouble == []


def test_the_back_button_goes_back_to_the_question_before(asked):
    tab = asked.tab
    tab.go_back()
    expect(first_filter(tab)).to_have_value(asked.chosen)
    drawn(tab)
    assert figures(downloaded(tab, "ja")) == figures(asked.usual)
    assert asked.ann.trouble == []
