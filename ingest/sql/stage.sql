-- The typed fast lane: every line of a file as one row, `ok` when nothing about it needs a second look.
-- A line that is not ok is read again by the exact lane, so `ok` may be stricter than the contract but never laxer.
-- $exact: the lines already passed the exact lane (or a mapping made them) and carry their source line as "__line__".
COPY (
    WITH lines AS (
        SELECT json AS l,
               json_transform(json, '{"event_id":"VARCHAR","event":"VARCHAR","ts":"VARCHAR","user_id":"VARCHAR","anonymous_id":"VARCHAR","session_id":"VARCHAR","attempt_id":"VARCHAR","seq":"VARCHAR","platform":"VARCHAR","os_version":"VARCHAR","app_version":"VARCHAR","device":"VARCHAR","sent_at":"VARCHAR","received_at":"VARCHAR","properties":"JSON"}') AS t
        FROM read_json_objects($source, format = 'newline_delimited', ignore_errors = true, maximum_object_size = 2097152)
    ), measured AS (
        SELECT l::VARCHAR AS l, t, t.properties::VARCHAR AS p, kz_time(t.ts) AS ts_device,
               json_keys(l) AS keys,
               (t.event_id IS NOT NULL)::TINYINT + (t.event IS NOT NULL)::TINYINT + (t.ts IS NOT NULL)::TINYINT
               + (t.user_id IS NOT NULL)::TINYINT + (t.anonymous_id IS NOT NULL)::TINYINT + (t.session_id IS NOT NULL)::TINYINT
               + (t.attempt_id IS NOT NULL)::TINYINT + (t.seq IS NOT NULL)::TINYINT + (t.platform IS NOT NULL)::TINYINT
               + (t.os_version IS NOT NULL)::TINYINT + (t.app_version IS NOT NULL)::TINYINT + (t.device IS NOT NULL)::TINYINT
               + (t.sent_at IS NOT NULL)::TINYINT + (t.received_at IS NOT NULL)::TINYINT + (t.properties IS NOT NULL)::TINYINT AS known
        FROM lines
    ), judged AS (
        SELECT *,
               $exact OR coalesce(
                   ts_device IS NOT NULL
                   AND t.event[1] NOT BETWEEN '+' AND '9' AND t.event NOT IN ('true', 'false') AND kz_plain(t.event)
                   AND length(t.event) <= 200
                   AND (nullif(t.user_id, '') IS NOT NULL OR nullif(t.anonymous_id, '') IS NOT NULL)
                   AND kz_plain(t.event_id) AND kz_plain(t.user_id) AND kz_plain(t.anonymous_id) AND kz_plain(t.session_id)
                   AND kz_plain(t.attempt_id) AND kz_plain(t.platform) AND kz_plain(t.os_version) AND kz_plain(t.app_version)
                   AND kz_plain(t.device) AND kz_plain(t.seq) AND kz_plain(t.sent_at) AND kz_plain(t.received_at)
                   AND NOT contains(l, '\u0000')
                   AND strlen(l) <= 1048576
                   AND strlen(l) - strlen(replace(l, '{', '')) <= 16 AND strlen(l) - strlen(replace(l, '[', '')) <= 16
                   AND (known = len(keys) OR list_unique(keys) = len(keys))
                   AND (p IS NULL OR (p[1] = '{' AND list_unique(json_keys(p)) = len(json_keys(p))
                                      AND NOT regexp_matches(p, '[:,\[](-[iInN]|[iIN]|n[aA])'))), FALSE) AS ok,
               CASE WHEN known <> len(keys)
                    THEN json_merge_patch(l, '{"event_id":null,"event":null,"ts":null,"user_id":null,"anonymous_id":null,"session_id":null,"attempt_id":null,"seq":null,"platform":null,"os_version":null,"app_version":null,"device":null,"sent_at":null,"received_at":null,"properties":null,"__line__":null}')
               END AS extra
        FROM measured
    )
    SELECT CASE WHEN $exact THEN (l ->> '$.__line__')::INTEGER END AS line,
           ok,
           CASE WHEN ok THEN coalesce(nullif(t.event_id, ''), 'line:' || md5(CASE WHEN $exact THEN '{' || substr(l, strpos(l, ',') + 1) ELSE l END)) END AS event_id,
           nullif(t.event_id, '') IS NULL AS unnamed,
           t.event AS event,
           ts_device,
           nullif(t.user_id, '') AS user_id,
           nullif(t.anonymous_id, '') AS anonymous_id,
           nullif(t.session_id, '') AS session_id,
           nullif(t.attempt_id, '') AS attempt_id,
           TRY_CAST(t.seq AS BIGINT) AS seq,
           kz_text(t.platform) AS platform,
           kz_text(t.os_version) AS os_version,
           kz_text(t.app_version) AS app_version,
           kz_text(t.device) AS device,
           kz_time(t.sent_at) AS sent_at,
           kz_time(t.received_at) AS received_at,
           CASE WHEN extra IS NULL OR extra = '{}' THEN p ELSE json_merge_patch(extra, coalesce(p, '{}')) END AS properties,
           (t.seq IS NOT NULL AND TRY_CAST(t.seq AS BIGINT) IS NULL)::TINYINT
           + (t.sent_at IS NOT NULL AND kz_time(t.sent_at) IS NULL)::TINYINT
           + (t.received_at IS NOT NULL AND kz_time(t.received_at) IS NULL)::TINYINT AS bad_fields
    FROM judged
) TO $target (FORMAT parquet, COMPRESSION zstd)
