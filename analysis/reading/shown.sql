-- What was shown for how long: impressions and people of each copy, design, language (as logged) and display limit.
SELECT copy_id, design_id, language, limit_ms, count(*) AS n, count(DISTINCT person_key) AS people
FROM picked
GROUP BY ALL
ORDER BY copy_id NULLS LAST, design_id NULLS LAST, language NULLS LAST, limit_ms NULLS LAST
