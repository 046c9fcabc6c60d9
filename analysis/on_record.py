"""What people put on record before the data came, for every room that reads it."""

import json
from typing import TYPE_CHECKING

from experiments.design import Experiment

if TYPE_CHECKING:
    from ingest import Store


def experiment_on_record(store: "Store", key: str | None) -> Experiment | None:
    """The declared experiment of a key.

    Args:
        store: an open store.
        key: the experiment's key; None asks for none.

    Returns:
        The experiment, or None where nobody declared it.

    Raises:
        ValueError: the record breaks a rule that holds now.
    """
    body = None if key is None else store.records.get("experiment", key)
    return None if body is None else Experiment.model_validate_json(json.dumps(body))
