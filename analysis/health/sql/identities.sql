SELECT count(*) AS persons,
       count(*) FILTER (WHERE starts_with(person, 'anon:')) AS anonymous_persons,
       coalesce(sum(merged_ids), 0)::BIGINT AS merged_ids,
       (SELECT count(*) FROM events WHERE session_id IS NULL) AS events_without_session_id,
       (SELECT count(*) FROM events WHERE attempt_id IS NULL) AS events_without_attempt_id
FROM persons
