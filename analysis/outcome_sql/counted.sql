-- Counted in small whole numbers, told in words afterwards. An ending after the end of observation has not happened yet.
-- fate: open = no ending yet; lost = no ending though the limit has passed.
timed AS (
    SELECT
        place, arm, elapsed_source, conflicts, after_limit,
        floor(display_ms)::BIGINT AS limit_ms,
        CASE WHEN ending IS NULL OR ending_ts > $observed_until THEN NULL
             WHEN ending = 'tap' THEN 1 WHEN ending = 'dismiss' THEN 2 WHEN ending = 'leave' THEN 3 ELSE 4 END::UTINYINT AS ended,
        ending IS NOT NULL AND ending_ts > $observed_until AS ends_later,
        CASE WHEN ending IS NULL OR ending_ts > $observed_until THEN (epoch_us($observed_until) - epoch_us(shown_ts)) // 1000
             ELSE floor(elapsed_ms)::BIGINT END AS ms
    FROM kept
),
counted AS (
    SELECT
        CASE WHEN place = 0 THEN arm END AS arm,
        CASE WHEN place = 0 THEN limit_ms END AS limit_ms,
        CASE
            WHEN place > 0 THEN 10 + place
            WHEN ended IS NOT NULL THEN ended
            WHEN ends_later OR limit_ms IS NULL OR ms < limit_ms THEN 5
            ELSE 6
        END::UTINYINT AS fate,
        CASE
            WHEN place > 0 THEN NULL
            WHEN ended < 4 THEN ms
            WHEN ended = 4 THEN coalesce(limit_ms, ms)
            WHEN ends_later OR limit_ms IS NULL OR ms < limit_ms THEN least(ms, limit_ms)
        END AS ms,
        count(*) AS n,
        count(*) FILTER (WHERE ended < 4 AND elapsed_source = 'timestamps') AS by_timestamps,
        sum(conflicts)::BIGINT AS conflicts,
        sum(after_limit)::BIGINT AS after_limit
    FROM timed
    GROUP BY ALL
)
SELECT
    arm, limit_ms,
    CASE fate
        WHEN 1 THEN 'tap' WHEN 2 THEN 'dismiss' WHEN 3 THEN 'leave' WHEN 4 THEN 'expired' WHEN 5 THEN 'open' WHEN 6 THEN 'lost'
        WHEN 11 THEN 'before_exposure' WHEN 12 THEN 'several_variants' ELSE 'not_exposed'
    END AS fate,
    ms, n,
    CASE WHEN fate < 4 THEN by_timestamps ELSE 0 END AS by_timestamps,
    conflicts, after_limit
FROM counted
ORDER BY ALL
