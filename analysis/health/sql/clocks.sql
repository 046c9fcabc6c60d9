-- Lateness: from happening to being received. Skew: how far the device's clock was moved, where both stamps stand in the record.
SELECT count(*) FILTER (WHERE late_s IS NOT NULL) AS received,
       quantile_cont(late_s, 0.5) AS late_p50_s,
       quantile_cont(late_s, 0.99) AS late_p99_s,
       max(late_s) AS late_max_s,
       count(*) FILTER (WHERE late_s > 3600) AS over_an_hour_late,
       count(*) FILTER (WHERE late_s < 0) AS before_happening,
       count(*) FILTER (WHERE skew_s IS NOT NULL) AS corrected,
       quantile_cont(abs(skew_s), 0.5) AS skew_p50_s,
       quantile_cont(abs(skew_s), 0.99) AS skew_p99_s,
       max(abs(skew_s)) AS skew_max_s,
       count(*) FILTER (WHERE abs(skew_s) > 300) AS over_five_minutes_off
FROM (
    SELECT (epoch_us(received_at) - epoch_us(ts)) / 1e6 AS late_s,
           CASE WHEN received_at IS NOT NULL AND sent_at IS NOT NULL THEN (epoch_us(ts) - epoch_us(ts_device)) / 1e6 END AS skew_s
    FROM events
)
