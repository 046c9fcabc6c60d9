-- What became of them. fate: as ended; 5 open = no ending yet; 6 lost = no ending though the limit has passed.
classified AS (
    SELECT
        * EXCLUDE (ms),
        CASE
            WHEN ended IS NOT NULL THEN ended
            WHEN ends_later OR limit_ms IS NULL OR ms < limit_ms THEN 5
            ELSE 6
        END::UTINYINT AS fate,
        CASE
            WHEN ended < 4 THEN ms
            WHEN ended = 4 THEN coalesce(limit_ms, ms)
            WHEN ends_later OR limit_ms IS NULL OR ms < limit_ms THEN least(ms, limit_ms)
        END AS ms
    FROM told
),
