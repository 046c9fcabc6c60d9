-- Nothing in this load repeats an id: every row goes in as it is.
INSERT INTO events_tail SELECT * EXCLUDE (at_line), $load_id::INTEGER FROM kz_landed($paths);
