COPY (SELECT unnest($lines::BIGINT[]) AS line, unnest($codes::VARCHAR[]) AS code, unnest($sentences::VARCHAR[]) AS sentence, unnest($raws::VARCHAR[]) AS raw)
TO $target (FORMAT parquet, COMPRESSION zstd)
