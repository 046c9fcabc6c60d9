SELECT
    arm, limit_ms, fate, ms,
    count(*) AS n,
    count(*) FILTER (WHERE fate IN ('tap', 'dismiss', 'leave') AND elapsed_source = 'timestamps') AS by_timestamps,
    sum(conflicts)::BIGINT AS conflicts,
    sum(after_limit)::BIGINT AS after_limit
FROM timed
GROUP BY ALL
ORDER BY ALL
