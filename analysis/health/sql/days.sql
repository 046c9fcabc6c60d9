-- Events by day in the reporting zone, which labels days and moves nothing.
SELECT timezone($zone, ts)::DATE AS day, count(*) AS events, count(DISTINCT person) AS persons
FROM events
GROUP BY day
ORDER BY day
