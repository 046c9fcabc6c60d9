"""QUESTIONS: one folder per question (query -> compute -> chart -> page) over the tables of `ingest`."""
