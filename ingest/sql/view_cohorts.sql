-- Who is in a cohort today: a person who was known only by an anonymous id when it was frozen may be a user by now.
CREATE OR REPLACE VIEW cohort_members AS
    SELECT DISTINCT c.cohort, coalesce(i.user_id, c.person) AS person
    FROM cohort_persons AS c
    LEFT JOIN identities AS i
        ON i.anonymous_id = CASE WHEN starts_with(c.person, 'anon:') THEN substr(c.person, 6) END;
