-- What was seen of each until the end of observation. ended: 1 tap, 2 dismiss, 3 leave, 4 expired; NULL = nothing yet. An ending after
-- the end of observation has not happened yet (ends_later). ms: time of the ending, or watched so far. A number too large for
-- whole milliseconds is none.
seen AS (
    SELECT
        person_key, place, arm, elapsed_source, conflicts, after_limit,
        TRY_CAST(floor(display_ms) AS BIGINT) AS limit_ms,
        CASE WHEN ending_ts > $observed_until THEN NULL
             WHEN ending = 'tap' THEN 1 WHEN ending = 'dismiss' THEN 2 WHEN ending = 'leave' THEN 3
             WHEN ending = 'expired' THEN 4 END::UTINYINT AS ended,
        coalesce(ending_ts > $observed_until, FALSE) AS ends_later,
        CASE WHEN ending_ts <= $observed_until THEN TRY_CAST(floor(elapsed_ms) AS BIGINT)
             ELSE (epoch_us($observed_until) - epoch_us(shown_ts)) // 1000 END AS ms
    FROM kept
),
