-- The ids that this load has twice or that the store has already.
CREATE OR REPLACE TEMP TABLE repeated AS
    SELECT event_id FROM read_parquet($paths) WHERE ok GROUP BY event_id HAVING count(*) > 1
    UNION
    SELECT DISTINCT fresh.event_id FROM read_parquet($paths) AS fresh SEMI JOIN events_tail AS old ON fresh.event_id = old.event_id WHERE ok
    UNION
    SELECT DISTINCT fresh.event_id FROM read_parquet($paths) AS fresh SEMI JOIN events_main AS old ON fresh.event_id = old.event_id WHERE ok
