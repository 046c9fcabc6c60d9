-- What is rare, of the impressions that are in: asked apart, and only where the store has any, since sums cost more than counts.
marked AS (
    SELECT
        arm, limit_ms,
        CASE fate
            WHEN 1 THEN 'tap' WHEN 2 THEN 'dismiss' WHEN 3 THEN 'leave' WHEN 4 THEN 'expired' WHEN 5 THEN 'open' ELSE 'lost'
        END AS fate,
        ms,
        count(*) FILTER (WHERE fate < 4 AND elapsed_source = 'timestamps') AS by_timestamps,
        sum(conflicts)::BIGINT AS conflicts,
        sum(after_limit)::BIGINT AS after_limit
    FROM classified
    WHERE place = 0 AND (elapsed_source = 'timestamps' OR conflicts > 0 OR after_limit > 0)
    GROUP BY ALL
)
SELECT * FROM marked
