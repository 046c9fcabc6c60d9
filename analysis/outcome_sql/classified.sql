-- What became of each, in small whole numbers. An ending after the end of observation has not happened yet.
-- fate: 1 tap, 2 dismiss, 3 leave, 4 expired; 5 open = no ending yet; 6 lost = no ending though the limit has passed.
timed AS (
    SELECT
        person_key, place, arm, elapsed_source, conflicts, after_limit,
        floor(display_ms)::BIGINT AS limit_ms,
        CASE WHEN ending IS NULL OR ending_ts > $observed_until THEN NULL
             WHEN ending = 'tap' THEN 1 WHEN ending = 'dismiss' THEN 2 WHEN ending = 'leave' THEN 3 ELSE 4 END::UTINYINT AS ended,
        ending IS NOT NULL AND ending_ts > $observed_until AS ends_later,
        CASE WHEN ending IS NULL OR ending_ts > $observed_until THEN (epoch_us($observed_until) - epoch_us(shown_ts)) // 1000
             ELSE floor(elapsed_ms)::BIGINT END AS ms
    FROM kept
),
classified AS (
    SELECT
        person_key, place, arm, limit_ms, conflicts, after_limit,
        CASE
            WHEN ended IS NOT NULL THEN ended
            WHEN ends_later OR limit_ms IS NULL OR ms < limit_ms THEN 5
            ELSE 6
        END::UTINYINT AS fate,
        CASE
            WHEN ended < 4 THEN ms
            WHEN ended = 4 THEN coalesce(limit_ms, ms)
            WHEN ends_later OR limit_ms IS NULL OR ms < limit_ms THEN least(ms, limit_ms)
        END AS ms,
        coalesce(ended < 4 AND elapsed_source = 'timestamps', FALSE) AS by_timestamps
    FROM timed
),
