-- Which impressions are asked for, the arm of each, and its place: 0 in; left out of an experiment 1 before exposure, 2 several
-- variants, 3 not exposed.
WITH placed AS (
    SELECT
        i.*,
        CASE
            WHEN $experiment IS NOT NULL THEN x.variant
            WHEN $by IS NULL THEN 'all'
            WHEN $by = 'copy_id' THEN i.copy_id
            WHEN $by = 'design_id' THEN i.design_id
            WHEN $by = 'display_ms' THEN floor(i.display_ms)::BIGINT::VARCHAR
            WHEN $by = 'platform' THEN i.platform
            WHEN $by = 'device' THEN i.device
            WHEN $by = 'os_version' THEN i.os_version
            WHEN $by = 'app_version' THEN i.app_version
            WHEN $by = 'language' THEN i.language
            WHEN $by = 'timeout' THEN CASE WHEN i.timeout_ms > i.display_ms THEN '>N' WHEN i.timeout_ms <= i.display_ms THEN '≤N' END
            WHEN $by = 'nth' THEN CASE WHEN i.nth < 4 THEN i.nth::VARCHAR ELSE '4+' END
        END AS arm,
        CASE
            WHEN $experiment IS NULL THEN 0
            ELSE coalesce(x.place, (i.shown_ts < x.ts)::UTINYINT, 3)
        END::UTINYINT AS place,
        -- No earlier impression of the person can be in the same place: what opens a selection in time opens it for good.
        i.previous_ts IS NULL OR coalesce(i.previous_ts < greatest($from, x.ts), FALSE) AS opens
    FROM impressions AS i
    LEFT JOIN (
        SELECT person_key, variant, ts, CASE WHEN ts < $exposed_from THEN 3 WHEN variants > 1 THEN 2 END::UTINYINT AS place
        FROM exposures WHERE experiment = $experiment
    ) AS x ON x.person_key = i.person_key
    WHERE i.shown_ts <= $observed_until
      AND ($from IS NULL OR i.shown_ts >= $from)
      AND ($to IS NULL OR i.shown_ts < $to)
      AND ($platform IS NULL OR i.platform = $platform)
      AND ($device IS NULL OR i.device = $device)
      AND ($os_version IS NULL OR i.os_version = $os_version)
      AND ($app_version IS NULL OR i.app_version = $app_version)
      AND ($copy_id IS NULL OR i.copy_id = $copy_id)
      AND ($design_id IS NULL OR i.design_id = $design_id)
      AND ($display_ms IS NULL OR i.display_ms = $display_ms)
      AND ($cohort IS NULL OR i.person IN (SELECT person FROM cohort_members WHERE cohort = $cohort))
),
