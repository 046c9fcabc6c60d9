-- Landed is what is not hidden; of the hidden lines those that are no conflict are duplicates.
INSERT INTO loads
    WITH mine AS (
        SELECT count(*) AS landed, coalesce(sum(f.bad_values), 0)::BIGINT AS bad_values, min(f.ts) AS first_ts, max(f.ts) AS last_ts
        FROM kz_fresh($paths) AS f ANTI JOIN (SELECT at_row FROM hidden_rows WHERE load_id = $load_id) AS h ON f.at_row = h.at_row
    ), conflicts AS (
        SELECT count(*) AS n FROM rejected_lines WHERE load_id = $load_id AND code = 'id_conflict'
    )
    SELECT $load_id::INTEGER, $digest::VARCHAR, $source::VARCHAR, $mapping::VARCHAR, $lines::BIGINT, landed,
           $rows::BIGINT - landed - n, $rejected::BIGINT + n, $skipped::BIGINT, bad_values, first_ts, last_ts,
           $landed_at::TIMESTAMPTZ, $synthetic::BOOLEAN, TRUE, FALSE
    FROM mine, conflicts;
