-- Alike ones together: what follows is then said of thousands, not of millions.
told AS (
    SELECT place, arm, limit_ms, ended, ends_later, ms, count(*) AS n FROM seen GROUP BY ALL
),
