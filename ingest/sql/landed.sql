-- The rows of one landed load as the index stores them; unnamed lines got their ids when the load was made durable.
CREATE OR REPLACE MACRO kz_landed(paths) AS TABLE
    WITH raw AS (
        SELECT *, coalesce(line, file_row_number + 1)::BIGINT AS at_line,
               json_transform(properties, '{"inference_id":"VARCHAR","model":"VARCHAR","model_version":"VARCHAR","conversion":"VARCHAR","delegate":"VARCHAR","latency_ms":"VARCHAR","cold":"VARCHAR","label":"VARCHAR","score":"VARCHAR","impression_id":"VARCHAR","display_ms":"VARCHAR","copy_id":"VARCHAR","design_id":"VARCHAR","elapsed_ms":"VARCHAR","method":"VARCHAR","true_label":"VARCHAR","price_low":"VARCHAR","price_high":"VARCHAR","payload_bytes":"VARCHAR","experiment":"VARCHAR","variant":"VARCHAR"}') AS p
        FROM read_parquet(paths, file_row_number = true)
        WHERE ok
    ), typed AS (
        SELECT *, kz_number(p.latency_ms) AS latency, kz_flag(p.cold) AS is_cold, kz_number(p.score) AS sureness,
               kz_number(p.display_ms) AS display, kz_number(p.elapsed_ms) AS elapsed, kz_number(p.price_low) AS low,
               kz_number(p.price_high) AS high, kz_number(p.payload_bytes) AS payload
        FROM raw
    )
    SELECT event_id, event,
           CASE WHEN sent_at IS NOT NULL AND received_at IS NOT NULL THEN ts_device + (received_at - sent_at) ELSE ts_device END AS ts,
           seq, user_id, anonymous_id, session_id, attempt_id, platform, os_version, app_version, device, ts_device, sent_at, received_at,
           kz_text(p.inference_id) AS inference_id, kz_text(p.model) AS model, kz_text(p.model_version) AS model_version,
           kz_text(p.conversion) AS conversion, kz_text(p.delegate) AS delegate, latency AS latency_ms, is_cold AS cold,
           kz_text(p.label) AS label, sureness AS score, kz_text(p.impression_id) AS impression_id, display AS display_ms,
           kz_text(p.copy_id) AS copy_id, kz_text(p.design_id) AS design_id, elapsed AS elapsed_ms, kz_text(p.method) AS method,
           kz_text(p.true_label) AS true_label, low AS price_low, high AS price_high, payload AS payload_bytes,
           kz_text(p.experiment) AS experiment, kz_text(p.variant) AS variant, properties,
           (bad_fields
            + (p.latency_ms IS NOT NULL AND latency IS NULL)::TINYINT + (p.cold IS NOT NULL AND is_cold IS NULL)::TINYINT
            + (p.score IS NOT NULL AND sureness IS NULL)::TINYINT + (p.display_ms IS NOT NULL AND display IS NULL)::TINYINT
            + (p.elapsed_ms IS NOT NULL AND elapsed IS NULL)::TINYINT + (p.price_low IS NOT NULL AND low IS NULL)::TINYINT
            + (p.price_high IS NOT NULL AND high IS NULL)::TINYINT + (p.payload_bytes IS NOT NULL AND payload IS NULL)::TINYINT
            + (p.inference_id IS NOT NULL AND kz_text(p.inference_id) IS NULL AND p.inference_id <> '')::TINYINT
            + (p.model IS NOT NULL AND kz_text(p.model) IS NULL AND p.model <> '')::TINYINT
            + (p.model_version IS NOT NULL AND kz_text(p.model_version) IS NULL AND p.model_version <> '')::TINYINT
            + (p.conversion IS NOT NULL AND kz_text(p.conversion) IS NULL AND p.conversion <> '')::TINYINT
            + (p.delegate IS NOT NULL AND kz_text(p.delegate) IS NULL AND p.delegate <> '')::TINYINT
            + (p.label IS NOT NULL AND kz_text(p.label) IS NULL AND p.label <> '')::TINYINT
            + (p.impression_id IS NOT NULL AND kz_text(p.impression_id) IS NULL AND p.impression_id <> '')::TINYINT
            + (p.copy_id IS NOT NULL AND kz_text(p.copy_id) IS NULL AND p.copy_id <> '')::TINYINT
            + (p.design_id IS NOT NULL AND kz_text(p.design_id) IS NULL AND p.design_id <> '')::TINYINT
            + (p.method IS NOT NULL AND kz_text(p.method) IS NULL AND p.method <> '')::TINYINT
            + (p.true_label IS NOT NULL AND kz_text(p.true_label) IS NULL AND p.true_label <> '')::TINYINT
            + (p.experiment IS NOT NULL AND kz_text(p.experiment) IS NULL AND p.experiment <> '')::TINYINT
            + (p.variant IS NOT NULL AND kz_text(p.variant) IS NULL AND p.variant <> '')::TINYINT
           )::UTINYINT AS bad_values,
           at_line
    FROM typed;

-- What makes two lines with one id the same event: everything but the stamps that a retry sets anew.
CREATE OR REPLACE MACRO kz_content(event, ts_device, seq, user_id, anonymous_id, session_id, attempt_id, platform, os_version, app_version, device, properties) AS
    to_json({'event': event, 'ts': ts_device, 'seq': seq, 'user_id': user_id, 'anonymous_id': anonymous_id, 'session_id': session_id,
             'attempt_id': attempt_id, 'platform': platform, 'os_version': os_version, 'app_version': app_version, 'device': device,
             'properties': properties})::VARCHAR;
