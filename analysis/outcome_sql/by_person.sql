-- One row for each impression of the arms that are told ($arms, counted from 0), persons side by side as the store keeps them.
by_person AS (
    SELECT
        person_key,
        (coalesce(list_position($arms::VARCHAR[], arm), 0) - 1)::INTEGER AS arm,
        fate,
        coalesce(CASE WHEN limit_ms IS NOT NULL AND ms IS NOT NULL THEN least(ms, $latest_ms) END, -1)::INTEGER AS ms,
        (CASE WHEN limit_ms IS NULL THEN -1 ELSE least(limit_ms, $latest_ms) END)::INTEGER AS limit_ms
    FROM classified
    WHERE place = 0
)
SELECT * FROM by_person
