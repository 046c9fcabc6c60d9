"""Every page opens in both languages, wide and on a phone, without an error and without asking anybody else."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from analysis import words
from tests.browser.service import PAGES, PHONE, WIDE, drawn

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOMS = {"": "home", "taps": "time_to_tap"}


def title(page: str, lang: str) -> str:
    return words.t(f"{ROOMS.get(page, page)}.title", lang)


@pytest.mark.parametrize("screen", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("lang", words.LANGS)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_whole_and_keeps_to_itself(service, reader, page, lang, screen):
    someone = reader(service, lang=lang, screen=screen)
    tab = someone.open(page)
    assert tab.locator("h1").inner_text() == title(page, lang)
    expect(tab.locator("html")).to_have_attribute("lang", lang)
    assert (
        tab.locator("[data-testid=stException], .st-key-crashed, .st-key-refused, .st-key-broken").count()
        == 0
    )
    assert tab.get_by_text(words.t("common.synthetic", lang)).is_visible()
    assert tab.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= screen[0]
    assert someone.trouble == []


@pytest.mark.parametrize("lang", words.LANGS)
@pytest.mark.parametrize("page", PAGES)
def test_no_serious_barrier_for_readers_with_assistive_technology(service, reader, page, lang):
    tab = reader(service, lang=lang).open(page)
    found = Axe().run(tab).response["violations"]
    serious = [
        (one["id"], node["target"], node.get("failureSummary", "")[:200])
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
    assert serious == []


CHARTED = [
    *(page for page in PAGES if page not in ("", "why")),
    *(f"why?view={view}" for view in ("over_time", "next", "suggestions")),
]


@pytest.mark.parametrize("page", CHARTED)
def test_every_chart_says_what_it_shows(service, reader, page):
    tab = reader(service, lang="en").open(page)
    charts = tab.locator("[data-testid=stVegaLiteChart]")
    charts.first.wait_for()
    for place in range(charts.count()):
        labelled = charts.nth(place).locator("xpath=descendant-or-self::*[@aria-label]").first
        assert len(labelled.get_attribute("aria-label") or "") > 20


def test_the_menu_leads_to_every_page_by_keyboard_alone(service, reader):
    someone = reader(service, lang="en")
    tab = someone.open("")
    for page in ("funnel", "health"):
        link = tab.locator(f"[data-testid=stSidebar] a[href*='{page}']").locator("visible=true").first
        for _ in range(60):
            tab.keyboard.press("Tab")
            if link.evaluate("one => one === document.activeElement || one.contains(document.activeElement)"):
                break
        tab.keyboard.press("Enter")
        tab.wait_for_url(f"**/{page}*")
        drawn(tab)
        tab.get_by_role("heading", level=1, name=title(page, "en")).wait_for()
    assert someone.trouble == []


def test_a_reader_changes_the_language_and_it_stays_over_the_pages(service, reader):
    someone = reader(service, lang="ja")
    tab = someone.open("health")
    tab.get_by_role("radio", name="English").or_(tab.get_by_role("button", name="English")).first.click()
    tab.get_by_role("heading", level=1, name=title("health", "en")).wait_for()
    assert "lang=en" in tab.url
    expect(tab.locator("html")).to_have_attribute("lang", "en")
    tab.locator("[data-testid=stSidebar]").get_by_role("link", name=words.t("nav.funnel", "en")).click()
    tab.get_by_role("heading", level=1, name=title("funnel", "en")).wait_for()
    tab.wait_for_url("**lang=en*")
    assert someone.trouble == []


def test_on_a_phone_the_menu_goes_away_once_a_page_is_chosen(service, reader):
    someone = reader(service, lang="ja", screen=PHONE)
    tab = someone.open("")
    menu = tab.locator("[data-testid=stSidebar]")
    expect(menu).to_have_attribute("data-collapsed", "true")
    tab.get_by_test_id("stExpandSidebarButton").click()
    expect(menu).to_have_attribute("data-collapsed", "false")
    menu.get_by_role("link", name=words.t("nav.health", "ja")).click()
    tab.get_by_role("heading", level=1, name=title("health", "ja")).wait_for()
    expect(menu).to_have_attribute("data-collapsed", "true")
    assert someone.trouble == []
