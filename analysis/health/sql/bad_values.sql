-- Which promoted property landed as NULL because its value had the wrong type; the raw value is still in properties.
SELECT property, count(*) AS events, left(first(value ORDER BY value), 200) AS example
FROM (
    UNPIVOT (
        SELECT CASE WHEN inference_id IS NULL THEN properties ->> '$.inference_id' END AS inference_id,
               CASE WHEN model IS NULL THEN properties ->> '$.model' END AS model,
               CASE WHEN model_version IS NULL THEN properties ->> '$.model_version' END AS model_version,
               CASE WHEN conversion IS NULL THEN properties ->> '$.conversion' END AS conversion,
               CASE WHEN delegate IS NULL THEN properties ->> '$.delegate' END AS delegate,
               CASE WHEN latency_ms IS NULL THEN properties ->> '$.latency_ms' END AS latency_ms,
               CASE WHEN cold IS NULL THEN properties ->> '$.cold' END AS cold,
               CASE WHEN label IS NULL THEN properties ->> '$.label' END AS label,
               CASE WHEN score IS NULL THEN properties ->> '$.score' END AS score,
               CASE WHEN impression_id IS NULL THEN properties ->> '$.impression_id' END AS impression_id,
               CASE WHEN display_ms IS NULL THEN properties ->> '$.display_ms' END AS display_ms,
               CASE WHEN copy_id IS NULL THEN properties ->> '$.copy_id' END AS copy_id,
               CASE WHEN design_id IS NULL THEN properties ->> '$.design_id' END AS design_id,
               CASE WHEN elapsed_ms IS NULL THEN properties ->> '$.elapsed_ms' END AS elapsed_ms,
               CASE WHEN method IS NULL THEN properties ->> '$.method' END AS method,
               CASE WHEN true_label IS NULL THEN properties ->> '$.true_label' END AS true_label,
               CASE WHEN price_low IS NULL THEN properties ->> '$.price_low' END AS price_low,
               CASE WHEN price_high IS NULL THEN properties ->> '$.price_high' END AS price_high,
               CASE WHEN payload_bytes IS NULL THEN properties ->> '$.payload_bytes' END AS payload_bytes,
               CASE WHEN experiment IS NULL THEN properties ->> '$.experiment' END AS experiment,
               CASE WHEN variant IS NULL THEN properties ->> '$.variant' END AS variant
        FROM events
        WHERE bad_values > 0
    ) ON inference_id, model, model_version, conversion, delegate, latency_ms, cold, label, score, impression_id, display_ms,
         copy_id, design_id, elapsed_ms, method, true_label, price_low, price_high, payload_bytes, experiment, variant
    INTO NAME property VALUE value
)
WHERE value <> ''
GROUP BY property
ORDER BY events DESC, property
