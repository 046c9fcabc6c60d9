-- All of them.
kept AS (
    SELECT * FROM placed
),
