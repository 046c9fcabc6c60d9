-- The good rows of the load at hand, from its landed files.
CREATE OR REPLACE MACRO kz_fresh(paths) AS TABLE
    SELECT * EXCLUDE (line, ok, unnamed, file_row_number), coalesce(line, file_row_number + 1)::BIGINT AS at_line
    FROM read_parquet(paths, file_row_number = true)
    WHERE ok;
