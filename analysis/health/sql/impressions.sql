SELECT count(*) AS impressions,
       coalesce(sum(conflicts), 0)::BIGINT AS conflicts,
       coalesce(sum(after_limit), 0)::BIGINT AS after_limit,
       count(*) FILTER (WHERE ending IS NULL) AS without_ending,
       (SELECT count(*)
        FROM events AS e
        WHERE e.event IN ('suggestion_tapped', 'suggestion_dismissed', 'suggestion_left', 'suggestion_expired')
          AND NOT EXISTS (SELECT 1 FROM events AS s
                          WHERE s.event = 'suggestion_shown' AND s.impression_id = e.impression_id)) AS endings_without_impression
FROM impressions
