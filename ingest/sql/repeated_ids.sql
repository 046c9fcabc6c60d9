-- The ids that this load has twice or that the store has already.
CREATE OR REPLACE TEMP TABLE repeated AS
    SELECT event_id FROM read_parquet($paths) WHERE ok GROUP BY event_id HAVING count(*) > 1
    UNION
    SELECT old.event_id FROM events_tail AS old SEMI JOIN (SELECT event_id FROM read_parquet($paths) WHERE ok) AS fresh ON fresh.event_id = old.event_id
    UNION
    SELECT old.event_id FROM events_main AS old SEMI JOIN (SELECT event_id FROM read_parquet($paths) WHERE ok) AS fresh ON fresh.event_id = old.event_id
