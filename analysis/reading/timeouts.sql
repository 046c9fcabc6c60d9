-- People by the display limit of their first impression with one, and what their platform recommends there.
SELECT
    limit_ms,
    count(*) AS people,
    count(timeout_ms) AS known,
    count(*) FILTER (WHERE timeout_ms > limit_ms) AS longer
FROM (SELECT * FROM picked WHERE limit_ms IS NOT NULL QUALIFY nth = min(nth) OVER (PARTITION BY person_key))
GROUP BY ALL
ORDER BY limit_ms
