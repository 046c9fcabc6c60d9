-- Each person's first impression, counted by variant of the suggestion: words, design, language, display limit, tapped or not.
-- arm: the variant of the experiment; NULL where none is asked for.
WITH placed AS (
    SELECT i.person, i.nth, i.copy_id, i.design_id, i.language, i.display_ms, x.variant AS arm,
           i.ending = 'tap' AND i.ending_ts <= $observed_until AS tapped
    FROM impressions AS i
    LEFT JOIN exposures AS x ON x.person = i.person AND x.experiment = $experiment
    WHERE i.shown_ts <= $observed_until
      AND ($from IS NULL OR i.shown_ts >= $from)
      AND ($to IS NULL OR i.shown_ts < $to)
      AND ($platform IS NULL OR i.platform = $platform)
      AND (
          $experiment IS NULL
          OR (x.variants = 1 AND i.shown_ts >= x.ts AND ($exposed_from IS NULL OR x.ts >= $exposed_from))
      )
)
SELECT arm, copy_id, design_id, language, floor(display_ms)::BIGINT AS limit_ms,
       count(*) AS n, count(*) FILTER (WHERE tapped) AS taps
FROM (SELECT * FROM placed QUALIFY nth = min(nth) OVER (PARTITION BY person))
GROUP BY ALL
ORDER BY ALL
