-- One by one.
told AS (
    SELECT * FROM seen
),
