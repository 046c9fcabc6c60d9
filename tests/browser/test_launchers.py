"""`kazasu serve`, `streamlit run app.py` and `uvicorn app:app` serve the same pages and give the store up at the end.

The looks come along from any working directory; the verbs are not on the port of the pages.
"""

import sys

import httpx
import pytest

from analysis import words
from tests.browser.service import ROOT, kazasu, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LAUNCHERS = {
    "kazasu serve": lambda port: [sys.executable, "-m", "cli", "serve", "--no-browser", "--port", str(port)],
    "streamlit run": lambda port: [
        sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"),
        "--server.port", str(port), "--server.address", "127.0.0.1",
    ],
    "uvicorn": lambda port: [sys.executable, "-m", "uvicorn", "app:app", "--port", str(port)],
}  # fmt: skip


@pytest.mark.parametrize("how", ["kazasu serve", "streamlit run", "uvicorn"])
def test_each_way_of_starting_serves_the_pages_in_their_looks_the_health_and_the_verbs(tmp_path, reader, how):
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    with serving(home, LAUNCHERS[how], cwd=elsewhere if how == "kazasu serve" else ROOT) as url:
        assert httpx.get(f"{url}/healthz").json()["status"] == "ok"
        for path in ("", "funnel", "health"):
            asked = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": "ja,en;q=0.5"}
            greeted = httpx.get(f"{url}/{path}", headers=asked)
            assert '<html lang="ja">' in greeted.text
            assert len(greeted.content) == int(greeted.headers["content-length"])
            assert '<html lang="en">' in httpx.get(f"{url}/{path}?lang=en", headers=asked).text

        verb = httpx.post(f"{url}/v1/verb", json={"verb": "experiment_list", "payload": {}})
        assert verb.status_code in (403, 404, 405)

        someone = reader(url, lang="ja", new=True)
        tab = someone.open("")
        assert tab.locator("h1").inner_text() == words.t("home.title", "ja")
        tab.get_by_role("link", name=words.t("nav.funnel", "ja")).wait_for(state="visible")
        font = tab.locator("h1").evaluate("one => getComputedStyle(one).fontFamily")
        assert "Noto Sans JP" in font
        assert tab.get_by_text("Deploy", exact=True).count() == 0
        assert someone.trouble == []

        handed_over = kazasu(home, "experiment", "list", "--json")
        assert handed_over.returncode == 0, handed_over.stderr
    assert not (home / "owner.json").exists()
    free_again = kazasu(home, "experiment", "list", "--json")
    assert free_again.stdout == handed_over.stdout
