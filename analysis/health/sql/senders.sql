-- Lines by who sent them. A reject's sender is known only if its line still reads as JSON.
WITH lines AS (
    SELECT platform, app_version, count(*) AS landed, 0 AS rejected
    FROM events
    GROUP BY platform, app_version
    UNION ALL
    SELECT CASE WHEN json_valid(raw) THEN json_extract_string(raw, '$.platform') END AS platform,
           CASE WHEN json_valid(raw) THEN json_extract_string(raw, '$.app_version') END AS app_version,
           0 AS landed,
           count(*) AS rejected
    FROM rejects
    GROUP BY ALL
)
SELECT platform, app_version, sum(landed)::BIGINT AS landed, sum(rejected)::BIGINT AS rejected
FROM lines
GROUP BY platform, app_version
ORDER BY rejected DESC, landed DESC, platform, app_version
