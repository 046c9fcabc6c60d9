"""The preview in a real browser: words of a record stay words; a play shows them for the limit, fades, and can be repeated."""

from collections.abc import Iterator

import pytest

from analysis import words
from analysis.verbs import run_verb
from tests.analysis.suggestions import impression, landed, much_later
from tests.browser.readers import PHONE, drawn
from tests.browser.service import serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HOSTILE = (
    "<img src=x onerror=\"document.title='broken in'\">\n</div><script>document.title='broken in'</script>"
)
COPY = {
    "copy_id": "v1", "language": "en", "title": HOSTILE, "text": f"one\n{HOSTILE}\ntwo", "button": HOSTILE,
    "button_style": "button",
}  # fmt: skip
MOTION = """() => document.getAnimations().filter(one => (one.animationName || '').startsWith('kz-')).map(one => {
    const at = ms => { one.pause(); one.currentTime = ms; return Number(getComputedStyle(one.effect.target).opacity) }
    return {name: one.animationName, delay: one.effect.getTiming().delay,
            shown: [0, 2000, 3999].map(at), gone: [4400, 5500].map(at), back: at(5799)}
})"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service over a store whose one copy says hostile things."""
    folder = tmp_path_factory.mktemp("hostile")
    with landed(folder, impression("ann", "tap", 900, copy_id="v1"), much_later()) as store:
        assert "error" not in run_verb(store, "copy_add", {"body": {"copies": [COPY]}, "who": "tests"})
    with serving(folder / "home") as url:
        yield url


def test_words_of_a_record_stay_words(hostile, reader):
    someone = reader(hostile, lang="en", screen=PHONE)
    tab = someone.open("copies")
    popup = tab.locator(".kz-popup")
    assert popup.inner_text().replace("\n\n", "\n").count(HOSTILE) == 3
    assert popup.locator("img, script, a, button, style").count() == 0
    assert tab.title() != "broken in"
    assert popup.get_attribute("lang") == "en"
    assert someone.trouble == []


def test_a_play_shows_it_for_its_limit_and_can_be_repeated(hostile, reader):
    tab = reader(hostile, lang="en", new=True).open("copies")
    assert tab.evaluate(MOTION) == []
    names = []
    for plays in (1, 2):
        tab.get_by_role("button", name=words.t("copies.play", "en", limit="4.0 s")).click()
        tab.wait_for_selector(f".kz-stage[data-plays='{plays}']")
        (seen,) = tab.evaluate(MOTION)
        assert seen["delay"] == 4000
        assert (seen["shown"], seen["gone"]) == ([1, 1, 1], [0, 0])
        assert seen["back"] > 0.9
        names.append(seen["name"])
    assert names[0] != names[1]


def test_who_wants_no_motion_sees_it_stand_still(hostile, reader):
    tab = reader(hostile, lang="en").open("copies")
    tab.get_by_role("button", name=words.t("copies.play", "en", limit="4.0 s")).click()
    tab.wait_for_selector(".kz-stage[data-plays='1']")
    drawn(tab)
    assert tab.evaluate(MOTION) == []
    assert tab.locator(".kz-popup").is_visible()
