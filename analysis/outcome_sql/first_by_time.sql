-- Each person's first, where only time or the person decides what is asked for.
kept AS (
    SELECT * FROM placed WHERE place > 0 OR opens
),
