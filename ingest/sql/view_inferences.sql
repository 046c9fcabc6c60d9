-- One row per on-device inference: its first inference_completed by (ts, seq, event_id).
--
-- true_label is what the last label_confirmed says: a correction replaces what it corrects; NULL = unverified.
-- shown: a suggestion_shown names the inference; NULL if the inference has no id to be named by. An inference
-- logged without an id keeps its latency and stays one row of its own.
CREATE OR REPLACE VIEW inferences AS
WITH completed AS (
    SELECT
        inference_id, person, ts, model, model_version, conversion, delegate, platform, device, os_version,
        app_version, latency_ms, cold, label, score
    FROM events
    WHERE event = 'inference_completed'
    QUALIFY inference_id IS NULL
         OR row_number() OVER (PARTITION BY inference_id ORDER BY ts, seq NULLS LAST, event_id) = 1
),
confirmed AS (
    SELECT inference_id, true_label
    FROM events
    WHERE event = 'label_confirmed' AND inference_id IS NOT NULL AND true_label IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY inference_id ORDER BY ts DESC, seq DESC NULLS FIRST, event_id DESC
    ) = 1
),
suggested AS (
    SELECT DISTINCT inference_id
    FROM events
    WHERE event = 'suggestion_shown' AND inference_id IS NOT NULL
)
SELECT
    i.inference_id, i.person, i.ts, i.model, i.model_version, i.conversion, i.delegate, i.platform, i.device,
    i.os_version, i.app_version, i.latency_ms, i.cold, i.label, i.score, c.true_label,
    CASE WHEN i.inference_id IS NOT NULL THEN s.inference_id IS NOT NULL END AS shown
FROM completed AS i
LEFT JOIN confirmed AS c USING (inference_id)
LEFT JOIN suggested AS s USING (inference_id);
