-- Ids that come again: per id the smallest (ts, content) stays, one line of every other content is a conflict, the rest are duplicates.
CREATE OR REPLACE TEMP TABLE contestants AS
    WITH lines AS (
        SELECT *, FALSE AS stored, FALSE AS in_main FROM kz_fresh($paths) AS fresh SEMI JOIN repeated ON fresh.event_id = repeated.event_id
        UNION ALL BY NAME
        SELECT t.*, TRUE AS stored, FALSE AS in_main FROM tail_lines AS t SEMI JOIN repeated ON t.event_id = repeated.event_id
        SEMI JOIN (SELECT load_id FROM loads WHERE NOT compacted) AS l ON t.load_id = l.load_id
        ANTI JOIN hidden_rows AS h ON t.load_id = h.load_id AND t.at_row = h.at_row
        UNION ALL BY NAME
        SELECT m.* EXCLUDE (person_key, person), NULL::BIGINT AS at_line, NULL::BIGINT AS at_row, TRUE AS stored, TRUE AS in_main
        FROM events_main AS m SEMI JOIN repeated ON m.event_id = repeated.event_id
    ), weighed AS (
        -- What makes two lines the same event: everything but the stamps that a retry sets anew.
        SELECT *, to_json({'event': event, 'ts': ts_device, 'seq': seq, 'user_id': user_id, 'anonymous_id': anonymous_id,
                           'session_id': session_id, 'attempt_id': attempt_id, 'platform': platform, 'os_version': os_version,
                           'app_version': app_version, 'device': device, 'properties': properties})::VARCHAR AS content
        FROM lines
    ), ranked AS (
        SELECT *, min(ts) OVER (PARTITION BY event_id, content) AS content_ts,
               row_number() OVER (PARTITION BY event_id, content ORDER BY ts, sent_at NULLS FIRST, received_at NULLS FIRST, stored DESC, at_row) AS copy
        FROM weighed
    )
    SELECT *, dense_rank() OVER (PARTITION BY event_id ORDER BY content_ts, content) AS place FROM ranked;

-- A stored row goes when another row of its id takes its place.
CREATE OR REPLACE TEMP TABLE displaced AS
    SELECT event_id, load_id, at_row, in_main, place FROM contestants WHERE stored AND NOT (place = 1 AND copy = 1);
INSERT INTO touched
    SELECT m.person, m.impression_id FROM events_main AS m
    WHERE (m.event_id, m.load_id) IN (SELECT (event_id, load_id) FROM displaced WHERE in_main);
-- Another showing of the same id may be the first now, and another person's.
INSERT INTO touched
    SELECT DISTINCT m.person, NULL FROM events_main AS m
    SEMI JOIN (SELECT impression_id FROM touched) AS t ON m.impression_id = t.impression_id
    WHERE m.event = 'suggestion_shown';
DELETE FROM events_main WHERE (event_id, load_id) IN (SELECT (event_id, load_id) FROM displaced WHERE in_main);
DELETE FROM store_facts WHERE name = 'stored_version' AND EXISTS (SELECT 1 FROM displaced WHERE in_main);
INSERT INTO store_facts SELECT 'stored_version', uuid()::VARCHAR WHERE EXISTS (SELECT 1 FROM displaced WHERE in_main);
INSERT INTO hidden_rows SELECT load_id, at_row FROM displaced WHERE NOT in_main;
INSERT INTO hidden_rows SELECT load_id, at_row FROM contestants WHERE NOT stored AND NOT (place = 1 AND copy = 1);

-- One conflict a content, whether its line is fresh or was stored until now; contents that lost before are duplicates.
INSERT INTO rejected_lines
    SELECT c.load_id, l.source, c.at_line, 'id_conflict',
           '`event_id` is ' || c.event_id || ', which another event has; must be unique; give the later event an id of its own',
           c.content, c.event_id, md5(c.content)
    FROM (SELECT * FROM contestants WHERE place > 1
          QUALIFY row_number() OVER (PARTITION BY event_id, content ORDER BY stored DESC, at_row) = 1) AS c
    LEFT JOIN (SELECT load_id, source FROM loads UNION ALL SELECT $load_id::INTEGER, $source::VARCHAR) AS l ON l.load_id = c.load_id
    ANTI JOIN rejected_lines AS r ON r.code = 'id_conflict' AND r.event_id = c.event_id AND r.content = md5(c.content);

-- A load whose row was displaced counts one landed line less: a duplicate when the content stays, a conflict when it lost.
UPDATE loads SET landed = landed - moved.n, duplicates = duplicates + moved.same, rejected = rejected + moved.lost
    FROM (SELECT load_id, count(*) AS n, count(*) FILTER (WHERE place = 1) AS same, count(*) FILTER (WHERE place > 1) AS lost
          FROM displaced GROUP BY load_id) AS moved
    WHERE loads.load_id = moved.load_id;
