-- Every impression by the rules of kz_impressions: as stored when the loads were merged, and anew for whom a fresh load
-- touches. person_key tells persons apart, until the next merge.
CREATE OR REPLACE VIEW impressions AS
SELECT
    m.impression_id, m.person, m.shown_ts, m.display_ms, m.copy_id, m.design_id, m.inference_id, m.platform, m.device,
    m.os_version, m.app_version, m.session_id, m.attempt_id, m.nth::BIGINT AS nth, m.ending, m.ending_ts, m.elapsed_ms,
    m.elapsed_source, m.conflicts::BIGINT AS conflicts, m.after_limit::BIGINT AS after_limit, m.language, m.timeout_ms,
    m.previous_ts, m.person_key
FROM impressions_main AS m ANTI JOIN touched_keys AS t ON m.person_key = t.person_key
UNION ALL
SELECT n.*, t.person_key FROM kz_impressions('touched_impression_events') AS n JOIN touched_keys AS t ON t.person = n.person;
