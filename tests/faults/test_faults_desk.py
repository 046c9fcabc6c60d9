"""Figures as words, the spreadsheet and the page's pure pieces, one fault at a time: the checks must notice each."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from tests.faults.planting import Fault, is_caught, load

ROOT = Path(__file__).parents[2]
PAGE = '<html lang="en"><p>a page starts with <html lang="en"></p></html>'


def check_figures(m):
    assert m.number(-12345, "en") == "−12,345"
    assert m.number(0.256, "ja", digits=2) == "0.26"
    assert m.number(None, "en") == "—"
    assert [m.compact(n, "ja") for n in (9_999, 10_000, 123_456, 10**8)] == ["9,999", "1万", "12.3万", "1億"]
    assert [m.compact(n, "en") for n in (10_000, 2_500_000)] == ["10k", "2.5M"]
    assert (m.count(1, "en", "person"), m.count(2, "en", "person")) == ("1 person", "2 people")
    assert m.percent(0.1234, "en") == "12.3%"
    assert m.percent(0.1, "en", signed=True) == "+10.0%"
    assert m.points(-0.031, "ja") == "−3.1%ポイント"
    told = [m.seconds(s, "en") for s in (0.0344, 0.9996, 2.34, 59.94, 59.96, 3599.6, 86_400, 90_000, -2)]
    assert told == ["34 ms", "1.0 s", "2.3 s", "59.9 s", "1 min", "1 h", "1 d", "1 d 1 h", "−2.0 s"]
    assert m.date(datetime(2026, 11, 21, 15, 0, tzinfo=UTC), "ja") == "2026年11月22日(日)"
    assert m.date(datetime(2026, 1, 5, 3, 0, tzinfo=UTC), "en", zone="UTC") == "Mon 5 Jan 2026"
    assert m.moment(datetime(2026, 11, 21, 15, 0, tzinfo=UTC), "en").endswith("2026, 00:00 JST")
    for broken in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="finite"):
            m.percent(broken, "en")
    with pytest.raises(ValueError, match="time zone"):
        m.date(datetime(2026, 1, 5), "en")  # noqa: DTZ001


FIGURES = (
    Fault("number", "value is None", "not value is None"),
    Fault("number", "isinstance(value, Integral)", "isinstance(value, float)"),
    Fault("compact", "abs(value) < 10_000", "abs(value) <= 10_000"),
    Fault("compact", '("万", 1e4)', '("万", 1e3)'),
    Fault("count", "n == 1", "n != 1"),
    Fault("percent", "'+' if signed else ''", "''"),
    Fault("points", "* 100", "* 10"),
    Fault("seconds", "round(size * 1000) < 1000", "size < 1"),
    Fault("seconds", "round(size, 1) < _MINUTE_S", "size < _MINUTE_S"),
    Fault("seconds", "_two_largest(round(size))", "_two_largest(int(size))"),
    Fault("seconds", "size = abs(value)", "size = value"),
    Fault("_two_largest", "first + 2", "first + 1"),
    Fault("_two_largest", "if n]", "]"),
    Fault("date", "at.weekday()]})", "(at.weekday() + 1) % 7]})"),
    Fault("date", "_MONTHS[at.month - 1]", "_MONTHS[at.month % 12]"),
    Fault("_local", "at.astimezone(ZoneInfo(zone))", "at"),
    Fault("_local", "at.tzinfo is None", "False"),
    Fault("_finite", "not math.isfinite(value)", "math.isnan(value)"),
    Fault("_minus", 'text.replace("-", "−")', "text"),
)


def check_sentences(m):
    assert m.preferred("en-GB,ja;q=0.8") == "en"
    assert m.preferred("ja;q=0.2,en;q=0.7") == "en"
    assert m.preferred("en;q=0,fr") == m.preferred("") == "ja"
    assert m.preferred("en;q=oops") == "ja"
    assert [m.p_value(p) for p in (0.0009, 0.001, 0.034, 1)] == [
        "p < 0.001",
        "p = 0.001",
        "p = 0.034",
        "p = 1",
    ]
    with pytest.raises(ValueError, match="one of"):
        m.known("fr")
    with pytest.raises(KeyError, match="must be in"):
        m.t("no.such.sentence", "en")
    with pytest.raises(KeyError, match="needs the fact"):
        m.t("common.provenance", "en")


SENTENCES = (
    Fault("preferred", "share > best[0]", "share < best[0]"),
    Fault("preferred", 'name.split("-")[0]', "name"),
    Fault("preferred", "float(not weight)", "1.0"),
    Fault("preferred", '"ja")\n', '"en")\n'),
    Fault("p_value", "< 0.001 else", "<= 0.001 else"),
    Fault("p_value", ":.2g}", ":.3f}"),
    Fault("known", "not in LANGS", "in ()"),
    Fault("t", "key not in sentences", "False"),
)


def check_spreadsheet(m):
    body = m.csv_bytes(pd.DataFrame({"=名": ["=1+1", "＠x", "\tx", "−1"], "n": [-1.5, None, 2.0, 3.0]}))
    assert body == "\ufeff'=名,n\r\n'=1+1,-1.5\r\n'＠x,\r\n'\tx,2.0\r\n−1,3.0\r\n".encode()


SPREADSHEET = (
    Fault("csv_parts", "utf-8-sig", "utf-8"),
    Fault("csv_parts", '"\\r\\n"', '"\\n"'),
    Fault("csv_parts", "index=False", "index=True"),
    Fault("csv_parts", "_harmless(str(name))", "str(name)"),
    Fault("csv_parts", "rows.map(_harmless)", "rows.copy()"),
    Fault("_harmless", "startswith(_FORMULA_STARTS)", "startswith(_FORMULA_STARTS[:4])"),
    Fault("_harmless", "isinstance(cell, str) and ", "isinstance(cell, bytes) and "),
)


def check_plain(m):
    shown = {
        "a_b*c": "a\\_b\\*c",
        ":red[x]": "\\:red\\[x\\]",
        "$x$ <b> #1 | ~~y~~": "\\$x\\$ \\<b\\> \\#1 \\| \\~\\~y\\~\\~",
        "1. first": "1\\. first",
        "- item": "\\- item",
        "p = 2.5 s": "p = 2.5 s",
        "one\n- two": "one\n\\- two",
        "日本語（2.5秒）": "日本語（2.5秒）",
    }
    assert {text: m.plain(text) for text in shown} == shown


PLAIN = (
    Fault("plain", "_LIST_STARTS.sub(", "(lambda _, text: text)("),
    Fault("plain", "_MARKS.sub(", "(lambda _, text: text)("),
    Fault("", ", re.MULTILINE", ""),
)


def _answered(m, *given):
    with ThreadPoolExecutor(max_workers=1) as apart:  # a browser test may hold this thread's event loop
        return apart.submit(lambda: asyncio.run(_asked(m, *given))).result()


async def _asked(m, headers: dict[str, str], sent: dict[str, str], path: str = "/", method: str = "GET"):
    said: list[dict] = []
    seen: list[dict] = []

    async def inner(scope, _receive, send):
        seen.append(scope)
        raw = [(name.encode(), value.encode()) for name, value in sent.items()]
        await send({"type": "http.response.start", "status": 200, "headers": raw})
        await send({"type": "http.response.body", "body": PAGE[:9].encode(), "more_body": True})
        await send({"type": "http.response.body", "body": PAGE[9:].encode()})

    async def keep(message):
        said.append(message)

    path, _, query = path.partition("?")
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": raw}
    await m.HtmlLang(inner)(scope, None, keep)
    body = b"".join(message.get("body", b"") for message in said[1:]).decode()
    return body, dict(said[0]["headers"]), dict(seen[0]["headers"])


def check_html_lang(m):
    html = {"content-type": "text/html; charset=utf-8", "content-length": str(len(PAGE)), "etag": "x"}
    ja = {"accept-language": "ja", "accept": "text/html,*/*", "accept-encoding": "gzip"}
    body, headers, asked = _answered(m, ja, html)
    assert body == PAGE.replace('<html lang="en"', '<html lang="ja"', 1)
    assert headers[b"content-length"] == str(len(body)).encode()
    assert b"etag" not in headers
    assert headers[b"vary"] == b"Accept-Language"
    assert b"accept-encoding" not in asked
    assert 'lang="en"><p' in _answered(m, ja, html, "/?lang=en")[0]
    assert 'lang="en"><p' in _answered(m, {"accept-language": "en"}, html, "/?lang=zz")[0]
    for untouched in ({"content-type": "application/json"}, {**html, "content-encoding": "gzip"}):
        assert _answered(m, ja, untouched)[0] == PAGE
    assert _answered(m, ja, html, "/", "POST")[0] == PAGE
    assert b"accept-encoding" in _answered(m, {**ja, "accept": "*/*"}, html)[2]


HTML_LANG = (
    Fault("HtmlLang", 'scope["method"] != "GET"', "False"),
    Fault("HtmlLang", "page += ", "page = "),
    Fault("HtmlLang", '"text/html" in Headers(scope=scope).get("accept", "")', "True"),
    Fault("HtmlLang", 'one[0] != b"accept-encoding"', "True"),
    Fault("HtmlLang", ", 1)\n", ")\n"),
    Fault("_is_page", 'startswith("text/html")', 'startswith("")'),
    Fault("_is_page", '"content-encoding" not in headers', "True"),
    Fault("_describe", "del headers[one]", "pass"),
    Fault("_describe", "str(len(page))", '"0"'),
    Fault("_describe", '"Accept-Language"', '"*"'),
    Fault("_lang", "asked in words.LANGS", "False"),
    Fault("_lang", "if asked in words.LANGS else _browser_lang(scope)", ""),
)

CASES = [
    (path, fault, check)
    for path, faults, check in (
        ("analysis/words/figures.py", FIGURES, check_figures),
        ("analysis/words/sentences.py", SENTENCES, check_sentences),
        ("analysis/spreadsheet.py", SPREADSHEET, check_spreadsheet),
        ("analysis/page/layout.py", PLAIN, check_plain),
        ("app.py", HTML_LANG, check_html_lang),
    )
    for fault in faults
]
HERE = (
    # copies stand elsewhere: the catalogue and the pages are found from here
    ("Path(__file__)", f"Path({str(ROOT)!r}, 'analysis', 'words', 'x.py')"),
)


def rewrites(path: str) -> tuple[tuple[str, str], ...]:
    if path.endswith("sentences.py"):
        return HERE
    if path == "app.py":
        return (("Path(__file__)", f"Path({str(ROOT / 'app.py')!r})"),)
    return ()


@pytest.mark.parametrize(
    ("path", "fault", "check"), CASES, ids=lambda one: str(one) if isinstance(one, Fault) else ""
)
def test_every_fault_is_caught(path, fault, check, tmp_path):
    assert is_caught(ROOT / path, fault, check, tmp_path, rewrites(path))


@pytest.mark.parametrize(("path", "check"), sorted({(path, check) for path, _, check in CASES}, key=str))
def test_the_untouched_module_passes(path, check, tmp_path):
    check(load(ROOT / path, tmp_path, rewrites=rewrites(path)))
