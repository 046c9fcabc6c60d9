"""Every page opens in both languages, wide and on a phone, without an error and without asking anybody else."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from analysis import words
from tests.browser.readers import PHONE, WIDE, drawn, resized
from tests.browser.service import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WRONG = "[data-testid=stException], .st-key-crashed, .st-key-refused, .st-key-broken"
FIRST = {"ja": PHONE, "en": WIDE}
ROOMS = {"": "home", "taps": "time_to_tap", "display": "display_limit", "bench": "verification"}


def title(page: str, lang: str) -> str:
    return words.t(f"{ROOMS.get(page, page)}.title", lang)


@pytest.fixture(
    scope="module",
    params=[(page, lang) for page in PAGES for lang in words.LANGS],
    ids=lambda one: f"{one[0] or 'home'}-{one[1]}",
)
def visit(request, service, seats):
    """A page in a language, loaded once for the tests after one another: in Japanese on a phone, in English wide."""
    page, lang = request.param
    with seats.taken() as reader:
        someone = reader(service, lang=lang, screen=FIRST[lang])
        yield page, lang, someone, someone.open(page)


def test_a_page_opens_whole_and_keeps_to_itself(visit):
    page, lang, someone, tab = visit
    expect(tab.locator("html")).to_have_attribute("lang", lang)
    for screen in (FIRST[lang], *({WIDE, PHONE} - {FIRST[lang]})):
        if screen != FIRST[lang]:
            resized(tab, screen)
        where = f"{page or 'home'} in {lang}, {screen[0]} px wide"
        assert tab.locator("h1").inner_text() == title(page, lang), where
        assert tab.locator(WRONG).count() == 0, where
        assert tab.get_by_text(words.t("common.synthetic", lang)).is_visible(), where
        assert tab.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= screen[0], where
        assert someone.trouble == [], where
    if (
        words.LANGS[PAGES.index(page) % 2] == lang
    ):  # by turns: a barrier is in a page's making, not in its words
        assert barriers(tab) == []


def barriers(tab: Page) -> list[tuple[str, object, str]]:
    """What stands in the way of readers with assistive technology, wide."""
    resized(tab, WIDE)
    found = Axe().run(tab).response["violations"]
    return [
        (one["id"], node["target"], node.get("failureSummary", "")[:200])
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def test_every_chart_says_what_it_shows(visit):
    page, lang, _, tab = visit
    if page not in ("", "why"):  # these begin without one
        charts_speak(tab, {"en": 20, "ja": 10}[lang])


@pytest.mark.parametrize("view", ["over_time", "next", "suggestions"])
def test_every_chart_of_why_says_what_it_shows(service, reader, view):
    charts_speak(reader(service, lang="en").open(f"why?view={view}"), 20)


def charts_speak(tab: Page, letters: int) -> None:
    charts = tab.locator("[data-testid=stVegaLiteChart]")
    charts.first.wait_for()
    for place in range(charts.count()):
        labelled = charts.nth(place).locator("xpath=descendant-or-self::*[@aria-label]").first
        assert len(labelled.get_attribute("aria-label") or "") > letters


def test_the_menu_leads_to_every_page_by_keyboard_alone(service, reader):
    someone = reader(service, lang="en", new=True)
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
    someone = reader(service, lang="ja", screen=PHONE, new=True)
    tab = someone.open("")
    menu = tab.locator("[data-testid=stSidebar]")
    expect(menu).to_have_attribute("data-collapsed", "true")
    tab.get_by_test_id("stExpandSidebarButton").click()
    expect(menu).to_have_attribute("data-collapsed", "false")
    menu.get_by_role("link", name=words.t("nav.health", "ja")).click()
    tab.get_by_role("heading", level=1, name=title("health", "ja")).wait_for()
    expect(menu).to_have_attribute("data-collapsed", "true")
    assert someone.trouble == []


def test_on_a_phone_a_menu_opened_before_the_page_is_whole_stays(service, reader):
    someone = reader(service, lang="ja", screen=PHONE, new=True)
    tab = someone.open("")
    late = []
    tab.route(
        "**/static/js/Html.*.js", lambda route: late.append(route)
    )  # the network is slow: what runs our script comes last
    tab.reload(wait_until="commit")
    tab.get_by_test_id("stExpandSidebarButton").click()
    menu = tab.locator("[data-testid=stSidebar]")
    expect(menu).to_have_attribute("data-collapsed", "false")
    for route in late:
        route.continue_()
    assert late
    tab.locator("script[data-page]").first.wait_for(state="attached")
    drawn(tab)
    tab.wait_for_timeout(250)
    expect(menu).to_have_attribute("data-collapsed", "false")
    assert someone.trouble == []
