-- Endings of first, second, third and later impressions, counted per display limit and millisecond.
SELECT
    least(nth, 4) AS turn,
    limit_ms,
    ending AS fate,
    CASE WHEN ending = 'expired' THEN limit_ms ELSE floor(elapsed_ms)::BIGINT END AS ms,
    count(*) AS n
FROM steady
WHERE is_over AND ending IS NOT NULL AND limit_ms IS NOT NULL AND (elapsed_ms IS NOT NULL OR ending = 'expired')
GROUP BY ALL
ORDER BY ALL
