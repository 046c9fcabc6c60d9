-- Experiments that people were exposed to, the largest first.
SELECT experiment FROM exposures GROUP BY experiment ORDER BY count(*) DESC, experiment LIMIT 50;
