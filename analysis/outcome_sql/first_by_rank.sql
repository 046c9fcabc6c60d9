-- Each person's first of those asked for, whatever decides about them.
kept AS (
    SELECT * FROM placed QUALIFY place > 0 OR nth = min(nth) OVER (PARTITION BY person_key, place)
),
