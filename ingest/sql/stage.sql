-- The typed fast lane: every line of a file as one row of its final shape, `ok` when nothing about it needs a second look.
-- A line that is not ok is read again by the exact lane, so `ok` may be stricter than the contract but never laxer.
-- $exact: the lines already passed the exact lane (or a mapping made them) and carry their source line as "__line__".
COPY (
    WITH lines AS (
        SELECT json::VARCHAR AS l,
               json_transform(json, '{"event_id":"VARCHAR","event":"VARCHAR","ts":"VARCHAR","user_id":"VARCHAR","anonymous_id":"VARCHAR","session_id":"VARCHAR","attempt_id":"VARCHAR","seq":"VARCHAR","platform":"VARCHAR","os_version":"VARCHAR","app_version":"VARCHAR","device":"VARCHAR","sent_at":"VARCHAR","received_at":"VARCHAR","properties":"JSON"}') AS t
        FROM read_json_objects($source, format = 'newline_delimited', ignore_errors = true, maximum_object_size = 2097152)
    ), fields AS (
        SELECT l, t.event_id AS event_id, t.event AS event, t.ts AS ts, t.user_id AS user_id, t.anonymous_id AS anonymous_id,
               t.session_id AS session_id, t.attempt_id AS attempt_id, t.seq AS seq, t.platform AS platform, t.os_version AS os_version,
               t.app_version AS app_version, t.device AS device, t.sent_at AS sent_at, t.received_at AS received_at,
               t.properties::VARCHAR AS inner_properties,
               CASE WHEN $exact THEN 0 ELSE len(json_keys(l)) END AS keys
        FROM lines
    ), counted AS (
        SELECT *,
               $exact OR keys = (event_id IS NOT NULL)::TINYINT + (event IS NOT NULL)::TINYINT + (ts IS NOT NULL)::TINYINT
               + (user_id IS NOT NULL)::TINYINT + (anonymous_id IS NOT NULL)::TINYINT + (session_id IS NOT NULL)::TINYINT
               + (attempt_id IS NOT NULL)::TINYINT + (seq IS NOT NULL)::TINYINT + (platform IS NOT NULL)::TINYINT
               + (os_version IS NOT NULL)::TINYINT + (app_version IS NOT NULL)::TINYINT + (device IS NOT NULL)::TINYINT
               + (sent_at IS NOT NULL)::TINYINT + (received_at IS NOT NULL)::TINYINT + (inner_properties IS NOT NULL)::TINYINT AS plain_keys
        FROM fields
    ), merged AS (
        -- Fields of the line that the contract does not name are kept among the properties.
        SELECT * EXCLUDE (inner_properties),
               CASE WHEN $exact OR NOT plain_keys
                    THEN kz_with_unknown_fields(l, inner_properties) ELSE inner_properties END AS properties,
               inner_properties[1] = '{' AS is_object,
               inner_properties IS NULL AS no_properties
        FROM counted
    ), opened AS (
        SELECT *,
               json_transform(properties, '{"inference_id":"VARCHAR","model":"VARCHAR","model_version":"VARCHAR","conversion":"VARCHAR","delegate":"VARCHAR","latency_ms":"VARCHAR","cold":"VARCHAR","label":"VARCHAR","score":"VARCHAR","impression_id":"VARCHAR","display_ms":"VARCHAR","copy_id":"VARCHAR","design_id":"VARCHAR","elapsed_ms":"VARCHAR","method":"VARCHAR","true_label":"VARCHAR","price_low":"VARCHAR","price_high":"VARCHAR","payload_bytes":"VARCHAR","experiment":"VARCHAR","variant":"VARCHAR"}') AS p,
               kz_time(ts) AS ts_device, kz_time(sent_at) AS sent, kz_time(received_at) AS received, TRY_CAST(seq AS BIGINT) AS number
        FROM merged
    ), typed AS (
        SELECT *,
               p.inference_id AS inference_id, p.model AS model, p.model_version AS model_version, p.conversion AS conversion,
               p.delegate AS delegate, kz_number(p.latency_ms) AS latency_ms, kz_flag(p.cold) AS cold, p.label AS label,
               kz_number(p.score) AS score, p.impression_id AS impression_id, kz_number(p.display_ms) AS display_ms,
               p.copy_id AS copy_id, p.design_id AS design_id, kz_number(p.elapsed_ms) AS elapsed_ms, p.method AS method,
               p.true_label AS true_label, kz_number(p.price_low) AS price_low, kz_number(p.price_high) AS price_high,
               kz_number(p.payload_bytes) AS payload_bytes, p.experiment AS experiment, p.variant AS variant,
               strlen(properties) - strlen(replace(properties, '{', '')) AS objects,
               strlen(properties) - strlen(replace(properties, '[', '')) AS arrays,
               -- A string held in a JSON object names a key wherever `":` stands, so this many keys or fewer.
               (strlen(properties) - strlen(replace(properties, '":', ''))) / 2 AS most_keys,
               (p.inference_id IS NOT NULL)::TINYINT + (p.model IS NOT NULL)::TINYINT + (p.model_version IS NOT NULL)::TINYINT
               + (p.conversion IS NOT NULL)::TINYINT + (p.delegate IS NOT NULL)::TINYINT + (p.latency_ms IS NOT NULL)::TINYINT
               + (p.cold IS NOT NULL)::TINYINT + (p.label IS NOT NULL)::TINYINT + (p.score IS NOT NULL)::TINYINT
               + (p.impression_id IS NOT NULL)::TINYINT + (p.display_ms IS NOT NULL)::TINYINT + (p.copy_id IS NOT NULL)::TINYINT
               + (p.design_id IS NOT NULL)::TINYINT + (p.elapsed_ms IS NOT NULL)::TINYINT + (p.method IS NOT NULL)::TINYINT
               + (p.true_label IS NOT NULL)::TINYINT + (p.price_low IS NOT NULL)::TINYINT + (p.price_high IS NOT NULL)::TINYINT
               + (p.payload_bytes IS NOT NULL)::TINYINT + (p.experiment IS NOT NULL)::TINYINT + (p.variant IS NOT NULL)::TINYINT AS promoted
        FROM opened
    ), loosened AS (
        SELECT *, CASE WHEN most_keys <> promoted THEN json_keys(properties) END AS loose_keys FROM typed
    ), judged AS (
        SELECT *, coalesce(objects > 1 OR arrays > 0, FALSE) AS nested,
               $exact OR coalesce(
                   ts_device IS NOT NULL
                   AND event NOT BETWEEN '+' AND ':' AND event[1] NOT IN ('{', '[') AND event NOT IN ('', 'true', 'false') AND strlen(event) <= 200
                   AND (user_id > '' OR anonymous_id > '')
                   AND kz_plain(event_id) AND kz_plain(user_id) AND kz_plain(anonymous_id) AND kz_plain(session_id) AND kz_plain(attempt_id)
                   AND strlen(l) <= 1048576 AND NOT contains(l, '\u0000') AND NOT regexp_matches(l, ',[ \t\r]*[}\]]')
                   AND CASE WHEN plain_keys THEN TRUE ELSE list_unique(json_keys(l)) = keys END
                   AND (no_properties OR is_object)
                   AND (properties IS NULL
                        OR (NOT regexp_matches(properties, '[:,\[](-[iInN]|[iIN]|n[aA])')
                            AND objects <= 15
                            AND arrays <= 15
                            AND CASE WHEN loose_keys IS NULL THEN TRUE ELSE list_unique(loose_keys) = len(loose_keys) END)),
                   FALSE) AS ok
        FROM loosened
    )
    SELECT CASE WHEN $exact THEN (l ->> '$.__line__')::INTEGER END AS line,
           ok,
           coalesce(event_id, '') = '' AS unnamed,
           CASE WHEN event_id > '' THEN event_id
                WHEN ok THEN 'line:' || md5(CASE WHEN $exact THEN '{' || substr(l, strpos(l, ',') + 1) ELSE l END) END AS event_id,
           event,
           CASE WHEN sent IS NOT NULL AND received IS NOT NULL THEN ts_device + (received - sent) ELSE ts_device END AS ts,
           number AS seq,
           nullif(user_id, '') AS user_id, nullif(anonymous_id, '') AS anonymous_id, nullif(session_id, '') AS session_id,
           nullif(attempt_id, '') AS attempt_id, kz_text(platform) AS platform, kz_text(os_version) AS os_version,
           kz_text(app_version) AS app_version, kz_text(device) AS device, ts_device, sent AS sent_at, received AS received_at,
           CASE WHEN nested THEN kz_text(inference_id) ELSE inference_id END AS inference_id, CASE WHEN nested THEN kz_text(model) ELSE model END AS model, CASE WHEN nested THEN kz_text(model_version) ELSE model_version END AS model_version,
           CASE WHEN nested THEN kz_text(conversion) ELSE conversion END AS conversion, CASE WHEN nested THEN kz_text(delegate) ELSE delegate END AS delegate, latency_ms, cold, CASE WHEN nested THEN kz_text(label) ELSE label END AS label, score,
           CASE WHEN nested THEN kz_text(impression_id) ELSE impression_id END AS impression_id, display_ms, CASE WHEN nested THEN kz_text(copy_id) ELSE copy_id END AS copy_id, CASE WHEN nested THEN kz_text(design_id) ELSE design_id END AS design_id, elapsed_ms,
           CASE WHEN nested THEN kz_text(method) ELSE method END AS method, CASE WHEN nested THEN kz_text(true_label) ELSE true_label END AS true_label, price_low, price_high, payload_bytes,
           CASE WHEN nested THEN kz_text(experiment) ELSE experiment END AS experiment, CASE WHEN nested THEN kz_text(variant) ELSE variant END AS variant,
           properties::JSON AS properties,
           ((seq IS NOT NULL AND number IS NULL)::TINYINT + (sent_at IS NOT NULL AND sent IS NULL)::TINYINT
            + (received_at IS NOT NULL AND received IS NULL)::TINYINT
            + (p.latency_ms IS NOT NULL AND latency_ms IS NULL)::TINYINT + (p.cold IS NOT NULL AND cold IS NULL)::TINYINT
            + (p.score IS NOT NULL AND score IS NULL)::TINYINT + (p.display_ms IS NOT NULL AND display_ms IS NULL)::TINYINT
            + (p.elapsed_ms IS NOT NULL AND elapsed_ms IS NULL)::TINYINT + (p.price_low IS NOT NULL AND price_low IS NULL)::TINYINT
            + (p.price_high IS NOT NULL AND price_high IS NULL)::TINYINT + (p.payload_bytes IS NOT NULL AND payload_bytes IS NULL)::TINYINT
            + CASE WHEN nested THEN kz_is_nested(inference_id) + kz_is_nested(model) + kz_is_nested(model_version) + kz_is_nested(conversion)
            + kz_is_nested(delegate) + kz_is_nested(label) + kz_is_nested(impression_id) + kz_is_nested(copy_id) + kz_is_nested(design_id)
            + kz_is_nested(method) + kz_is_nested(true_label) + kz_is_nested(experiment) + kz_is_nested(variant) ELSE 0 END)::UTINYINT AS bad_values,
           $load_id::INTEGER AS load_id
    FROM judged
) TO $target (FORMAT parquet, COMPRESSION zstd, DICTIONARY_SIZE_LIMIT 1000)
