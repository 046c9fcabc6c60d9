-- Whose stored impressions and exposures may be out of date: everybody that a fresh load could have changed. More persons
-- than needed do no harm, since their rows are read from their events.
CREATE OR REPLACE VIEW touched_impressions AS
    SELECT impression_id FROM touched WHERE impression_id IS NOT NULL
    UNION
    SELECT impression_id FROM events_tail
    WHERE impression_id IS NOT NULL
      AND event IN ('suggestion_shown', 'suggestion_tapped', 'suggestion_dismissed', 'suggestion_left', 'suggestion_expired');

CREATE OR REPLACE VIEW touched_persons AS
    SELECT person FROM touched WHERE person IS NOT NULL
    UNION
    SELECT kz_person(t.user_id, i.user_id, t.anonymous_id) AS person
    FROM events_tail AS t
    LEFT JOIN identities AS i ON i.anonymous_id = CASE WHEN t.user_id IS NULL THEN t.anonymous_id END
    WHERE t.event IN ('suggestion_shown', 'experiment_exposed')
    UNION
    SELECT m.person FROM impressions_main AS m SEMI JOIN touched_impressions AS u ON m.impression_id = u.impression_id;

-- Their keys; until the load has ended and given them theirs, new persons have numbers below zero.
CREATE OR REPLACE VIEW touched_keys AS
    SELECT p.person, coalesce(k.person_key, -row_number() OVER (ORDER BY p.person))::INTEGER AS person_key
    FROM touched_persons AS p LEFT JOIN person_keys AS k ON k.person = p.person;

-- All events of every impression of those persons, so that even the order of a person's impressions is theirs anew.
CREATE OR REPLACE VIEW touched_impression_events AS
    SELECT e.* FROM events AS e SEMI JOIN (
        SELECT impression_id FROM touched_impressions
        UNION ALL
        SELECT m.impression_id FROM impressions_main AS m SEMI JOIN touched_persons AS p ON m.person = p.person
    ) AS u ON e.impression_id = u.impression_id;

CREATE OR REPLACE VIEW touched_exposure_events AS
    SELECT e.* FROM events AS e SEMI JOIN touched_persons AS p ON e.person = p.person WHERE e.event = 'experiment_exposed';
