-- Attempts that begin with an intent of these flows but do not say of which flow they are.
SELECT count(DISTINCT attempt) AS attempts
FROM event_attempts
WHERE attempt IS NOT NULL AND ts <= $until AND list_contains($intent, event) AND properties ->> '$.flow' IS NULL
  AND ($cohort IS NULL OR person IN (SELECT person FROM cohort_members WHERE cohort = $cohort));
