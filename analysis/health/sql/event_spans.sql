SELECT event, count(*) AS events, count(DISTINCT person) AS persons, min(ts) AS first_ts, max(ts) AS last_ts
FROM events
GROUP BY event
ORDER BY events DESC, event
