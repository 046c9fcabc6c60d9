-- landed and conflicts are counted from what is stored; what is left of the good lines are duplicates.
INSERT INTO loads
    WITH mine AS (
        SELECT count(*) AS landed, coalesce(sum(bad_values), 0)::BIGINT AS bad_values, min(ts) AS first_ts, max(ts) AS last_ts FROM (
            SELECT ts, bad_values FROM events_tail WHERE load_id = $load_id
        )
    ), conflicts AS (
        SELECT count(*) AS n FROM rejected_lines WHERE load_id = $load_id AND code = 'id_conflict'
    )
    SELECT $load_id::INTEGER, $digest::VARCHAR, $source::VARCHAR, $mapping::VARCHAR, $lines::BIGINT, landed,
           $rows::BIGINT - landed - n, $rejected::BIGINT + n, $skipped::BIGINT, bad_values, first_ts, last_ts,
           $landed_at::TIMESTAMPTZ, $synthetic::BOOLEAN, TRUE
    FROM mine, conflicts;
