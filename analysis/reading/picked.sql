-- picked: the impressions of a selection that belong to a person; the same rules of experiments as everywhere.
-- steady: those that showed the same words and design for the same time as their person's first one of the selection.
-- is_over: its display limit has passed; before that only its quick endings are known.
WITH picked AS (
    SELECT
        i.person_key, i.nth, i.copy_id, i.design_id, i.language,
        floor(i.display_ms)::BIGINT AS limit_ms,
        i.timeout_ms,
        CASE WHEN i.ending_ts <= $observed_until THEN i.ending END AS ending,
        i.elapsed_ms,
        (epoch_us($observed_until) - epoch_us(i.shown_ts)) // 1000 >= floor(i.display_ms) AS is_over
    FROM impressions AS i
    LEFT JOIN exposures AS x ON x.person_key = i.person_key AND x.experiment = $experiment
    WHERE i.person_key IS NOT NULL
      AND i.shown_ts <= $observed_until
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
      AND (
          $experiment IS NULL
          OR (x.variants = 1 AND i.shown_ts >= x.ts AND ($exposed_from IS NULL OR x.ts >= $exposed_from))
      )
),
steady AS (
    SELECT *
    FROM picked
    QUALIFY row(copy_id, design_id, limit_ms) IS NOT DISTINCT FROM
        first_value(row(copy_id, design_id, limit_ms)) OVER (PARTITION BY person_key ORDER BY nth)
)
