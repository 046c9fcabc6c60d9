-- Whether an id of this load stands twice, here or in the store. Hashes first: equal hashes may be chance, unequal ones never are.
SELECT (SELECT count(*) > count(DISTINCT hash(event_id)) FROM read_parquet($paths) WHERE ok)
    OR EXISTS (SELECT 1 FROM events_tail AS old SEMI JOIN (SELECT event_id FROM read_parquet($paths) WHERE ok) AS fresh ON old.event_id = fresh.event_id)
    OR EXISTS (SELECT 1 FROM events_main AS old SEMI JOIN (SELECT event_id FROM read_parquet($paths) WHERE ok) AS fresh ON old.event_id = fresh.event_id)
