-- The index over landed/: kazasu.duckdb can be deleted, `kazasu rebuild` makes it again.
-- No primary keys on purpose: de-duplication is an anti-join at landing.

CREATE TABLE IF NOT EXISTS store_facts (name VARCHAR, value VARCHAR);

-- `compacted`: the load's rows stand in events_main; until then they are read from its landed files.
CREATE TABLE IF NOT EXISTS loads (
    load_id INTEGER, digest VARCHAR, source VARCHAR, mapping VARCHAR, lines BIGINT, landed BIGINT, duplicates BIGINT,
    rejected BIGINT, skipped BIGINT, bad_values BIGINT, first_ts TIMESTAMPTZ, last_ts TIMESTAMPTZ, loaded_at TIMESTAMPTZ,
    synthetic BOOLEAN, complete BOOLEAN, compacted BOOLEAN
);

-- Good lines that are no events of the store: duplicates, and the losers of a conflict.
CREATE TABLE IF NOT EXISTS hidden_rows (load_id INTEGER, at_row BIGINT);

CREATE TABLE IF NOT EXISTS rejected_lines (
    load_id INTEGER, source VARCHAR, line BIGINT, code VARCHAR, sentence VARCHAR, raw VARCHAR, event_id VARCHAR, content VARCHAR
);

CREATE TABLE IF NOT EXISTS flow_starts (event VARCHAR, outer_flow BOOLEAN);

CREATE TABLE IF NOT EXISTS replayed_lines (load_id INTEGER, line BIGINT);

-- Which file each cohort's persons were read from, and the persons as they were when it was frozen.
CREATE TABLE IF NOT EXISTS cohort_files (cohort VARCHAR, file VARCHAR);
CREATE TABLE IF NOT EXISTS cohort_persons (cohort VARCHAR, person VARCHAR);

-- What benchmark tools told of models on devices, as read from measured/: `source` and `source_digest` name the file that told
-- it first.
CREATE TABLE IF NOT EXISTS measured_runs (
    file_digest VARCHAR, file VARCHAR, ordinal INTEGER, source VARCHAR, source_digest VARCHAR, line BIGINT, tool VARCHAR,
    model VARCHAR, status VARCHAR, conversion VARCHAR, runtime VARCHAR, delegate VARCHAR, device VARCHAR, os_version VARCHAR,
    threads BIGINT, training_run VARCHAR, scenario VARCHAR, dataset VARCHAR, tool_version VARCHAR, measured_at VARCHAR,
    failure VARCHAR, details JSON,
    figures STRUCT(quantity VARCHAR, statistic VARCHAR, "value" DOUBLE, n BIGINT)[],
    items STRUCT(item VARCHAR, "label" VARCHAR, true_label VARCHAR, score DOUBLE)[]
);

CREATE TABLE IF NOT EXISTS identities (anonymous_id VARCHAR, user_id VARCHAR, ts TIMESTAMPTZ, event_id VARCHAR);

-- Every compacted event, stored in (person, ts, seq, event_id) order under a small integer key.
CREATE TABLE IF NOT EXISTS events_main (
    person_key INTEGER, person VARCHAR,
    event_id VARCHAR, event VARCHAR, ts TIMESTAMPTZ, seq BIGINT, user_id VARCHAR, anonymous_id VARCHAR, session_id VARCHAR,
    attempt_id VARCHAR, platform VARCHAR, os_version VARCHAR, app_version VARCHAR, device VARCHAR, ts_device TIMESTAMPTZ,
    sent_at TIMESTAMPTZ, received_at TIMESTAMPTZ, inference_id VARCHAR, model VARCHAR, model_version VARCHAR, conversion VARCHAR,
    delegate VARCHAR, latency_ms DOUBLE, cold BOOLEAN, label VARCHAR, score DOUBLE, impression_id VARCHAR, display_ms DOUBLE,
    copy_id VARCHAR, design_id VARCHAR, elapsed_ms DOUBLE, method VARCHAR, true_label VARCHAR, price_low DOUBLE, price_high DOUBLE,
    payload_bytes DOUBLE, experiment VARCHAR, variant VARCHAR, properties JSON, bad_values UTINYINT, load_id INTEGER
);

-- The impressions and the exposures of events_main, in the same order of persons; nth of a person is the order of time.
CREATE TABLE IF NOT EXISTS impressions_main (
    person_key INTEGER, person VARCHAR, impression_id VARCHAR, shown_ts TIMESTAMPTZ, display_ms DOUBLE, copy_id VARCHAR,
    design_id VARCHAR, inference_id VARCHAR, platform VARCHAR, device VARCHAR, os_version VARCHAR, app_version VARCHAR,
    session_id VARCHAR, attempt_id VARCHAR, nth INTEGER, ending VARCHAR, ending_ts TIMESTAMPTZ, elapsed_ms DOUBLE,
    elapsed_source VARCHAR, conflicts INTEGER, after_limit INTEGER, language VARCHAR, timeout_ms DOUBLE,
    previous_ts TIMESTAMPTZ
);
CREATE TABLE IF NOT EXISTS exposures_main (
    person_key INTEGER, person VARCHAR, experiment VARCHAR, variant VARCHAR, ts TIMESTAMPTZ, variants INTEGER,
    platform VARCHAR, device VARCHAR, app_version VARCHAR, os_version VARCHAR
);

-- What later loads changed in events_main itself: whose rows became another's, and the impressions of rows that had to go.
CREATE TABLE IF NOT EXISTS touched (person VARCHAR, impression_id VARCHAR);

-- Every person that has events, in events_main or the tail; those that only the tail has have the keys after the others.
CREATE TABLE IF NOT EXISTS person_keys (person VARCHAR, person_key INTEGER);

-- The tail under the same keys and in the same order, once a load has ended (key_tail.sql): with it stand the rows of
-- persons whose stored rows moved, and those stored rows that share a person's instant with the tail (`tied`).
CREATE TABLE IF NOT EXISTS events_tail_keyed AS SELECT *, FALSE AS tied FROM events_main LIMIT 0;

-- Stored persons of whom all rows stand in events_tail_keyed instead: an anonymous id of theirs changed hands.
CREATE TABLE IF NOT EXISTS moved_keys (person_key INTEGER);
