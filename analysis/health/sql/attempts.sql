-- Events that belong to no attempt, logged or made by the rules.
SELECT count(*) AS events_without_attempt
FROM event_attempts
WHERE attempt IS NULL
