-- Persons exposed to each arm of an experiment alone; without an arm those who were exposed to several.
SELECT CASE WHEN variants = 1 THEN variant END AS arm, count(*) AS persons
FROM exposures
WHERE experiment = $experiment AND ts >= $since AND ts <= $until
GROUP BY ALL
ORDER BY arm
