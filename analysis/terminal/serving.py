"""Serving the pages: one process that owns the store until it is stopped."""

import os
import sys
import threading
import time
import webbrowser
from pathlib import Path

from analysis.terminal.files import BadInput
from analysis.terminal.machine import taken

_PAUSE_S, _PATIENCE_S = 0.2, 60.0


def serve(home: Path | None, port: int, host: str, *, browser: bool) -> None:
    """Serve until stopped.

    Args:
        home: the folder of the store; None means KAZASU_HOME or `.kazasu`.
        port: the port of the pages.
        host: the address to listen on.
        browser: whether to open a browser once the pages answer.

    Raises:
        BadInput: the port is taken.
    """
    refuse_taken(port)
    if home is not None:
        os.environ["KAZASU_HOME"] = str(home.resolve())
    import app

    sys.argv = [str(Path(app.__file__).resolve())]
    if browser:
        everywhere = not host.strip("0.:")
        url = f"http://{'localhost' if everywhere else host}:{port}"
        threading.Thread(target=_open, args=(url, port), name="browser", daemon=True).start()
    app.app.run(config={"server.port": port, "server.address": host, "server.headless": True})


def refuse_taken(port: int) -> None:
    """Refuse a port that something on this machine already listens on.

    Args:
        port: the port.

    Raises:
        BadInput: it is taken.
    """
    if taken(port):
        raise BadInput(f"`--port` is {port}; must be free, but something listens there; choose another.")


def _open(url: str, port: int) -> None:
    waited = 0.0
    while not taken(port) and waited < _PATIENCE_S:
        time.sleep(_PAUSE_S)
        waited += _PAUSE_S
    webbrowser.open(url)
