"""Telling people: when a rule's state changes, its webhook hears of it once; the pages read what was recorded."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from analysis.alerts.compute import AlertsQuery, Judged, answer, rules_of, told
from analysis.ask import TookTooLong

if TYPE_CHECKING:
    from ingest import Store

ALERT = "alert"
"""The kind of record that holds what was last told of a rule."""
WHO = "kazasu"
PATIENCE_S = 5.0


def after_load(store: "Store") -> dict[str, object]:
    """Judge every rule now that data landed, record changes of state, and tell the webhooks.

    A rule is told when it begins to alert and when that is over, not in between; a webhook that could not be reached
    is tried again after the next load. Where nothing can be said the state stays what it was.

    Args:
        store: an open store.

    What landed has landed: rules that cannot be read or take too long are said, and fail no load.

    Returns:
        `alerts`: what changed, or was told at last: the judged rule as JSON, with `delivered` (null without a webhook)
        and `problem`. `alerts_problem`: why rules were not judged, else None.
    """
    try:
        found = answer(store, AlertsQuery()) if rules_of(store) else None
        refused = "; ".join(f"{key}: {sentence}" for key, sentence in found.refused) if found else ""
        return {"alerts": _told(store, found.rules) if found else [], "alerts_problem": refused or None}
    except (ValueError, TookTooLong) as error:
        return {"alerts": [], "alerts_problem": str(error)}


def _told(store: "Store", rules: Sequence[Judged]) -> list[dict[str, object]]:
    changed = []
    for one in rules:
        before = store.records.get(ALERT, one.rule.key) or {"state": "quiet", "delivered": None}
        state = one.judgement.state
        if state == "cannot_say" or (state == before["state"] and before["delivered"] is not False):
            continue
        body = told(one) | _delivered(one)
        store.records.add(ALERT, one.rule.key, body, WHO)
        changed.append(body)
    return changed


def alerting(store: "Store") -> list[Mapping[str, object]]:
    """The rules that alert now, as last recorded, in the order of their keys."""
    latest = {str(record["key"]): record["body"] for record in store.records.all(ALERT)}
    return [latest[key] for key in rules_of(store) if key in latest and latest[key]["state"] == "alert"]


def _delivered(one: Judged) -> dict[str, object]:
    if one.rule.webhook is None:
        return {"delivered": None, "problem": None}
    import httpx

    body = json.dumps(told(one), ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "kazasu"}
    try:
        httpx.post(one.rule.webhook, content=body, headers=headers, timeout=PATIENCE_S).raise_for_status()
    except httpx.HTTPStatusError as refused:
        return {"delivered": False, "problem": f"HTTP {refused.response.status_code}"}
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return {"delivered": False, "problem": f"{type(error).__name__}: {error}"}
    return {"delivered": True, "problem": None}
