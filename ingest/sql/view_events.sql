-- What landed and is not compacted yet, read from the landed files that every cursor is told (kz_tail).
CREATE OR REPLACE VIEW tail_lines AS
    SELECT t.* EXCLUDE (line, ok, unnamed, file_row_number), coalesce(t.line, t.file_row_number + 1)::BIGINT AS at_line,
           t.file_row_number + CASE WHEN t.line IS NULL THEN 0 ELSE 1099511627776 END AS at_row
    FROM read_parquet(getvariable('kz_tail'), file_row_number = true) AS t
    WHERE ok;

CREATE OR REPLACE VIEW events_tail AS
    SELECT t.* EXCLUDE (at_line, at_row)
    FROM tail_lines AS t
    SEMI JOIN (SELECT load_id FROM loads WHERE NOT compacted) AS l ON t.load_id = l.load_id
    ANTI JOIN hidden_rows AS h ON t.load_id = h.load_id AND t.at_row = h.at_row;

CREATE OR REPLACE VIEW events AS
    SELECT e.event_id, e.event, e.ts, e.seq, kz_person(e.user_id, i.user_id, e.anonymous_id) AS person,
           e.* EXCLUDE (event_id, event, ts, seq),
           e.event IN ('experiment_exposed', 'frames_summary') AS background
    FROM (SELECT * EXCLUDE (person_key, person) FROM events_main UNION ALL SELECT * FROM events_tail) AS e
    LEFT JOIN identities AS i ON i.anonymous_id = CASE WHEN e.user_id IS NULL THEN e.anonymous_id END;

-- Every event once, under its person's key: right as soon as the tail is keyed.
CREATE OR REPLACE VIEW events_keyed AS
    SELECT m.* FROM events_main AS m ANTI JOIN moved_keys AS g ON m.person_key = g.person_key
    UNION ALL
    SELECT * EXCLUDE (tied) FROM events_tail_keyed WHERE NOT tied;

CREATE OR REPLACE VIEW persons AS
    SELECT person, min(ts) AS first_ts, max(ts) AS last_ts, count(*) AS events,
           count(DISTINCT anonymous_id) FILTER (WHERE person <> 'anon:' || anonymous_id) AS merged_ids
    FROM events GROUP BY person;

CREATE OR REPLACE VIEW rejects AS
    SELECT r.load_id, r.source, r.line, r.code, r.sentence, r.raw
    FROM rejected_lines AS r ANTI JOIN replayed_lines AS f ON r.load_id = f.load_id AND r.line = f.line;

-- Sessions that were not logged: half an hour of silence per person and platform ends one.
CREATE OR REPLACE VIEW event_sessions AS
    WITH gaps AS (
        SELECT *, (session_id IS NULL AND coalesce(ts - lag(ts) OVER silence > INTERVAL 30 MINUTE, TRUE))::INTEGER AS opens
        FROM events WINDOW silence AS (PARTITION BY person, platform, session_id IS NULL ORDER BY ts, seq, event_id)
    ), numbered AS (
        SELECT *, sum(opens) OVER (PARTITION BY person, platform, session_id IS NULL ORDER BY ts, seq, event_id ROWS UNBOUNDED PRECEDING) AS nth_session
        FROM gaps
    )
    SELECT * EXCLUDE (opens, nth_session),
           coalesce(session_id, 'quiet:' || person || ':' || coalesce(platform, '') || ':' || nth_session) AS session
    FROM numbered;

-- Attempts that were not logged: a flow's starting event opens one, the next start or half an hour closes it.
-- A start that is an inner step of another flow (camera_opened within a listing) opens none while that flow runs.
CREATE OR REPLACE VIEW event_attempts AS
    WITH marked AS (
        SELECT e.*, s.outer_flow, s.event IS NOT NULL AS is_start,
               max(CASE WHEN s.outer_flow THEN e.ts END) OVER before AS last_outer
        FROM events AS e LEFT JOIN flow_starts AS s ON s.event = CASE WHEN e.attempt_id IS NULL THEN e.event END
        WINDOW before AS (PARTITION BY e.person ORDER BY e.ts, e.seq, e.event_id ROWS UNBOUNDED PRECEDING)
    ), opened AS (
        SELECT *, is_start AND (outer_flow OR last_outer IS NULL OR ts > last_outer + INTERVAL 30 MINUTE) AS opens FROM marked
    ), numbered AS (
        SELECT *, count(*) FILTER (WHERE opens) OVER running AS nth_attempt, max(CASE WHEN opens THEN ts END) OVER running AS opened_at
        FROM opened WINDOW running AS (PARTITION BY person ORDER BY ts, seq, event_id ROWS UNBOUNDED PRECEDING)
    )
    SELECT * EXCLUDE (outer_flow, is_start, last_outer, opens, nth_attempt, opened_at),
           CASE WHEN attempt_id IS NOT NULL THEN attempt_id
                WHEN nth_attempt > 0 AND ts <= opened_at + INTERVAL 30 MINUTE THEN 'try:' || person || ':' || nth_attempt END AS attempt
    FROM numbered;
