"""One file per format: each turns a source into NDJSON events or says line by line why it cannot."""
