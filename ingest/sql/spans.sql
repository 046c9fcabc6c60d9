-- Loads that lost rows tell their span and their bad values anew, so that no order of loading can show in them.
UPDATE loads SET first_ts = span.first_ts, last_ts = span.last_ts, bad_values = span.bad_values
    FROM (
        SELECT d.load_id, min(e.ts) AS first_ts, max(e.ts) AS last_ts, coalesce(sum(e.bad_values), 0)::BIGINT AS bad_values
        FROM (SELECT DISTINCT load_id FROM displaced) AS d LEFT JOIN events AS e ON e.load_id = d.load_id
        GROUP BY d.load_id
    ) AS span
    WHERE loads.load_id = span.load_id;
