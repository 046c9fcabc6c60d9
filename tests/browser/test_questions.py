"""A changed filter is in the address; the address reproduces the view; the rows come as a CSV Excel can read."""

import csv
import io
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright import sync_api
from playwright.sync_api import Locator, Page, expect

from analysis import words
from tests.browser.service import drawn

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


@pytest.mark.parametrize("page", ASKING)
def test_a_link_opens_the_same_question_for_a_reader_of_the_other_language(service, reader, page):
    ann = reader(service, lang="ja")
    tab = ann.open(page)
    usual = downloaded(tab, "ja")
    change_the_first_filter(tab)
    asked = parse_qs(urlsplit(tab.url).query)
    assert asked
    assert all(value.isascii() for values in asked.values() for value in values)
    changed = downloaded(tab, "ja")
    assert figures(changed) != figures(usual)

    bob = reader(service, lang="en")
    followed = bob.open(f"{page}?{urlsplit(tab.url).query}")
    assert followed.locator("h1").inner_text() != tab.locator("h1").inner_text()
    assert figures(downloaded(followed, "en")) == figures(changed)
    assert ann.trouble == bob.trouble == []


@pytest.mark.parametrize("page", ASKING)
def test_the_back_button_goes_back_to_the_question_before(service, reader, page):
    ann = reader(service, lang="en")
    tab = ann.open(page)
    usual = downloaded(tab, "en")
    chosen = first_filter(tab).input_value()
    change_the_first_filter(tab)
    tab.go_back()
    expect(first_filter(tab)).to_have_value(chosen)
    drawn(tab)
    assert figures(downloaded(tab, "en")) == figures(usual)


@pytest.mark.parametrize("page", [*ASKING, "health"])
def test_a_download_opens_in_excel_with_its_rows(service, reader, page):
    body = downloaded(reader(service, lang="ja").open(page), "ja")
    assert body.startswith(b"\xef\xbb\xbf")
    header, *rows = figures(body)
    assert len(header) >= 2
    assert rows


@pytest.mark.parametrize("page", ASKING)
def test_a_link_that_asks_nonsense_says_so_and_shows_the_usual_view(service, reader, page):
    ann = reader(service, lang="en")
    tab = ann.open(page)
    change_the_first_filter(tab)
    key = next(iter(parse_qs(urlsplit(tab.url).query)))
    usual = downloaded(ann.open(page), "en")
    strange = ann.open(f"{page}?{key}=%3Cscript%3Ealert(1)%3C/script%3E")
    assert strange.get_by_text(words.t("common.bad_link", "en")).is_visible()
    assert figures(downloaded(strange, "en")) == figures(usual)
    assert ann.trouble == []
