UPDATE rejected_lines SET line = found.line
    FROM (SELECT event_id AS id, min(coalesce(line, file_row_number + 1)) AS line FROM read_parquet($paths, file_row_number = true) WHERE ok GROUP BY event_id) AS found
    WHERE rejected_lines.line IS NULL AND rejected_lines.load_id = $load_id AND rejected_lines.event_id = found.id;
