"""What a reader sees when there is nothing to see: no data, a store in use elsewhere, a broken one."""

import subprocess
import sys
import time

import httpx
import pytest
from playwright.sync_api import expect

from analysis import words
from tests.browser.readers import PHONE
from tests.browser.service import PAGES, environment, kazasu, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WRONG = "[data-testid=stException], .st-key-crashed"


@pytest.mark.parametrize("lang", words.LANGS)
def test_without_data_every_page_says_how_to_load_some(empty, reader, lang):
    someone = reader(empty, lang=lang, screen=PHONE)
    tab = None
    for page in PAGES:
        tab = someone.open(page, tab)
        assert tab.locator(".st-key-empty").is_visible(), page
        expect(tab.locator(".st-key-empty")).to_contain_text("kazasu", timeout=20_000)
        assert tab.locator(WRONG).count() == 0, page
    assert someone.trouble == []


def test_rows_that_land_while_the_service_runs_are_there_after_a_reload(tmp_path, reader):
    log = tmp_path / "log.ndjson"
    log.write_text(
        '{"event_id":"1","event":"camera_opened","ts":"2026-05-01T10:00:00+09:00","user_id":"ann","platform":"ios"}\n'
    )
    home = tmp_path / "home"
    home.mkdir()
    with serving(home) as url:
        tab = reader(url, lang="en").open("")
        assert tab.locator(".st-key-empty").is_visible()
        told = kazasu(home, "ingest", str(log))
        assert told.returncode == 0, told.stderr
        tab.reload()
        tab.get_by_text("Fri 1 May 2026").first.wait_for(timeout=30_000)


def test_a_store_in_use_elsewhere_is_said_kindly_and_opens_once_it_is_free(tmp_path, reader):
    hold = "import sys; from ingest import Store; store = Store.open(); print('held', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", hold], env=environment(tmp_path), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline().strip() == b"held"
    try:
        with serving(tmp_path) as url:
            assert httpx.get(f"{url}/healthz").status_code == 503
            someone = reader(url, lang="ja")
            tab = someone.open("funnel")
            assert tab.get_by_text(words.t("store.busy", "ja")).is_visible()
            assert tab.locator(WRONG).count() == 0
            holder.communicate(timeout=20)
            for _ in range(100):
                if httpx.get(f"{url}/healthz").status_code == 200:
                    break
                time.sleep(0.1)
            tab.get_by_role("button", name=words.t("common.try_again", "ja")).click()
            tab.locator(".st-key-empty").wait_for()
            assert someone.trouble == []
    finally:
        holder.kill()
        holder.wait()


def test_a_broken_store_is_said_kindly_with_the_way_to_mend_it(tmp_path, reader):
    (tmp_path / "kazasu.duckdb").write_bytes(b"this is no database" * 1000)
    with serving(tmp_path) as url:
        assert httpx.get(f"{url}/healthz").status_code == 503
        readers = [(lang, reader(url, lang=lang)) for lang in words.LANGS]
        tabs = []
        for turn, (lang, someone) in enumerate(readers):
            tab = None
            for page in PAGES[turn :: len(readers)]:  # tests/desk has every page in every language
                tab, where = someone.open(page, tab), f"{page or 'home'} in {lang}"
                assert tab.get_by_text(words.t("store.broken", lang)).is_visible(), where
                expect(tab.locator(".st-key-broken")).to_contain_text("kazasu rebuild", timeout=20_000)
                assert tab.locator(WRONG).count() == 0, where
            tabs.append(tab)
        assert kazasu(tmp_path, "rebuild").returncode == 0
        for tab, (lang, someone) in zip(tabs, readers, strict=True):
            tab.reload()
            tab.locator(".st-key-empty").wait_for()
            assert someone.trouble == [], lang
