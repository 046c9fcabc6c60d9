-- Ids that come again: per id the smallest (ts, content) stays, one line of every other content is a conflict, the rest are duplicates.
INSERT INTO events_tail
    SELECT * EXCLUDE (at_line), $load_id::INTEGER FROM kz_landed($paths) AS fresh ANTI JOIN repeated ON fresh.event_id = repeated.event_id;

CREATE OR REPLACE TEMP TABLE contestants AS
    WITH lines AS (
        SELECT * EXCLUDE (at_line), $load_id::INTEGER AS load_id, at_line, FALSE AS stored
        FROM kz_landed($paths) AS fresh SEMI JOIN repeated ON fresh.event_id = repeated.event_id
        UNION ALL
        SELECT *, NULL::BIGINT AS at_line, TRUE FROM events_tail AS old SEMI JOIN repeated ON old.event_id = repeated.event_id
        WHERE load_id <> $load_id
        UNION ALL
        SELECT * EXCLUDE (person_key, person), NULL::BIGINT, TRUE FROM events_main AS old SEMI JOIN repeated ON old.event_id = repeated.event_id
    ), weighed AS (
        SELECT *, kz_content(event, ts_device, seq, user_id, anonymous_id, session_id, attempt_id, platform, os_version, app_version, device, properties) AS content
        FROM lines
    ), ranked AS (
        SELECT *, min(ts) OVER (PARTITION BY event_id, content) AS content_ts,
               row_number() OVER (PARTITION BY event_id, content ORDER BY ts, sent_at NULLS FIRST, received_at NULLS FIRST, stored DESC, at_line) AS copy
        FROM weighed
    )
    SELECT *, dense_rank() OVER (PARTITION BY event_id ORDER BY content_ts, content) AS place FROM ranked;

-- The stored row of an id goes when another row of that id takes its place.
CREATE OR REPLACE TEMP TABLE displaced AS
    SELECT event_id, load_id, content, place FROM contestants WHERE stored AND NOT (place = 1 AND copy = 1);
DELETE FROM events_tail WHERE event_id IN (SELECT event_id FROM displaced) AND load_id <> $load_id;
DELETE FROM events_main WHERE event_id IN (SELECT event_id FROM displaced);

INSERT INTO events_tail
    SELECT c.* EXCLUDE (load_id, at_line, stored, content, content_ts, copy, place),
           coalesce(kept.load_id, c.load_id) AS load_id
    FROM contestants AS c
    LEFT JOIN (SELECT event_id, load_id FROM displaced WHERE place = 1) AS kept ON c.event_id = kept.event_id
    WHERE place = 1 AND copy = 1 AND NOT stored;

-- One conflict a content, whether its line is fresh or was stored until now; contents that already lost are duplicates.
INSERT INTO rejected_lines
    SELECT c.load_id, l.source, c.at_line, 'id_conflict',
           '`event_id` is ' || c.event_id || ', which another event has; must be unique; give the later event an id of its own',
           content, c.event_id, md5(content)
    FROM (SELECT * FROM contestants WHERE place > 1 QUALIFY row_number() OVER (PARTITION BY event_id, content ORDER BY stored DESC, at_line) = 1) AS c
    LEFT JOIN (SELECT load_id, source FROM loads UNION ALL SELECT $load_id, $source) AS l ON l.load_id = c.load_id
    ANTI JOIN rejected_lines AS r ON r.code = 'id_conflict' AND r.event_id = c.event_id AND r.content = md5(c.content);

-- Loads whose row lost count one landed line less and one rejected line more.
UPDATE loads SET landed = landed - moved.n, rejected = rejected + moved.n
    FROM (SELECT load_id, count(*) AS n FROM displaced WHERE place > 1 GROUP BY load_id) AS moved WHERE loads.load_id = moved.load_id;
