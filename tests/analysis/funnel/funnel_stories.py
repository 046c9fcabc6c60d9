"""Asking the funnel room about small stores."""

from analysis.funnel import FunnelAnswer, FunnelQuery, answer
from ingest import Store

SELL_CHECK = {
    "within": "30s",
    "steps": [{"event": "camera_opened"}, {"event": "photo_taken"}, {"event": "result_shown"}],
}


def ask(store: Store, **funnel: object) -> FunnelAnswer:
    """The sell-check funnel with some keys replaced; keys are those of the file (`from` as `from_`)."""
    keys = {key.rstrip("_"): value for key, value in funnel.items()}
    return answer(store, FunnelQuery.model_validate({**SELL_CHECK, **keys}))


def units(store: Store, **funnel: object) -> list[int]:
    """How many units reached each step."""
    return [step.units for step in ask(store, **funnel).steps]


def groups(store: Store, **breakdown: object) -> dict[str | None, list[int]]:
    """Group -> how many of its units reached each step."""
    found = ask(store, breakdown=breakdown).groups
    return {group.by[0]: [step.units for step in group.steps] for group in found}
