-- The first rejects of every code, in the order of the log.
SELECT code, source, line, sentence, left(raw, 200) AS start
FROM rejects
QUALIFY row_number() OVER (PARTITION BY code ORDER BY load_id, line) <= $samples
ORDER BY code, load_id, line
