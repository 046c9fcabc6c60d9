"""`<html lang>` says the reader's language on every page, and nothing else is touched."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, StreamingResponse
from starlette.routing import Route

from app import HtmlLang

PAGE = '<!doctype html><html lang="en"><body>lang="en" 表示</body></html>'


async def page(_: Request) -> HTMLResponse:
    return HTMLResponse(PAGE, headers={"etag": '"1"', "last-modified": "Sun, 22 Nov 2026 15:41:06 GMT"})


async def in_pieces(_: Request) -> StreamingResponse:
    async def pieces():
        for at in range(0, len(PAGE), 7):
            yield PAGE[at : at + 7]

    return StreamingResponse(pieces(), media_type="text/html")


async def figures(_: Request) -> JSONResponse:
    return JSONResponse({"html": '<html lang="en">'})


async def packed(_: Request) -> HTMLResponse:
    return HTMLResponse(PAGE, headers={"content-encoding": "identity"})


async def encoding(request: Request) -> HTMLResponse:
    return HTMLResponse(PAGE, headers={"x-asked": request.headers.get("accept-encoding", "plain")})


SERVED = HtmlLang(
    Starlette(
        routes=[
            Route("/page", page),
            Route("/pieces", in_pieces),
            Route("/figures", figures),
            Route("/packed", packed),
            Route("/encoding", encoding),
        ]
    )
)


def asked(path: str, accept: str = "ja", method: str = "GET", kind: str = "text/html") -> httpx.Response:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(SERVED), base_url="http://kazasu"
        ) as client:
            return await client.request(method, path, headers={"Accept-Language": accept, "Accept": kind})

    with ThreadPoolExecutor(max_workers=1) as apart:  # a browser test may hold this thread's event loop
        return apart.submit(asyncio.run, ask()).result()


@pytest.mark.parametrize("path", ["/page", "/pieces"])
@pytest.mark.parametrize(
    ("query", "accept", "lang"),
    [
        ("", "ja", "ja"),
        ("", "en-GB", "en"),
        ("?lang=en", "ja", "en"),
        ("?lang=ja&device=old", "en", "ja"),
        ("?lang=xx", "en", "en"),
    ],
)
def test_the_page_is_marked_with_the_language_it_is_read_in(path, query, accept, lang):
    answer = asked(path + query, accept)
    assert answer.text == PAGE.replace('<html lang="en"', f'<html lang="{lang}"')
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_a_browser_may_not_keep_the_page_of_another_language():
    headers = asked("/page").headers
    assert headers["vary"] == "Accept-Language"
    assert "etag" not in headers
    assert "last-modified" not in headers


@pytest.mark.parametrize("path", ["/figures", "/packed"])
def test_everything_but_plain_html_passes_untouched(path):
    assert 'lang="en' in asked(path).text or 'lang=\\"en' in asked(path).text
    assert "ja" not in asked(path).text


def test_a_head_request_keeps_its_length():
    assert int(asked("/page", method="HEAD").headers["content-length"]) == len(PAGE.encode())


def test_a_page_is_fetched_unpacked_so_that_it_can_be_marked_and_nothing_else_is():
    assert asked("/encoding").headers["x-asked"] == "plain"
    assert "gzip" in asked("/encoding", kind="*/*").headers["x-asked"]
