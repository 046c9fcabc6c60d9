-- Give the tail the keys and the order of events_main, so that a question can merge the two as it reads them.
DELETE FROM store_facts WHERE name = 'tail_keyed';

-- Whose stored rows have another person by now: an anonymous id changed hands.
CREATE OR REPLACE TABLE moved_keys AS
    SELECT DISTINCT m.person_key FROM events_main AS m LEFT JOIN identities AS i ON i.anonymous_id = m.anonymous_id
    WHERE m.user_id IS NULL AND m.person IS DISTINCT FROM kz_person(m.user_id, i.user_id, m.anonymous_id)
      AND EXISTS (SELECT 1 FROM store_facts WHERE name = 'order_is_stale');

CREATE OR REPLACE TEMP TABLE tail_of_persons AS
    SELECT kz_person(e.user_id, i.user_id, e.anonymous_id) AS person, e.*
    FROM (SELECT * FROM events_tail
          UNION ALL SELECT m.* EXCLUDE (person_key, person) FROM events_main AS m SEMI JOIN moved_keys AS g ON m.person_key = g.person_key) AS e
    LEFT JOIN identities AS i ON i.anonymous_id = CASE WHEN e.user_id IS NULL THEN e.anonymous_id END;

INSERT INTO person_keys
    SELECT person, ((SELECT coalesce(max(person_key), -1) FROM person_keys) + row_number() OVER (ORDER BY person))::INTEGER
    FROM (SELECT DISTINCT t.person FROM tail_of_persons AS t ANTI JOIN person_keys AS k ON t.person = k.person);

-- Stored rows of an instant at which a person has fresh ones too: (seq, event_id) may weave them, so the whole instant stands here.
CREATE OR REPLACE TEMP TABLE tied_rows AS
    SELECT m.rowid AS stored_row FROM events_main AS m
    SEMI JOIN (SELECT k.person_key, t.ts FROM tail_of_persons AS t JOIN person_keys AS k ON t.person = k.person) AS f
        ON m.person_key = f.person_key AND m.ts = f.ts
    ANTI JOIN moved_keys AS g ON m.person_key = g.person_key;

CREATE OR REPLACE TABLE events_tail_keyed AS
    SELECT k.person_key, t.*, FALSE AS tied FROM tail_of_persons AS t JOIN person_keys AS k ON t.person = k.person
    UNION ALL
    SELECT m.*, TRUE AS tied FROM events_main AS m WHERE m.rowid IN (SELECT stored_row FROM tied_rows)
    ORDER BY person_key, ts, seq, event_id;
DROP TABLE tail_of_persons;
DROP TABLE tied_rows;

INSERT INTO store_facts SELECT 'tail_keyed', kz_load_version(max(load_id), sum(landed)) FROM loads;
