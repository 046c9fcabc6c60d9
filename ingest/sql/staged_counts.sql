SELECT count(*), count(*) FILTER (WHERE ok), coalesce(bool_or(ok AND unnamed), FALSE) FROM read_parquet($source)
