-- What the store holds that a funnel may be asked of: names of events, filled fields, names of flows.
WITH seen AS (
    SELECT event, count(*) AS n, count(platform) AS platform, count(device) AS device, count(os_version) AS os_version,
           count(app_version) AS app_version, count(copy_id) AS copy_id, count(design_id) AS design_id,
           count(display_ms) AS display_ms, count(model_version) AS model_version, count(method) AS method
    FROM events WHERE NOT background GROUP BY event
)
SELECT 'event' AS kind, event AS name, n FROM seen
UNION ALL
SELECT 'field', field, sum(filled)::BIGINT
FROM (UNPIVOT seen ON platform, device, os_version, app_version, copy_id, design_id, display_ms, model_version, method INTO NAME field VALUE filled)
GROUP BY field HAVING sum(filled) > 0
UNION ALL
SELECT 'flow', properties ->> 'flow', count(*)
FROM events WHERE event = 'camera_opened' AND properties ->> 'flow' IS NOT NULL GROUP BY properties ->> 'flow'
ORDER BY kind, n DESC, name
