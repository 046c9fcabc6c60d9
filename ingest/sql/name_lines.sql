-- Lines without an event_id are named by their digest and, among identical lines of the file, by their ordinal.
COPY (
    SELECT * EXCLUDE (file_row_number)
           REPLACE (CASE WHEN ok AND unnamed THEN event_id || '#' || row_number() OVER (PARTITION BY event_id ORDER BY file_row_number)
                         ELSE event_id END AS event_id)
    FROM read_parquet($source, file_row_number = true)
    ORDER BY file_row_number
) TO $target (FORMAT parquet, COMPRESSION zstd)
