-- What the page can be narrowed to, the most frequent first.
SELECT name, value
FROM (
    SELECT 'model_version' AS name, model_version AS value, count(*) AS n FROM inferences GROUP BY ALL
    UNION ALL SELECT 'platform', platform, count(*) FROM inferences GROUP BY ALL
    UNION ALL SELECT 'device', device, count(*) FROM inferences GROUP BY ALL
    UNION ALL SELECT 'delegate', delegate, count(*) FROM inferences GROUP BY ALL
    UNION ALL SELECT 'conversion', conversion, count(*) FROM inferences GROUP BY ALL
)
WHERE value IS NOT NULL
ORDER BY name, n DESC, value
