-- Who saw which variant first, one row per experiment and person. Only experiment_exposed is randomised; an exposure without
-- an experiment or without a variant is kept in events and stands in no row here. `variants` > 1: the person saw several.
CREATE OR REPLACE MACRO kz_exposures(kz_source) AS TABLE
SELECT experiment,
       person,
       first(variant ORDER BY ts, seq, event_id) AS variant,
       min(ts) AS ts,
       count(DISTINCT variant) AS variants,
       first(platform ORDER BY ts, seq, event_id) AS platform,
       first(device ORDER BY ts, seq, event_id) AS device,
       first(app_version ORDER BY ts, seq, event_id) AS app_version,
       first(os_version ORDER BY ts, seq, event_id) AS os_version
FROM query_table(kz_source)
WHERE event = 'experiment_exposed' AND experiment IS NOT NULL AND variant IS NOT NULL
GROUP BY experiment, person;
