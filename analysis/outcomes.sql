-- What became of the impressions, counted per (arm, display limit, fate, millisecond).
-- fate: tap, dismiss, leave, expired; open = no ending yet; lost = no ending though the limit has passed;
-- before_exposure, several_variants and not_exposed = left out of an experiment.
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
        END AS arm,
        CASE
            WHEN $experiment IS NULL THEN 'in'
            WHEN x.variant IS NULL OR x.ts < $exposed_from THEN 'not_exposed'
            WHEN x.variants > 1 THEN 'several_variants'
            WHEN i.shown_ts < x.ts THEN 'before_exposure'
            ELSE 'in'
        END AS place
    FROM impressions AS i
    LEFT JOIN exposures AS x ON x.person = i.person AND x.experiment = $experiment
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
kept AS (
    SELECT
        *,
        floor(display_ms)::BIGINT AS limit_ms,
        (epoch_us($observed_until) - epoch_us(shown_ts)) // 1000 AS age_ms,
        ending_ts > $observed_until AS ends_later
    FROM placed
    QUALIFY $impressions = 'all' OR place <> 'in' OR nth = min(nth) OVER (PARTITION BY person, place)
),
met AS (
    SELECT
        *,
        CASE
            WHEN place <> 'in' THEN place
            WHEN ends_later THEN 'open'
            WHEN ending IS NOT NULL THEN ending
            WHEN limit_ms IS NULL OR age_ms < limit_ms THEN 'open'
            ELSE 'lost'
        END AS fate
    FROM kept
)
SELECT
    CASE WHEN place = 'in' THEN arm END AS arm,
    CASE WHEN place = 'in' THEN limit_ms END AS limit_ms,
    fate,
    CASE fate
        WHEN 'open' THEN least(age_ms, limit_ms)
        WHEN 'expired' THEN coalesce(limit_ms, floor(elapsed_ms)::BIGINT)
        WHEN 'tap' THEN floor(elapsed_ms)::BIGINT
        WHEN 'dismiss' THEN floor(elapsed_ms)::BIGINT
        WHEN 'leave' THEN floor(elapsed_ms)::BIGINT
    END AS ms,
    count(*) AS n,
    count(*) FILTER (WHERE fate IN ('tap', 'dismiss', 'leave') AND elapsed_source = 'timestamps') AS by_timestamps,
    sum(conflicts)::BIGINT AS conflicts,
    sum(after_limit)::BIGINT AS after_limit
FROM met
GROUP BY ALL
ORDER BY ALL
