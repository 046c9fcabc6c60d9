SELECT code, count(*) AS lines, count(DISTINCT source) AS files
FROM rejects
GROUP BY code
ORDER BY lines DESC, code
