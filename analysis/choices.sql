-- What the page can be narrowed to, the most frequent first.
SELECT name, value, n
FROM (
    SELECT 'experiment' AS name, experiment AS value, count(*) AS n FROM exposures GROUP BY ALL
    UNION ALL SELECT 'platform', platform, count(*) FROM impressions GROUP BY ALL
    UNION ALL SELECT 'device', device, count(*) FROM impressions GROUP BY ALL
    UNION ALL SELECT 'copy_id', copy_id, count(*) FROM impressions GROUP BY ALL
)
WHERE value IS NOT NULL
ORDER BY name, n DESC, value
