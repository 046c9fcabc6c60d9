-- What became of them: open = no ending yet; lost = no ending though the limit has passed.
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
    FROM (
        SELECT
            *,
            floor(display_ms)::BIGINT AS limit_ms,
            (epoch_us($observed_until) - epoch_us(shown_ts)) // 1000 AS age_ms,
            ending_ts > $observed_until AS ends_later
        FROM kept
    )
),
timed AS (
    SELECT
        * EXCLUDE (arm, limit_ms),
        CASE WHEN place = 'in' THEN arm END AS arm,
        CASE WHEN place = 'in' THEN limit_ms END AS limit_ms,
        CASE fate
            WHEN 'open' THEN least(age_ms, limit_ms)
            WHEN 'expired' THEN coalesce(limit_ms, floor(elapsed_ms)::BIGINT)
            WHEN 'tap' THEN floor(elapsed_ms)::BIGINT
            WHEN 'dismiss' THEN floor(elapsed_ms)::BIGINT
            WHEN 'leave' THEN floor(elapsed_ms)::BIGINT
        END AS ms
    FROM met
)
