-- What benchmark tools told, a run a row. The same run told by two files (an export that came back beside its source) counts once.
CREATE OR REPLACE VIEW runs AS
    WITH different AS (
        SELECT *
        FROM measured_runs
        QUALIFY row_number() OVER (
            PARTITION BY
                source_digest, line, tool, model, status, conversion, runtime, delegate, device, os_version, threads, scenario, dataset
            ORDER BY file_digest <> source_digest, file_digest, ordinal
        ) = 1
    )
    SELECT
        left(source_digest, 12) || ':' || line || ':' || row_number() OVER (
            PARTITION BY source_digest, line
            ORDER BY model, conversion, runtime, delegate, device, os_version, threads, scenario, dataset
        ) AS run,
        *
    FROM different;

-- A figure a row.
CREATE OR REPLACE VIEW figures AS
    SELECT run, told.quantity, told.statistic, told.value, told.n
    FROM (SELECT run, unnest(figures) AS told FROM runs);

-- An item of an evaluation a row.
CREATE OR REPLACE VIEW evaluated AS
    SELECT run, told.item, told.label, told.true_label, told.score
    FROM (SELECT run, unnest(items) AS told FROM runs);
