"""Readers in front of a real Chromium that may talk to nobody but the service.

A tab that has shown the pages before shows the next one for a third less work, so readers take seats that were used
before: nothing is left in them but the browser's cache. `new=True` is a browser that was never here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request
from playwright.sync_api import TimeoutError as TookTooLong

WIDE, PHONE = (1440, 900), (400, 860)
LOADED_MS = 180_000  # a fresh clone compiles its kernels while the first page waits
_STATE = """() => {
    const app = document.querySelector('[data-testid=stApp]')?.dataset
    const stale = [...document.querySelectorAll('[data-stale=true]')].map(one => one.outerHTML.slice(0, 200))
    const [script, connection] = [app?.testScriptState, app?.testConnectionState]
    return {script, connection, stale, visible: document.visibilityState,
            quiet: script === 'notRunning' && !stale.length}
}"""
LOCALES = {"ja": "ja-JP", "en": "en-GB"}


@dataclass
class Reader:
    """Somebody in front of the pages, and everything that went wrong on their screen."""

    url: str
    screen: tuple[int, int]
    seat: Callable[[], Page]
    trouble: list[str] = field(default_factory=list)
    tabs: list[Page] = field(default_factory=list)

    def open(self, path: str, tab: Page | None = None) -> Page:
        """Open a page in a tab of its own, or in this one, and wait until it has been drawn."""
        if tab is None:
            tab = self.seat()
            self.tabs.append(tab)
            tab.on("console", self._heard)
            tab.on("pageerror", self._broke)
            tab.on("request", self._asked)
        tab.bring_to_front()
        tab.set_viewport_size({"width": self.screen[0], "height": self.screen[1]})
        tab.goto(f"{self.url}/{path}")
        drawn(tab)
        return tab

    def leave(self) -> list[Page]:
        """Leave the tabs as if nobody had been there."""
        for tab in self.tabs:
            tab.remove_listener("console", self._heard)
            tab.remove_listener("pageerror", self._broke)
            tab.remove_listener("request", self._asked)
            if tab.url.startswith(self.url):  # an address that did not open has nothing to forget
                tab.evaluate("() => { localStorage.clear(); sessionStorage.clear() }")
            tab.goto("about:blank")
        return self.tabs

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _is_probe(message.location.get("url", "")):
            self.trouble.append(f"console: {message.text} {message.location.get('url')}")

    def _broke(self, error: Exception) -> None:
        self.trouble.append(f"page error: {error}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != urlsplit(self.url).netloc:
            self.trouble.append(f"request to {request.url}")


class Seats:
    """The tabs readers sit down at, by language."""

    def __init__(self, chromium: Browser) -> None:
        self.chromium = chromium
        self.contexts: dict[str, BrowserContext] = {}
        self.free: dict[str, list[Page]] = {lang: [] for lang in LOCALES}

    @contextmanager
    def taken(self) -> Iterator[Callable[..., Reader]]:
        """What makes readers, who leave at the end."""
        seated: list[tuple[str, Reader]] = []
        once: list[BrowserContext] = []

        def sit_down(
            url: str, *, lang: str = "ja", screen: tuple[int, int] = WIDE, new: bool = False
        ) -> Reader:
            if new:
                once.append(self.chromium.new_context(locale=LOCALES[lang]))
                return Reader(url, screen, once[-1].new_page)
            someone = Reader(url, screen, lambda: self._seat(lang))
            seated.append((lang, someone))
            return someone

        try:
            yield sit_down
        finally:
            for context in once:
                context.close()
            for lang, someone in seated:
                self.free[lang] += someone.leave()

    def _seat(self, lang: str) -> Page:
        if self.free[lang]:
            return self.free[lang].pop()
        if lang not in self.contexts:  # moving things cost a fifth of a page; new readers have them
            self.contexts[lang] = self.chromium.new_context(locale=LOCALES[lang], reduced_motion="reduce")
        return self.contexts[lang].new_page()

    def close(self) -> None:
        """Take every seat away."""
        for context in self.contexts.values():
            context.close()


def _is_probe(url: str) -> bool:
    """Streamlit, opened at /funnel, first asks /funnel/_stcore/… whether it lives there; the 404 is the answer no."""
    path = urlsplit(url).path
    return path.count("/") >= 3 and path.endswith(("/_stcore/health", "/_stcore/host-config"))


def drawn(tab: Page) -> None:
    """Wait until the page has its title and nothing is running any more."""
    tab.wait_for_selector("[data-testid=stMain] h1", timeout=LOADED_MS)
    try:  # asked by the clock: a tab that is not painted asks for no frames
        tab.wait_for_function(f"() => ({_STATE})().quiet", timeout=LOADED_MS, polling=50)
    except TookTooLong as error:
        raise AssertionError(f"{tab.url} was not drawn in time: {tab.evaluate(_STATE)}") from error


def resized(tab: Page, screen: tuple[int, int]) -> None:
    """Give the tab this screen, and wait until its charts have been drawn anew for it."""
    tab.set_viewport_size({"width": screen[0], "height": screen[1]})
    tab.wait_for_timeout(250)
    drawn(tab)
