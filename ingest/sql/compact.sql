-- Merge the tail into the stored order: a small integer key per person, then time.
CREATE OR REPLACE TABLE person_keys AS
    SELECT person, (row_number() OVER (ORDER BY person) - 1)::INTEGER AS person_key FROM (SELECT DISTINCT person FROM events);

CREATE TABLE events_next AS
    SELECT k.person_key, e.person, e.* EXCLUDE (person, background)
    FROM events AS e JOIN person_keys AS k ON e.person = k.person
    ORDER BY k.person_key, e.ts, e.seq, e.event_id;
DROP TABLE events_main;
ALTER TABLE events_next RENAME TO events_main;
UPDATE loads SET compacted = TRUE;
DELETE FROM hidden_rows;
DELETE FROM store_facts WHERE name IN ('order_is_stale', 'tail_keyed', 'stored_version');
INSERT INTO store_facts VALUES ('stored_version', uuid()::VARCHAR);
CREATE OR REPLACE TABLE events_tail_keyed AS SELECT *, FALSE AS tied FROM events_main LIMIT 0;
DELETE FROM moved_keys;

DELETE FROM touched;
CREATE OR REPLACE TABLE impressions_main AS
    SELECT k.person_key, i.person, i.* EXCLUDE (person, nth, conflicts, after_limit),
           i.nth::INTEGER AS nth, i.conflicts::INTEGER AS conflicts, i.after_limit::INTEGER AS after_limit
    FROM kz_impressions('events_main') AS i JOIN person_keys AS k ON k.person = i.person
    ORDER BY person_key, nth;
CREATE OR REPLACE TABLE exposures_main AS
    SELECT k.person_key, x.person, x.* EXCLUDE (person, variants), x.variants::INTEGER AS variants
    FROM kz_exposures('events_main') AS x JOIN person_keys AS k ON k.person = x.person
    ORDER BY person_key, experiment;
