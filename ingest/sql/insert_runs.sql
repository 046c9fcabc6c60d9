-- The runs that one file told, numbered in its order; where it only repeats another file (an export that came back), that one is
-- their source.
INSERT INTO measured_runs
    SELECT
        $digest, $file, row_number() OVER () - 1,
        coalesce(source, $source), coalesce(digest, $digest), line,
        tool, model, status, conversion, runtime, delegate, device, os_version, threads, training_run, scenario, dataset,
        tool_version, measured_at, failure, details, figures, items
    FROM read_parquet($path);
