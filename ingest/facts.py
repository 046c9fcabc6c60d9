"""What answers depend on, and the question that tells it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

FACTS: Final = """
SELECT
    kz_load_version(max(load_id), sum(landed)), max(last_ts) FILTER (complete),
    coalesce(bool_or(synthetic), FALSE),
    NOT coalesce(bool_or(NOT compacted AND landed > 0), FALSE)
    AND NOT EXISTS (SELECT 1 FROM store_facts WHERE name = 'order_is_stale'),
    coalesce((SELECT max(value) FROM store_facts WHERE name = 'tail_keyed') = kz_load_version(max(load_id), sum(landed)), FALSE),
    coalesce((SELECT max(value) FROM store_facts WHERE name = 'stored_version'), kz_load_version(max(load_id), sum(landed)), '')
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
        keyed: Whether `events_tail_keyed` holds, under the same keys and in the same order, what `events_main` lacks.
        stored_version: Changes whenever rows of `events_main` do.
    """

    data_version: str
    observed_until: datetime | None
    synthetic: bool
    clustered: bool
    keyed: bool
    stored_version: str

    @property
    def mergeable(self) -> bool:
        """Whether events are read in (person, time) order by merging two stored orders."""
        return self.keyed and not self.clustered
