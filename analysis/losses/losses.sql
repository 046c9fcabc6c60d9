-- What became of every suggestion attempt, counted per (group, fate).
-- fate: tapped; never_fired, wrong_item, too_slow, ignored, dismissed, left = lost; open, ending_unknown = cannot say;
-- held_back, nothing_to_suggest = no suggestion was meant. The first rule that holds decides.
WITH seen AS (
    SELECT *
    FROM event_attempts
    WHERE attempt IS NOT NULL
      AND ts <= $observed_until
      AND (event = $start OR event = $chance OR event = 'inference_completed' OR event = 'suggestion_shown')
      AND ($cohort IS NULL OR person IN (SELECT person FROM cohort_members WHERE cohort = $cohort))
),
tries AS (
    SELECT
        attempt,
        min(ts) AS started,
        first(person ORDER BY ts, seq NULLS LAST, event_id) AS person,
        first(platform ORDER BY ts, seq NULLS LAST, event_id) AS platform,
        first(device ORDER BY ts, seq NULLS LAST, event_id) AS device,
        first(os_version ORDER BY ts, seq NULLS LAST, event_id) AS os_version,
        first(app_version ORDER BY ts, seq NULLS LAST, event_id) AS app_version
    FROM seen
    GROUP BY attempt
    HAVING (bool_or(event = $start) AND bool_or(event = $chance))
        OR bool_or(event = 'inference_completed')
        OR bool_or(event = 'suggestion_shown')
),
answers AS (
    SELECT
        attempt, ts, seq, event_id, inference_id, label, model_version, conversion, delegate,
        CASE WHEN latency_ms >= 0 AND isfinite(latency_ms) THEN latency_ms
             ELSE (epoch_us(ts) - epoch_us(photo_ts)) / 1000.0 END AS delay_ms
    FROM (
        SELECT *, max(CASE WHEN event = $chance THEN ts END) OVER (
            PARTITION BY attempt ORDER BY ts, seq NULLS LAST, event_id ROWS UNBOUNDED PRECEDING) AS photo_ts
        FROM seen
    )
    WHERE event = 'inference_completed'
    QUALIFY inference_id IS NULL
         OR row_number() OVER (PARTITION BY inference_id ORDER BY ts, seq NULLS LAST, event_id) = 1
),
popups AS (
    SELECT
        s.attempt, s.ts, s.seq, s.event_id, s.inference_id,
        CASE WHEN i.ending_ts <= $observed_until THEN i.ending END AS ending
    FROM seen AS s
    LEFT JOIN impressions AS i USING (impression_id)
    WHERE s.event = 'suggestion_shown'
    QUALIFY s.impression_id IS NULL
         OR row_number() OVER (PARTITION BY s.impression_id ORDER BY s.ts, s.seq NULLS LAST, s.event_id) = 1
),
last_popups AS (
    SELECT
        attempt, inference_id, ending,
        bool_or(coalesce(ending = 'tap', FALSE)) OVER (PARTITION BY attempt) AS tapped
    FROM popups
    QUALIFY row_number() OVER (PARTITION BY attempt ORDER BY ts DESC, seq DESC NULLS FIRST, event_id DESC) = 1
),
last_answers AS (
    SELECT a.*
    FROM answers AS a
    LEFT JOIN last_popups AS p USING (attempt)
    QUALIFY row_number() OVER (
        PARTITION BY a.attempt
        ORDER BY coalesce(a.inference_id = p.inference_id, FALSE) DESC, a.ts DESC, a.seq DESC NULLS FIRST, a.event_id DESC
    ) = 1
),
suggested AS (
    SELECT DISTINCT label FROM inferences WHERE shown AND label IS NOT NULL
),
judged AS (
    SELECT
        t.*, a.model_version, a.conversion, a.delegate, p.attempt IS NOT NULL AS shown, p.ending,
        coalesce(p.tapped, FALSE) AS tapped,
        a.label, c.true_label, a.delay_ms,
        CASE WHEN $labels IS NULL THEN s.label IS NOT NULL
             ELSE coalesce(list_contains($labels::VARCHAR[], a.label), FALSE) END AS fired,
        h.person IS NOT NULL AS without_suggestion
    FROM tries AS t
    LEFT JOIN last_popups AS p ON p.attempt = t.attempt
    LEFT JOIN last_answers AS a ON a.attempt = t.attempt
    LEFT JOIN inferences AS c ON c.inference_id = a.inference_id
    LEFT JOIN suggested AS s ON s.label = a.label
    LEFT JOIN (
        SELECT DISTINCT person FROM exposures
        WHERE list_contains($without_suggestion::VARCHAR[], experiment || '/' || variant)
    ) AS h ON h.person = t.person
),
met AS (
    SELECT
        *,
        CASE
            WHEN tapped THEN 'tapped'
            WHEN started > $observed_until - INTERVAL 30 MINUTE THEN 'open'
            WHEN shown AND true_label <> label THEN 'wrong_item'
            WHEN shown AND delay_ms > $too_slow_ms THEN 'too_slow'
            WHEN shown AND ending = 'expired' THEN 'ignored'
            WHEN shown AND ending = 'dismiss' THEN 'dismissed'
            WHEN shown AND ending = 'leave' THEN 'left'
            WHEN shown THEN 'ending_unknown'
            WHEN fired AND without_suggestion THEN 'held_back'
            WHEN fired AND delay_ms > $too_slow_ms THEN 'too_slow'
            WHEN fired THEN 'held_back'
            WHEN true_label = label THEN 'nothing_to_suggest'
            ELSE 'never_fired'
        END AS fate
    FROM judged
    WHERE ($from IS NULL OR started >= $from)
      AND ($to IS NULL OR started < $to)
      AND ($platform IS NULL OR platform = $platform)
      AND ($device IS NULL OR device = $device)
      AND ($os_version IS NULL OR os_version = $os_version)
      AND ($app_version IS NULL OR app_version = $app_version)
      AND ($model_version IS NULL OR model_version = $model_version)
      AND ($conversion IS NULL OR conversion = $conversion)
      AND ($delegate IS NULL OR delegate = $delegate)
),
counted AS (
    SELECT
        *,
        MAP {'platform': platform, 'device': device, 'os_version': os_version, 'app_version': app_version,
             'model_version': model_version, 'conversion': conversion, 'delegate': delegate} AS columns
    FROM met
    QUALIFY $attempts = 'all' OR row_number() OVER (PARTITION BY person ORDER BY started, attempt) = 1
)
SELECT
    list_transform($by::VARCHAR[], lambda name: columns[name]) AS "group",
    fate,
    count(*) AS n
FROM counted
GROUP BY ALL
ORDER BY ALL
