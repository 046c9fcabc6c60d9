SELECT load_id, source, mapping, lines, landed, duplicates, rejected, bad_values, first_ts, last_ts, loaded_at, synthetic, complete
FROM loads
ORDER BY load_id
