-- A landed file without rows: what the tail reads when every load is compacted.
COPY (
    SELECT NULL::INTEGER AS line, TRUE AS ok, FALSE AS unnamed, * EXCLUDE (person_key, person) FROM events_main LIMIT 0
) TO $target (FORMAT parquet)
