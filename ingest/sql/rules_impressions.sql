-- One row per impression of a table or view of events: its first suggestion_shown and its first ending.
--
-- First shown of an id by (ts, seq, event_id); the others are counted as conflicts.
-- An ending's time is elapsed_ms of the device's monotonic clock; else ending.ts - shown.ts if that is above zero
-- (equal stamps are one reading of the clock, not a duration); else it has no usable time (NULL).
-- A display limit that is not a positive number is no limit; nor is a number of 30,000 years a time (1e15 ms). Up to 250 ms after the limit an ending counts at the
-- limit, later it is rejected and counted in after_limit; an expiry is never later than its limit.
-- First ending by time; at one time tap, dismiss, leave, expired; a dismissal or a leave after the limit stands
-- behind a logged expiry; endings without a usable time come last.
-- language is that of the words shown; timeout_ms is what the platform's accessibility settings recommend, above zero.
-- Everything is computed from the set of events, so the order of loading cannot matter.
CREATE OR REPLACE MACRO kz_impressions(kz_source) AS TABLE
WITH shown AS (
    SELECT
        impression_id, event_id, person, ts, seq,
        CASE WHEN display_ms > 0 AND display_ms < 1e15 THEN display_ms END AS limit_ms,
        copy_id, design_id, inference_id, platform, device, os_version, app_version, session_id, attempt_id,
        -- Looking into a property costs more than asking whether its name stands there, plain or escaped.
        CASE WHEN contains(properties, '"language"') OR contains(properties, '\u')
            THEN kz_text(properties ->> '$.language') END AS language,
        CASE WHEN contains(properties, '"recommended_timeout_ms"') OR contains(properties, '\u')
            THEN kz_number(properties ->> '$.recommended_timeout_ms') END AS timeout_ms,
        count(*) OVER (PARTITION BY impression_id) - 1 AS conflicts
    FROM query_table(kz_source)
    WHERE event = 'suggestion_shown' AND impression_id IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY impression_id ORDER BY ts, seq NULLS LAST, event_id) = 1
),
logged_endings AS (
    SELECT
        impression_id, event_id, ts, seq,
        CASE event
            WHEN 'suggestion_tapped' THEN 'tap'
            WHEN 'suggestion_dismissed' THEN 'dismiss'
            WHEN 'suggestion_left' THEN 'leave'
            ELSE 'expired'
        END AS ending,
        CASE WHEN elapsed_ms >= 0 AND elapsed_ms < 1e15 THEN elapsed_ms END AS device_ms
    FROM query_table(kz_source)
    WHERE event IN ('suggestion_tapped', 'suggestion_dismissed', 'suggestion_left', 'suggestion_expired')
      AND impression_id IS NOT NULL
),
timed_endings AS (
    SELECT
        e.impression_id, e.event_id, e.ts, e.seq, e.ending, s.limit_ms,
        coalesce(e.device_ms, CASE WHEN e.ts > s.ts THEN (epoch_us(e.ts) - epoch_us(s.ts)) / 1000.0 END) AS ms,
        CASE WHEN e.device_ms IS NOT NULL THEN 'device' WHEN e.ts > s.ts THEN 'timestamps' END AS source
    FROM logged_endings AS e
    JOIN shown AS s USING (impression_id)
),
judged_endings AS (
    SELECT
        *,
        coalesce(ending <> 'expired' AND ms > limit_ms + 250, false) AS is_after_limit,
        CASE WHEN ms > limit_ms THEN limit_ms ELSE ms END AS counted_ms,
        CASE
            WHEN ending = 'tap' THEN 1
            WHEN ending = 'expired' THEN 4
            WHEN ending = 'dismiss' THEN CASE WHEN ms > limit_ms THEN 5 ELSE 2 END
            ELSE CASE WHEN ms > limit_ms THEN 6 ELSE 3 END
        END AS turn
    FROM timed_endings
),
first_endings AS (
    SELECT impression_id, ending, ts, counted_ms, source
    FROM judged_endings
    WHERE NOT is_after_limit
    QUALIFY row_number() OVER (
        PARTITION BY impression_id ORDER BY counted_ms NULLS LAST, turn, ts, seq NULLS LAST, event_id
    ) = 1
),
rejected_endings AS (
    SELECT impression_id, count(*) AS after_limit
    FROM judged_endings
    WHERE is_after_limit
    GROUP BY impression_id
)
SELECT
    s.impression_id,
    s.person,
    s.ts AS shown_ts,
    s.limit_ms AS display_ms,
    s.copy_id,
    s.design_id,
    s.inference_id,
    s.platform,
    s.device,
    s.os_version,
    s.app_version,
    s.session_id,
    s.attempt_id,
    CASE WHEN s.person IS NOT NULL THEN row_number() OVER in_time END AS nth,
    e.ending,
    e.ts AS ending_ts,
    e.counted_ms AS elapsed_ms,
    e.source AS elapsed_source,
    s.conflicts,
    coalesce(r.after_limit, 0) AS after_limit,
    s.language,
    CASE WHEN s.timeout_ms > 0 THEN s.timeout_ms END AS timeout_ms,
    CASE WHEN s.person IS NOT NULL THEN lag(s.ts) OVER in_time END AS previous_ts
FROM shown AS s
LEFT JOIN first_endings AS e USING (impression_id)
LEFT JOIN rejected_endings AS r USING (impression_id)
WINDOW in_time AS (PARTITION BY s.person ORDER BY s.ts, s.seq NULLS LAST, s.event_id);
