"""The service: the pages, `GET /healthz`, and the one owner of the store, which answers the terminal's verbs.

`kazasu serve`, `streamlit run app.py` and `uvicorn app:app` all serve this `app`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from analysis import delegation, words
from analysis.page import t
from ingest.store import DatabaseError, StoreUnavailable, close_current, current

OPEN_AGAIN_S = 2.0
log = logging.getLogger("kazasu")


class HtmlLang:
    """Write the reader's language into `<html lang>` of every page; Streamlit's own always says `en`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; buffer and rewrite only text/html answers."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        if "text/html" in Headers(scope=scope).get("accept", ""):
            scope = {**scope, "headers": [one for one in scope["headers"] if one[0] != b"accept-encoding"]}
        start: Message = {}
        page = b""

        async def rewrite(message: Message) -> None:
            nonlocal start, page
            if message["type"] == "http.response.start" and _is_page(message):
                start = message
            elif not start or message["type"] != "http.response.body":
                await send(message)
            else:
                page += message.get("body", b"")
                if not message.get("more_body", False):
                    page = page.replace(b'<html lang="en"', b'<html lang="%s"' % _lang(scope), 1)
                    _describe(start, page)
                    await send(start)
                    await send({"type": "http.response.body", "body": page})

        await self.app(scope, receive, rewrite)


def _is_page(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers


def _describe(start: Message, page: bytes) -> None:
    headers = MutableHeaders(scope=start)
    headers["content-length"] = str(len(page))
    headers["vary"] = "Accept-Language"
    for one in ("etag", "last-modified"):  # they name Streamlit's page, which is the same in every language
        del headers[one]


def _lang(scope: Scope) -> bytes:
    asked = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])[0]
    return (words.preferred(asked) if asked in words.LANGS else _browser_lang(scope)).encode()


def _browser_lang(scope: Scope) -> words.Lang:
    return words.preferred(Headers(scope=scope).get("accept-language", ""))


async def _own_the_store(life: AsyncExitStack) -> None:
    """Open the store and answer verbs; while another process holds it, the pages say so and this tries again."""
    said = ""
    while True:
        try:
            store = await run_in_threadpool(current)
        except (StoreUnavailable, DatabaseError) as error:
            if str(error) != said:
                said = str(error)
                log.warning("%s", said)
            await asyncio.sleep(OPEN_AGAIN_S)
        else:
            life.enter_context(delegation.listening(store))
            return


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, Any]]:
    """Own the store while the service runs."""
    async with AsyncExitStack() as life:
        life.callback(close_current)
        opening = asyncio.create_task(_own_the_store(life))
        try:
            yield {}
        finally:
            opening.cancel()
            with suppress(asyncio.CancelledError):
                await opening


async def healthz(_: Request) -> JSONResponse:
    """200 with the data version while the store answers, 503 with the reason while it does not."""

    def look() -> dict[str, object]:
        store = current()
        until = store.observed_until()
        return {
            "status": "ok",
            "data_version": store.data_version(),
            "observed_until": until.isoformat() if until else None,
        }

    try:
        return JSONResponse(await run_in_threadpool(look))
    except (StoreUnavailable, DatabaseError) as error:
        return JSONResponse({"status": "unavailable", "sentence": str(error)}, status_code=503)


def apologise(error: Exception) -> bool:
    """Log what went wrong on a page and tell the reader kindly, without a traceback."""
    log.error("a page failed", exc_info=error)
    with st.container(key="crashed"):
        st.error(t("common.crashed.body"), title=t("common.crashed"), icon=":material/error:")
    return True


app = st.App(
    Path(__file__).resolve().with_name("ui.py"),
    lifespan=lifespan,
    routes=[Route("/healthz", healthz)],
    middleware=[Middleware(HtmlLang)],
    on_script_error=apologise,
)

if __name__ == "__main__":
    app.run()
