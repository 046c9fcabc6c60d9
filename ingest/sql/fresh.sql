-- The good rows of the load at hand, from its landed files. A load has at most two: one whose rows are the source's lines in
-- order, and one whose rows say their line; at_row tells the rows of both apart.
CREATE OR REPLACE MACRO kz_fresh(paths) AS TABLE
    SELECT * EXCLUDE (line, ok, unnamed, file_row_number), coalesce(line, file_row_number + 1)::BIGINT AS at_line,
           file_row_number + CASE WHEN line IS NULL THEN 0 ELSE 1099511627776 END AS at_row
    FROM read_parquet(paths, file_row_number = true)
    WHERE ok;
