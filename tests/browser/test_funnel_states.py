"""Every state of the funnel page, by turns in both languages, wide and on a phone: nothing breaks, overflows or is cut.

A picture of each is written to the test's folder (`pytest --basetemp=DIR` keeps them where you say).
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from analysis import words
from tests.browser.funnel_states import filled, states
from tests.browser.readers import PHONE, WIDE, drawn, resized
from tests.browser.service import serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TALLEST = 4000
WRONG = "[data-testid=stException], .st-key-crashed, .st-key-refused, .st-key-broken"
CUT = """() => {
  const cut = [];
  for (const svg of document.querySelectorAll('[data-testid=stVegaLiteChart] svg')) {
    const room = svg.getBoundingClientRect();
    for (const text of svg.querySelectorAll('text')) {
      const box = text.getBoundingClientRect();
      const slack = 4;  // a box is higher than its letters
      const out = box.left < room.left - slack || box.right > room.right + slack
        || box.top < room.top - slack || box.bottom > room.bottom + slack;
      if (box.width && (out || text.textContent.endsWith('…'))) cut.push(text.textContent);
    }
  }
  for (const label of document.querySelectorAll('[data-testid=stMetric] *')) {
    const cuts = getComputedStyle(label).textOverflow === 'ellipsis';
    if (cuts && label.scrollWidth > label.clientWidth) cut.push(label.textContent);
  }
  return cut;
}"""


@pytest.fixture(scope="module")
def every_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("states")
    filled(home)
    with serving(home) as url:
        yield url


def look(tab: Page, folder: Path, name: str) -> None:
    """At both widths: nothing broken, no overflow, no text cut; a picture of what is wrong."""
    for size, screen in (("wide", WIDE), ("phone", PHONE)):
        resized(tab, screen)
        high = tab.evaluate("document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight")
        tab.set_viewport_size({"width": screen[0], "height": min(max(high, screen[1]), TALLEST)})
        drawn(tab)
        wrong = {
            "broken": tab.locator(WRONG).count() > 0,
            "overflows": tab.evaluate("document.documentElement.scrollWidth > innerWidth"),
            "overflows inside": tab.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
            > screen[0],
            "cut": tab.evaluate(CUT),
        }
        if any(wrong.values()):
            tab.screenshot(path=folder / f"{name}-{size}.png", animations="disabled")
        assert not any(wrong.values()), (size, wrong, folder)


@pytest.mark.parametrize(
    ("name", "lang"), [(name, words.LANGS[place % 2]) for place, name in enumerate(states())]
)
def test_a_state_of_the_funnel_page(every_state, reader, tmp_path, name, lang):
    state = states()[name]
    someone = reader(every_state, lang=lang)
    tab = someone.open(f"funnel?lang={lang}&{state.link}")
    if state.click:
        tab.locator(state.click).first.click()
    told = words.t(state.says, lang).split("{")[0].strip() if words.has(state.says) else state.says
    assert told
    expect(tab.locator("body")).to_contain_text(told, timeout=6_000)
    drawn(tab)
    look(tab, tmp_path, f"{name}-{lang}")
    assert someone.trouble == []


@pytest.mark.parametrize("lang", words.LANGS)
def test_without_data(empty, tmp_path, reader, lang):
    someone = reader(empty, lang=lang)
    tab = someone.open("funnel")
    expect(tab.locator(".st-key-empty")).to_contain_text("kazasu")
    look(tab, tmp_path, f"no_data-{lang}")
    assert someone.trouble == []
