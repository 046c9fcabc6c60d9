-- What the page can be narrowed to: experiments that anybody was exposed to, and platforms, the most frequent first.
SELECT name, value, n
FROM (
    SELECT 'experiment' AS name, experiment AS value, count(*) AS n FROM exposures GROUP BY ALL
    UNION ALL SELECT 'platform', platform, count(*) FROM exposures GROUP BY ALL
)
WHERE value IS NOT NULL
ORDER BY name, n DESC, value
