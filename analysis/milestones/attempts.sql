-- Every attempt of one flow: when it first reached each milestone, in order, within the window of its first intent.
-- A milestone without events ([]) has no step of its own here: it is reached with the one before it.
-- Actions are counted from the intent to the result, else to the end of the window.
WITH named AS (
    SELECT attempt, person, event, ts, seq, event_id, properties ->> '$.flow' AS flow
    FROM event_attempts
    WHERE attempt IS NOT NULL AND ts <= $until AND list_contains($names, event)
      AND ($cohort IS NULL OR person IN (SELECT person FROM cohort_members WHERE cohort = $cohort))
),
begun AS (
    SELECT attempt, first(person ORDER BY ts, seq, event_id) AS person, min(ts) AS intent
    FROM named
    WHERE list_contains($intent, event) AND flow = $flow
    GROUP BY attempt
    HAVING min(ts) >= $from AND min(ts) < $to
),
inside AS (
    SELECT n.attempt, n.event, n.ts
    FROM named AS n
    JOIN begun AS b ON n.attempt = b.attempt
    WHERE n.ts >= b.intent AND n.ts <= b.intent + to_microseconds($within_us)
),
recognised AS (
    SELECT attempt, min(ts) AS ts FROM inside WHERE list_contains($recognised, event) GROUP BY attempt
    UNION ALL SELECT attempt, intent FROM begun WHERE len($recognised) = 0
),
chosen AS (
    SELECT i.attempt, min(i.ts) AS ts
    FROM inside AS i JOIN recognised AS r ON i.attempt = r.attempt
    WHERE i.ts >= r.ts AND list_contains($chosen, i.event)
    GROUP BY i.attempt
    UNION ALL SELECT attempt, ts FROM recognised WHERE len($chosen) = 0
),
result AS (
    SELECT i.attempt, min(i.ts) AS ts
    FROM inside AS i JOIN chosen AS c ON i.attempt = c.attempt
    WHERE i.ts >= c.ts AND list_contains($result, i.event)
    GROUP BY i.attempt
),
done AS (
    SELECT i.attempt, count(*) AS actions
    FROM inside AS i LEFT JOIN result AS r ON i.attempt = r.attempt
    WHERE list_contains($actions, i.event) AND (r.ts IS NULL OR i.ts <= r.ts)
    GROUP BY i.attempt
)
SELECT
    b.person, epoch_us(b.intent) AS intent, epoch_us(m.ts) AS recognised, epoch_us(c.ts) AS chosen, epoch_us(r.ts) AS result,
    coalesce(d.actions, 0) AS actions
FROM begun AS b
LEFT JOIN recognised AS m ON m.attempt = b.attempt
LEFT JOIN chosen AS c ON c.attempt = b.attempt
LEFT JOIN result AS r ON r.attempt = b.attempt
LEFT JOIN done AS d ON d.attempt = b.attempt
ORDER BY b.person, b.intent, b.attempt;
