"""From a verb typed in a terminal to its JSON: done here if the store is free, else by its owner."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.delegation import Owner, read_owner
from analysis.refusals import UNAVAILABLE, refusal

if TYPE_CHECKING:
    from analysis.verbs import Progress
    from ingest import Store, StoreBusy

PATIENCE_S = 5.0
_PAUSE_S = 0.2


class OwnerUnreachable(ConnectionError):
    """The owner named in owner.json did not answer."""


def perform(
    home: Path | None,
    verb: str,
    payload: Mapping[str, object],
    *,
    say: Callable[[str], None],
    progress: "Progress | None" = None,
) -> dict[str, object]:
    """Do a verb on the store of a home, whoever owns it.

    Args:
        home: the folder of the store; None means KAZASU_HOME or `.kazasu`.
        verb: the verb's name.
        payload: its payload; paths in it must be absolute.
        say: where to tell the waiting user what is going on.
        progress: called while logs are landing, if this process lands them.

    Returns:
        The verb's JSON; `{"error": …}` with exit 3 if the store cannot be had.
    """
    from analysis.verbs import run_verb
    from ingest import StoreBusy, StoreUnavailable

    waited = 0.0
    while True:
        try:
            store = _open(home)
        except StoreBusy as busy:
            answer, trouble = _ask_owner(home, busy, verb, payload)
        except StoreUnavailable as error:
            return refusal("store_unavailable", str(error), exit_code=UNAVAILABLE)
        else:
            with store:
                return run_verb(store, verb, payload, progress=progress)
        if answer is not None:
            return answer
        if waited >= PATIENCE_S:
            return refusal("store_busy", trouble, exit_code=UNAVAILABLE)
        if not waited:
            say(f"Another process is using the store; waiting up to {PATIENCE_S:g} s.")
        time.sleep(_PAUSE_S)
        waited += _PAUSE_S


def forward(owner: Owner, verb: str, payload: Mapping[str, object]) -> dict[str, object]:
    """Let the owner do a verb.

    Args:
        owner: who owns the store.
        verb: the verb's name.
        payload: its payload; paths in it must be absolute.

    Returns:
        The verb's JSON, the same as `run_verb` gives in the owner.

    Raises:
        OwnerUnreachable: nobody answers, or what answers is not the owner.
    """
    import httpx

    try:
        with httpx.Client(trust_env=False, timeout=httpx.Timeout(5, read=None)) as client:
            response = client.post(
                f"{owner.url}/v1/verb",
                json={"verb": verb, "payload": payload},
                headers={"authorization": f"Bearer {owner.token}"},
            )
            answer = response.json()
    except (httpx.HTTPError, ValueError) as error:
        msg = f"Process {owner.pid} owns the store but did not answer ({error}); see its output."
        raise OwnerUnreachable(msg) from error
    if response.status_code != httpx.codes.OK or not isinstance(answer, dict):
        msg = f"Process {owner.pid} owns the store but refused the verb {verb!r} ({answer}); start it again."
        raise OwnerUnreachable(msg)
    return answer


def _open(home: Path | None) -> "Store":
    from ingest import Store, StoreUnavailable
    from ingest.store import DatabaseError

    try:
        return Store.open(home)
    except (DatabaseError, ValueError) as error:
        said = str(error).split("\n", 1)[0]
        msg = f"`landed` cannot be indexed ({said}); must be whole files; run: kazasu doctor"
        raise StoreUnavailable(msg) from error


def _ask_owner(
    home: Path | None, busy: "StoreBusy", verb: str, payload: Mapping[str, object]
) -> tuple[dict[str, object] | None, str]:
    from ingest.store import home_folder

    owner = read_owner((home or home_folder()).resolve())
    if owner is None:
        return None, f"{busy}. It does not answer verbs: wait until it ends, or end it."
    if not owner.alive():
        return None, f"{busy}. owner.json is stale: it names process {owner.pid}, which is gone."
    try:
        return forward(owner, verb, payload), ""
    except OwnerUnreachable as silent:
        return None, str(silent)
