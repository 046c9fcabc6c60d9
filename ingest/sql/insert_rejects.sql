INSERT INTO rejected_lines SELECT $load_id::INTEGER, $source::VARCHAR, line, code, sentence, raw, NULL, NULL FROM read_parquet($path);
