-- People by how many first, second, third and later impressions they had that stood at least $by_ms or ended before it,
-- and how many of those were tapped by then: one row for all people with the same numbers.
SELECT n1, h1, n2, h2, n3, h3, n4, h4, count(*) AS people
FROM (
    SELECT
        person_key,
        count(*) FILTER (WHERE turn = 1) AS n1, count(*) FILTER (WHERE turn = 1 AND tapped) AS h1,
        count(*) FILTER (WHERE turn = 2) AS n2, count(*) FILTER (WHERE turn = 2 AND tapped) AS h2,
        count(*) FILTER (WHERE turn = 3) AS n3, count(*) FILTER (WHERE turn = 3 AND tapped) AS h3,
        count(*) FILTER (WHERE turn = 4) AS n4, count(*) FILTER (WHERE turn = 4 AND tapped) AS h4
    FROM (
        SELECT
            person_key,
            least(nth, 4) AS turn,
            ending = 'tap' AND floor(elapsed_ms)::BIGINT <= $by_ms AS tapped
        FROM steady
        WHERE is_over AND ending IS NOT NULL AND limit_ms >= $by_ms AND (elapsed_ms IS NOT NULL OR ending = 'expired')
    )
    GROUP BY person_key
)
GROUP BY ALL
ORDER BY ALL
