-- Every exposure by the rules of kz_exposures: as stored when the loads were merged, and anew for whom a fresh load touches.
CREATE OR REPLACE VIEW exposures AS
SELECT
    m.experiment, m.person, m.variant, m.ts, m.variants::BIGINT AS variants, m.platform, m.device, m.app_version, m.os_version,
    m.person_key
FROM exposures_main AS m ANTI JOIN touched_keys AS t ON m.person_key = t.person_key
UNION ALL
SELECT n.*, t.person_key FROM kz_exposures('touched_exposure_events') AS n JOIN touched_keys AS t ON t.person = n.person;
