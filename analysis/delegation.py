"""How a verb reaches the process that owns the store: the owner listens on loopback, others post to it.

One process owns the DuckDB file. A serving owner wraps its life in `listening(store)`: that opens a port of
its own on 127.0.0.1 (never the port of the pages, so that pages served to a network serve no verbs) and
writes `owner.json` (url, token, pid; mode 600) into the store's home. The service does, in its lifespan:

    with delegation.listening(store):
        yield

A verb that meets the lock reads that file and posts itself there (analysis/dispatch.py).
"""

import hmac
import json
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse

    from ingest import Store

OWNER_FILE = "owner.json"
MAX_BODY_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns the store and where it listens.

    Attributes:
        url: `http://127.0.0.1:PORT`.
        token: the secret that a verb must carry.
        pid: the owner's process.
    """

    url: str
    token: str
    pid: int

    def __post_init__(self) -> None:
        """Refuse an address outside this machine: the token must never travel."""
        parts = urlsplit(self.url)
        if parts.scheme != "http" or parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
            msg = f"`url` is {self.url!r}; must be http on this machine's loopback; remove {OWNER_FILE}."
            raise ValueError(msg)

    def alive(self) -> bool:
        """Whether the owner's process still exists on this machine."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


def read_owner(home: Path) -> Owner | None:
    """Read who owns the store of a home.

    Args:
        home: the folder of the store.

    Returns:
        The owner as announced (perhaps long gone: see `Owner.alive`), or None if nobody announced itself.
    """
    try:
        found = json.loads((home / OWNER_FILE).read_text(encoding="utf-8"))
        return Owner(url=str(found["url"]), token=str(found["token"]), pid=int(found["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def announce(home: Path, url: str) -> Owner:
    """Write owner.json for this process, readable by its user only, replacing what a dead owner left.

    Args:
        home: the folder of the store.
        url: where this process listens for verbs.

    Returns:
        The owner with its fresh token.
    """
    owner = Owner(url=url, token=secrets.token_urlsafe(32), pid=os.getpid())
    fresh = home / f"{OWNER_FILE}.{owner.pid}"
    fresh.unlink(missing_ok=True)
    private = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(private, "w", encoding="utf-8") as file:
        json.dump(asdict(owner), file)
    fresh.replace(home / OWNER_FILE)
    return owner


def withdraw(home: Path, owner: Owner) -> None:
    """Remove owner.json, if it still names this owner."""
    if read_owner(home) == owner:
        (home / OWNER_FILE).unlink(missing_ok=True)


@contextmanager
def listening(store: "Store") -> Iterator[Owner]:
    """Answer verbs on a loopback port for as long as the block runs.

    Args:
        store: the open store that this process owns.

    Yields:
        The announced owner.
    """
    import uvicorn

    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        owner = announce(store.home, f"http://127.0.0.1:{port}")
        config = uvicorn.Config(endpoint(store, owner), loop="asyncio", log_level="warning", lifespan="off")
        config.timeout_graceful_shutdown = 5
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, name="verbs", daemon=True)
        thread.start()
        try:
            yield owner
        finally:
            withdraw(store.home, owner)
            server.should_exit = True
            thread.join(timeout=10)


def endpoint(store: "Store", owner: Owner) -> "Starlette":
    """The application behind `listening`: POST /v1/verb with `{"verb": …, "payload": {…}}` and the token.

    Refuses other hosts (a rebound name), browsers (they send Origin), wrong tokens and oversized bodies.

    Args:
        store: the open store that this process owns.
        owner: this process as announced.

    Returns:
        A Starlette application.
    """
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    from analysis.verbs import run_verb

    async def verb(request: "Request") -> "JSONResponse":
        refusal = _refusal(request, owner)
        if refusal:
            status, code, sentence = refusal
            return JSONResponse(_error(code, sentence), status_code=status)
        body = await request.body()
        try:
            asked = json.loads(body)
            name, payload = str(asked["verb"]), dict(asked["payload"])
        except (ValueError, KeyError, TypeError):
            sentence = "`body` is not understood; must be a JSON object with `verb` and `payload`."
            return JSONResponse(_error("bad_request", sentence), status_code=400)
        return JSONResponse(await run_in_threadpool(run_verb, store, name, payload))

    return Starlette(routes=[Route("/v1/verb", verb, methods=["POST"])])


def _refusal(request: "Request", owner: Owner) -> tuple[int, str, str] | None:
    port = urlsplit(owner.url).port
    if request.headers.get("host") not in {f"127.0.0.1:{port}", f"localhost:{port}"}:
        return 403, "foreign_host", "`Host` is not this machine's loopback."
    if "origin" in request.headers:
        return 403, "from_a_browser", "`Origin` is set; verbs are not for browsers."
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), owner.token.encode()):
        return 401, "bad_token", "`Authorization` does not carry the token of owner.json."
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
        return 413, "too_large", f"`Content-Length` must be given and <= {MAX_BODY_BYTES} bytes."
    return None


def _error(code: str, sentence: str) -> dict[str, object]:
    return {"error": {"code": code, "sentence": sentence}}
