"""What the page can offer: names of events, fields to split by, and a funnel for each flow that was logged."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.ask import ask, once
from analysis.funnel.compute import FunnelQuery
from ingest.flows import Flow, flows

if TYPE_CHECKING:
    from ingest import Store

_SQL = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
_MOST_EVENTS, _GENERAL_STEPS = 200, 3
_ATTEMPT = {"within": "30m", "unit": "attempt"}
GENERAL = "general"


@dataclass(frozen=True, slots=True)
class Choices:
    """What the store holds.

    Args:
        events: Names of events, the most frequent first.
        fields: Fields with values, to split by, the fullest first.
        funnels: (flow, its funnel): the flows whose events were all logged, else one of the most frequent events.
    """

    events: tuple[str, ...]
    fields: tuple[str, ...]
    funnels: tuple[tuple[str, FunnelQuery], ...]


def choices(store: "Store") -> Choices:
    """Read what can be asked of a store.

    Args:
        store: An open store.
    """
    return once(store, _choices)


def _choices(store: "Store") -> Choices:
    found: dict[str, list[str]] = {"event": [], "field": [], "flow": []}
    for row in ask(store, _SQL).to_pylist():
        found[row["kind"]].append(row["name"])
    events = found["event"]
    ready = [
        (flow.name, _funnel(flow, found["flow"])) for flow in flows() if set(_names(flow)) <= set(events)
    ]
    if not ready and events:
        ready = [
            (
                GENERAL,
                FunnelQuery.model_validate({"steps": [{"event": name} for name in events[:_GENERAL_STEPS]]}),
            )
        ]
    return Choices(tuple(events[:_MOST_EVENTS]), tuple(found["field"]), tuple(ready))


def _names(flow: Flow) -> list[str]:
    """A flow's milestones and its prompt, in the flow's own order."""
    told = {name for names in flow.milestones.values() for name in names}
    told |= {flow.prompt.shown} if flow.prompt is not None else set()
    return [name for name in flow.events if name in told]


def _funnel(flow: Flow, told: list[str]) -> FunnelQuery:
    """A flow's funnel per attempt; its first step is held to the flow where the log says which flow it was."""
    first, *rest = _names(flow)
    where = {"flow": flow.name} if flow.name in told else {}
    steps = [{"event": first, "where": where}, *({"event": name} for name in rest)]
    return FunnelQuery.model_validate({**_ATTEMPT, "steps": steps})
