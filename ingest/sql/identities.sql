-- The first user ever seen with each anonymous id, by (ts, event_id); load order cannot matter.
CREATE OR REPLACE TEMP TABLE links AS
    SELECT anonymous_id, arg_min(user_id, (ts, event_id)) AS user_id, min((ts, event_id)) AS seen
    FROM (
        SELECT anonymous_id, user_id, ts, event_id FROM kz_fresh($paths) AS f
        ANTI JOIN (SELECT at_row FROM hidden_rows WHERE load_id = $load_id) AS h ON f.at_row = h.at_row
        WHERE anonymous_id IS NOT NULL AND user_id IS NOT NULL
        UNION ALL
        SELECT anonymous_id, user_id, ts, event_id FROM events_tail
        WHERE anonymous_id IS NOT NULL AND user_id IS NOT NULL AND $everything
        UNION ALL
        SELECT anonymous_id, user_id, ts, event_id FROM events_main
        WHERE anonymous_id IS NOT NULL AND user_id IS NOT NULL AND $everything
        UNION ALL
        SELECT anonymous_id, user_id, ts, event_id FROM identities WHERE NOT $everything
    )
    GROUP BY anonymous_id;

-- The stored order is by person; an anonymous id that changes hands makes it stale until the next compaction.
INSERT INTO store_facts
    SELECT 'order_is_stale', 'yes'
    WHERE EXISTS (SELECT 1 FROM links FULL JOIN identities AS old USING (anonymous_id) WHERE links.user_id IS DISTINCT FROM old.user_id)
      AND EXISTS (SELECT 1 FROM events_main);

-- Whose rows those were, and whose they are now.
INSERT INTO touched
    SELECT unnest([kz_person(NULL, old.user_id, anonymous_id), kz_person(NULL, links.user_id, anonymous_id)]), NULL
    FROM links FULL JOIN identities AS old USING (anonymous_id)
    WHERE links.user_id IS DISTINCT FROM old.user_id AND EXISTS (SELECT 1 FROM events_main);

DELETE FROM identities;
INSERT INTO identities SELECT anonymous_id, user_id, seen[1], seen[2] FROM links;
