-- Counted, told in words.
counted AS (
    SELECT
        CASE WHEN place = 0 THEN arm END AS arm,
        CASE WHEN place = 0 THEN limit_ms END AS limit_ms,
        (CASE WHEN place > 0 THEN 10 + place ELSE fate END)::UTINYINT AS fate,
        CASE WHEN place = 0 THEN ms END AS ms,
        sum(n)::BIGINT AS n
    FROM classified
    GROUP BY ALL
)
SELECT
    arm, limit_ms,
    CASE fate
        WHEN 1 THEN 'tap' WHEN 2 THEN 'dismiss' WHEN 3 THEN 'leave' WHEN 4 THEN 'expired' WHEN 5 THEN 'open' WHEN 6 THEN 'lost'
        WHEN 11 THEN 'before_exposure' WHEN 12 THEN 'several_variants' ELSE 'not_exposed'
    END AS fate,
    ms, n
FROM counted
ORDER BY limit_ms NULLS LAST, fate, ms NULLS LAST
