"""What answers depend on, and the question that tells it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

FACTS: Final = """
SELECT
    coalesce(max(load_id), 0) || '.' || coalesce(sum(landed), 0)::BIGINT, max(last_ts) FILTER (complete),
    coalesce(bool_or(synthetic), FALSE),
    NOT coalesce(bool_or(NOT compacted AND landed > 0), FALSE)
    AND NOT EXISTS (SELECT 1 FROM store_facts WHERE name = 'order_is_stale')
FROM loads
"""


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """What answers depend on, all read at one instant.

    Args:
        data_version: The last load and the number of records, as "LOAD-RECORDS".
        observed_until: The latest event time of complete loads; None if nothing landed.
        synthetic: Whether any load was declared synthetic.
        clustered: Whether `events_main` holds every event in the stored (person, time) order.
    """

    data_version: str
    observed_until: datetime | None
    synthetic: bool
    clustered: bool
